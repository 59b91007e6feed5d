"""A target over HTTP: any service with Byline's API.

It needs only `POST /v1/ask` (or `/v1/search`) and `GET /v1/articles/{id}`; if it sends server-sent events, these give
the passages too.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from eval.cases import Case
from eval.replies import Reply, Retrieved, SourceRef, reply_from_json, retrieved_from_json
from eval.runs import SourceText
from eval.target import About, NoReply
from rag.articles import Article, Filters, Mode, squeeze
from rag.errors import BadInput

log = logging.getLogger(__name__)

BUSY = (429, 503)
MOST_TRIES = 6
LONGEST_PAUSE_S = 60.0
CONNECT_S = 10.0
SENT_BYTES = 4_000_000  # of articles in one request: a fifth of the default limit of Byline's service
LONGEST_DETAIL = 300  # characters of a service's error

_Kind = TypeVar("_Kind")
_FILTERS, _REPLY = TypeAdapter(Filters), TypeAdapter(Reply)
_RETRIEVED, _TEXT = TypeAdapter(tuple[Retrieved, ...]), TypeAdapter(SourceText)
_LINE_END = re.compile(r"\r\n|\r|\n")  # of an event stream, unlike str.splitlines


class UrlTarget:
    """The service at a URL. It must have the suite's articles; with `ingest`, they are added first.

    `key` is sent as a bearer token; `timeout_s` bounds one request.
    """

    def __init__(
        self,
        url: str,
        mode: Mode = "auto",
        *,
        articles: Sequence[Article] = (),
        ingest: bool = False,
        key: str | None = None,
        timeout_s: float = 300.0,
    ) -> None:
        base = _address(url)
        self.name = str(base.copy_with(username=None, password=None)).rstrip("/")
        self.mode = mode
        self.about = About(None)
        self._articles = articles
        self._to_ingest = ingest
        self._timeout_s = timeout_s
        self._streams = True
        # An evaluation must not measure cached answers.
        headers = {"Cache-Control": "no-cache"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._client = httpx.AsyncClient(
            base_url=base, headers=headers, timeout=httpx.Timeout(None, connect=CONNECT_S)
        )

    async def ready(self) -> None:
        """Adds the articles if requested; otherwise checks that the service is there and has them."""
        if self._to_ingest:
            await self._ingest()
        elif not self._articles:
            await self._send("GET", "/healthz")  # any status will do: not every system has the route
        elif await self.article(self._articles[0].id) is None:
            log.warning(
                "%s has no article %s: if it does not have the suite's articles, add them with --ingest.",
                self.name,
                self._articles[0].id,
            )

    async def ask(self, case: Case) -> Reply:
        body: dict[str, Any] = {"question": case.question, "mode": self.mode, **_bounds(case)}
        if case.history:
            body["history"] = [{"role": turn.role, "content": turn.content} for turn in case.history]
        answer, passages = _answered(await self._asked(body))
        with _valid("an answer"):
            if not isinstance(answer["answered"], bool):
                raise TypeError("`answered` is neither true nor false")
            return _whole(_REPLY, reply_from_json(answer, passages))

    async def search(self, case: Case, k: int) -> tuple[Retrieved, ...]:
        found = await self._send("POST", "/v1/search", {"query": case.question, "k": k, **_bounds(case)})
        with _valid("a list of passages"):
            return _whole(_RETRIEVED, retrieved_from_json(_object(found)["passages"]))

    async def article(self, id: str) -> SourceText | None:
        response = await self._send("GET", f"/v1/articles/{quote(id, safe='')}")
        if response.status_code == 404:
            return None
        with _valid("an article"):
            article = _object(response)
            known = (article.get(name) for name in ("outlet", "url", "published"))
            source = SourceRef(article["id"], article.get("title") or "", *known)
            return _whole(_TEXT, SourceText(source, article["text"]))

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(self, body: Mapping[str, Any]) -> httpx.Response:
        """The response to a question, streamed if the service can: only a stream gives the passages."""
        if not self._streams:
            return await self._send("POST", "/v1/ask", body)
        response = await self._send("POST", "/v1/ask", {**body, "stream": True})
        if response.status_code not in (400, 422):
            return response
        plain = await self._send("POST", "/v1/ask", body)  # it may not know the field
        self._streams = not plain.is_success
        return plain

    async def _ingest(self) -> None:
        for batch in _batches(self._articles):
            response = await self._send("POST", "/v1/articles", {"articles": batch})
            with _valid("a report of an ingest"):
                for one in _object(response).get("rejected") or ():
                    raise NoReply(
                        f"{self.name} rejected the article {batch[one['index']]['id']}: {_short(one['reason'])}"
                    )

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        """Sends a request; retries while the service is busy. Raises NoReply where there is no response."""
        try:
            async with asyncio.timeout(self._timeout_s):
                for _ in range(MOST_TRIES - 1):
                    response = await self._client.request(method, path, json=body)
                    if response.status_code not in BUSY:
                        return response
                    await asyncio.sleep(_pause(response))
                return await self._client.request(method, path, json=body)
        except TimeoutError:
            raise NoReply(f"{self.name} did not answer within {self._timeout_s:g} seconds.") from None
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise NoReply(
                f"{self.name} cannot be reached: {type(error).__name__} {_short(str(error))}".rstrip()
            ) from None


def _address(url: str) -> httpx.URL:
    try:
        base = httpx.URL(url)
    except httpx.InvalidURL:
        base = httpx.URL("")
    if base.scheme not in ("http", "https") or not base.host:
        raise BadInput("--target must be a URL, such as http://127.0.0.1:8000.")
    return base


def _bounds(case: Case) -> dict[str, Any]:
    """The case's filters and day, if it has any."""
    bounds: dict[str, Any] = {}
    if filters := _FILTERS.dump_python(case.filters, mode="json", exclude_defaults=True):
        bounds["filters"] = filters
    if case.as_of:
        bounds["as_of"] = case.as_of.isoformat()
    return bounds


