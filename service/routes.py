"""The routes of questions, articles and health."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.sse import EventSourceResponse
from prometheus_client import CONTENT_TYPE_LATEST

from rag.articles import Article, Rejected
from rag.errors import LibraryError, WrongModel
from rag.ingestion import read_record
from service.disconnects import GONE, unless_gone
from service.events import sent
from service.gateway import Gateway
from service.keys import Keys
from service.problems import documented, problem, retry_after
from service.schemas import (
    AnswerOut,
    ArticleOut,
    ArticlesIn,
    ArticlesOut,
    AskRequest,
    IngestOut,
    MatchesOut,
    PassagesOut,
    RejectedOut,
    SearchRequest,
    TraceRequest,
    answer_out,
    article_out,
    matches_out,
    passages_out,
    source_out,
)

log = logging.getLogger(__name__)

UNREADABLE = "The library cannot be read; the service's log says why."
WRONG_MODEL = "The library was embedded with another model than the one configured."
STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def health(gateway: Gateway, keys: Keys, warm: asyncio.Event) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the process is alive."""
        return {"status": "ok"}

    @router.get("/readyz", responses=documented(503))
    async def readyz() -> Response:
        """Whether questions can be answered: the model is loaded and the library can be read."""
        if gateway.closing:
            return problem(503, "The service is shutting down.")
        if not warm.is_set():
            return problem(
                503, "The embedding model is loading: try again in a few seconds.", headers={"Retry-After": "2"}
            )
        try:
            return JSONResponse({"status": "ready", "articles": await gateway.check()})
        except LibraryError as error:
            log.error("not ready: %s", error)
            detail = WRONG_MODEL if isinstance(error, WrongModel) else UNREADABLE
            return problem(503, detail, headers=retry_after(error))

    @router.get(
        "/metrics",
        response_class=PlainTextResponse,
        dependencies=[Depends(keys.require("read"))],
        responses=documented(401, 403, 429),
    )
    async def metrics() -> PlainTextResponse:
        """The service's metrics, for Prometheus."""
        with suppress(LibraryError):  # /readyz reports it; the other metrics are needed all the more
            await gateway.check()
        return PlainTextResponse(gateway.metrics.shown(), media_type=CONTENT_TYPE_LATEST)

    return router


def questions(gateway: Gateway, keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["questions"], dependencies=[Depends(keys.require("read"))])

    names = {"enum": ["passages", "statement", "answer", "error"]}
    event = {"type": "object", "properties": {"event": names, "data": {"type": "string"}}, "required": ["event"]}
    as_events: dict[int | str, dict[str, Any]] = {
        200: {"content": {"text/event-stream": {"schema": event}}, "description": "The cited answer"}
    }

    @router.post(
        "/ask",
        response_model=AnswerOut,
        responses=as_events | documented(400, 401, 403, 413, 415, 422, 429, 503, 504),
    )
    async def ask(request: AskRequest, http: Request, cache_control: Annotated[str, Header()] = "") -> Any:
        """Answer a question with citations; as server-sent events where `stream` is true.

        With `Cache-Control: no-cache` no cached answer is used.
        """
        fresh = "no-cache" in cache_control.lower() or "no-store" in cache_control.lower()
        if not request.stream:
            answer = await unless_gone(http, gateway.ask(request.question_asked(), fresh=fresh))
            return answer_out(answer) if answer else Response(status_code=GONE)
        events = gateway.stream(request.question_asked(), fresh=fresh)
        # An error before the first event becomes an ordinary error response.
        first = await unless_gone(http, anext(events))
        if first is None:
            await events.aclose()
            return Response(status_code=GONE)
        return EventSourceResponse(sent(first, events), headers=STREAM_HEADERS)

    @router.post(
        "/search", response_model=PassagesOut, responses=documented(400, 401, 403, 413, 415, 422, 429, 503, 504)
    )
    async def search(request: SearchRequest, http: Request) -> Any:
        """The passages that match a query best, best first, no two with the same words."""
        work = gateway.search(request.query, request.k, request.filters.filters(), request.as_of)
        found = await unless_gone(http, work)
        return Response(status_code=GONE) if found is None else passages_out(found)

    @router.post(
        "/trace", response_model=MatchesOut, responses=documented(400, 401, 403, 413, 415, 422, 429, 503, 504)
    )
    async def trace(request: TraceRequest, http: Request) -> Any:
        """The articles that an excerpt was taken from, its place in each, and how it was altered."""
        matches = await unless_gone(http, gateway.trace(request.excerpt))
        return Response(status_code=GONE) if matches is None else matches_out(matches)

    return router


def articles(gateway: Gateway, keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/v1/articles", tags=["articles"])
    read, write = [Depends(keys.require("read"))], [Depends(keys.require("write"))]
    of_one_article = documented(401, 403, 404, 422, 429, 503)

    @router.post("", dependencies=write, responses=documented(400, 401, 403, 413, 415, 422, 429, 503))
    async def add(request: ArticlesIn) -> IngestOut:
        """Add or update articles; an invalid one is rejected with its reason, the others are added."""
        report = await gateway.ingest(_read(record, index) for index, record in enumerate(request.articles))
        return IngestOut(
            added=report.added,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=[RejectedOut(index=one.index, reason=one.reason) for one in report.rejected],
        )

    @router.get("", dependencies=read, responses=documented(401, 403, 422, 429, 503))
    async def page(
        limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: Annotated[str | None, Query(max_length=4096)] = None
    ) -> ArticlesOut:
        """A page of articles, ordered by id."""
        sources, following = await gateway.articles(cursor, limit)
        return ArticlesOut(articles=[source_out(source) for source in sources], next=following)

    @router.get("/{article_id:path}", dependencies=read, responses=of_one_article)
    async def show(article_id: str) -> ArticleOut:
        """An article with its full text and paragraphs. An id that is a URL is percent-encoded."""
        return article_out(await gateway.article(article_id))

    @router.delete("/{article_id:path}", dependencies=write, status_code=204, responses=of_one_article)
    async def remove(article_id: str) -> None:
        """Remove an article from the library."""
        await gateway.remove(article_id)

    return router


def _read(record: Any, index: int) -> Article | Rejected:
    if not isinstance(record, dict):
        return Rejected(index, "it is not an object")
    return read_record(record, index)
