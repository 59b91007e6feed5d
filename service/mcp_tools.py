"""The MCP tools: descriptions, arguments and results.

Every result is told twice: as the JSON of the contract, and as text with the same numbers for a model to read.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from mcp_types import CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.articles import Answer, Citation, Passage, Source, squeeze
from rag.desk import Found
from rag.errors import BadInput
from rag.tracing import Match
from service.gateway import Gateway
from service.markdown import answer_markdown, web_address
from service.schemas import (
    AnswerOut,
    ArticleOut,
    AskRequest,
    MatchesOut,
    PassagesOut,
    PlainText,
    SearchRequest,
    TraceRequest,
    answer_out,
    article_out,
    matches_out,
    passages_out,
)
from service.telling import credit, quoted

ARTICLES = "byline://articles/"

Report = Callable[[float, str], Awaitable[None]]
Arguments = TypeVar("Arguments", bound=BaseModel)


class ArticleRequest(BaseModel):
    """Which article is wanted."""

    model_config = ConfigDict(extra="forbid")
    id: PlainText = Field(description="the article's id, as the other tools give it", min_length=1)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One tool: how it is described, and what it takes and gives."""

    title: str
    description: str
    takes: type[BaseModel]
    gives: type[BaseModel]
    call: Callable[[Gateway, Any, Report], Awaitable[tuple[BaseModel, str]]]


def tools() -> list[Tool]:
    """The tools as they are listed."""
    return [
        Tool(
            name=name,
            title=kind.title,
            description=kind.description,
            input_schema=_input_schema(kind.takes),
            output_schema=kind.gives.model_json_schema(mode="serialization"),
            annotations=ToolAnnotations(
                title=kind.title,
                read_only_hint=True,
                destructive_hint=False,
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )
        for name, kind in _KINDS.items()
    ]


def is_tool(name: str) -> bool:
    return name in _KINDS


async def call(gateway: Gateway, name: str, arguments: dict[str, Any], report: Report) -> CallToolResult:
    """The result of a tool; `report` is told how far it is. Raises BadInput, NotFound, Busy."""
    kind = _KINDS[name]
    out, text = await kind.call(gateway, _checked(kind.takes, arguments), report)
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=out.model_dump(mode="json")
    )


def article_uri(article_id: str) -> str:
    """The address of an article among this server's resources."""
    return ARTICLES + quote(article_id, safe="")


# -- what each does -----------------------------------------------------------------------------------


async def _ask(gateway: Gateway, request: AskRequest, report: Report) -> tuple[BaseModel, str]:
    steps = 0
    async with aclosing(gateway.stream(request.question_asked())) as events:
        async for event in events:
            if isinstance(event, Answer):
                return answer_out(event), answer_markdown(event, _address)
            steps += 1
            found = isinstance(event, Found)
            await report(steps, "The articles are being read." if found else f"{steps - 1} statements are checked.")
    raise AssertionError("a stream of events ends with the answer")


async def _search(gateway: Gateway, request: SearchRequest, report: Report) -> tuple[BaseModel, str]:
    found = await gateway.search(request.query, request.k, request.filters.filters(), request.as_of)
    lines = [f"{rank}. {_passage(passage)}" for rank, passage in enumerate(found, 1)]
    return passages_out(found), "\n\n".join(lines) or "No passage was found."


async def _trace(gateway: Gateway, request: TraceRequest, report: Report) -> tuple[BaseModel, str]:
    matches = await gateway.trace(request.excerpt)
    lines = [f"{rank}. {_match(match)}" for rank, match in enumerate(matches, 1)]
    return matches_out(matches), "\n\n".join(lines) or "The excerpt is in none of the articles."


async def _get_article(gateway: Gateway, request: ArticleRequest, report: Report) -> tuple[BaseModel, str]:
    article = await gateway.article(request.id)
    return article_out(article), f"{_told(article.source)}\n\n{article.text}"


def _passage(passage: Passage) -> str:
    return f"{_told(passage.source)}, paragraph {passage.paragraph}\n{quoted(passage.text)}"


def _match(match: Match) -> str:
    edits = [f"- {edit.excerpt or '(nothing)'} → {edit.article or '(nothing)'}" for edit in match.edits]
    lines = [f"{_told(match.source)}, paragraph {match.paragraph}: {match.kind}", quoted(match.quote)]
    return "\n".join([*lines, *(["The excerpt → the article:", *edits] if edits else [])])


def _told(source: Source) -> str:
    said = credit(source)
    return f"{squeeze(source.title) or source.id}{f' ({said})' if said else ''}, article {source.id}"


def _address(citation: Citation) -> str:
    return web_address(citation) or article_uri(citation.source.id)


# -- arguments ----------------------------------------------------------------------------------------


def _checked(kind: type[Arguments], arguments: dict[str, Any]) -> Arguments:
    """The arguments as the service checks a request. Raises BadInput."""
    try:
        return kind(**_without_nulls(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "arguments"
        message = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{field}: {message}", field=field) from None


def _without_nulls(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments that were given: models write null for those that they do not want."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in arguments.items()
        if value is not None
    }


def _input_schema(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema without references, which some clients do not follow; no `stream`, as a call has one result."""
    schema = kind.model_json_schema()
    schema.get("properties", {}).pop("stream", None)
    return _inlined(schema, schema.pop("$defs", {}))  # type: ignore[no-any-return]


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(value, definitions) for name, value in part.items()}


_KINDS = {
    "ask": _Kind(
        "Ask the news",
        "Answer a question from the library's news articles. Use it for anything that the news may have reported: "
        "events, people, numbers, days, reasons. Every statement was checked against the words it cites; keep the "
        "markers [n] and name the sources when you use it. `answered` is false where the articles do not say: then "
        "say so, and do not answer from memory. `disagreements` lists what articles report differently: tell both "
        "sides. Ask one self-contained question at a time.",
        AskRequest,
        AnswerOut,
        _ask,
    ),
    "search": _Kind(
        "Search the articles",
        "Find the passages of the library's news articles that best fit a query, best first. Use it to see what has "
        "been reported on a subject, or to read the evidence yourself; to have a question answered, use ask. "
        "`filters` bounds outlets and days, `as_of` searches as on an earlier day.",
        SearchRequest,
        PassagesOut,
        _search,
    ),
    "trace": _Kind(
        "Trace an excerpt",
        "Find out which article a quotation or an excerpt is from, and whether it was altered: exact, near (the same "
        "words, written otherwise) or edited, with every edit. Use it to check a quotation. An empty list means that "
        "it is in none of the articles.",
        TraceRequest,
        MatchesOut,
        _trace,
    ),
    "get_article": _Kind(
        "Read an article",
        "Read one article in full, by the id that the other tools give: title, outlet, day, text and paragraphs. Use "
        "it to see a citation in its context; `start` and `end` of a citation count its text's Unicode code points.",
        ArticleRequest,
        ArticleOut,
        _get_article,
    ),
}