def _batches(articles: Sequence[Article]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    size = 0
    for article in articles:
        source = article.source
        published = source.published.isoformat() if source.published else None
        record = {"id": source.id, "title": source.title, "outlet": source.outlet, "url": source.url}
        size += len(article.text.encode())
        if batch and size > SENT_BYTES:
            yield batch
            batch, size = [], len(article.text.encode())
        batch.append({**record, "published": published, "text": article.text})
    if batch:
        yield batch


def _pause(response: httpx.Response) -> float:
    """The seconds to wait before a retry, as the service asks."""
    seconds = response.headers.get("Retry-After", "")
    return min(float(seconds), LONGEST_PAUSE_S) if re.fullmatch(r"\d+", seconds) else 1.0


def _answered(response: httpx.Response) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The answer, and the passages if the response has them."""
    if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
        return _object(response), ()
    with _valid("a stream of events"):
        events = {name: json.loads(data) for name, data in _events(response.content.decode("utf-8"))}
        if "answer" in events:
            return events["answer"], (events.get("passages") or {"passages": ()})["passages"]
        if "error" in events:
            raise NoReply(f"the service failed: {_short(events['error'].get('detail'))}")
    raise NoReply("the service's stream of events ended without an answer.")


def _events(stream: str) -> Iterator[tuple[str, str]]:
    """Name and data of each complete event of a stream."""
    name, data = "message", list[str]()
    for line in _LINE_END.split(stream):
        field, _, value = line.partition(":")
        if not line:
            if data:
                yield name, "\n".join(data)
            name, data = "message", []
        elif field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data.append(value.removeprefix(" "))


def _object(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of a successful response. Raises NoReply for any other."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if not response.is_success:
        detail = body.get("detail") if isinstance(body, dict) else None
        raise NoReply(f"the service said {response.status_code}: {_short(detail or response.reason_phrase)}")
    if not isinstance(body, dict):
        raise NoReply("the service's reply is not a JSON object.")
    return body


@contextmanager
def _valid(what: str) -> Iterator[None]:
    """Raises NoReply where a response does not have the form of the API."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise NoReply(
            f"the service's reply is not {what} of Byline's API: {type(error).__name__} {_short(str(error))}"
        ) from None


def _whole(kind: TypeAdapter[_Kind], value: _Kind) -> _Kind:
    """Validates all parts of a value. Raises ValueError."""
    try:
        return kind.validate_json(kind.dump_json(value, warnings=False))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


def _short(text: object) -> str:
    line = squeeze(str(text))
    return line if len(line) <= LONGEST_DETAIL else f"{line[:LONGEST_DETAIL]}…"
