"""The MCP tools: descriptions, arguments and results.

Every result comes twice: as the JSON of the HTTP API, and as text with the same citation numbers for a model to read.
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
from service.display import credit, quoted
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

ARTICLES = "byline://articles/"

Report = Callable[[float, str], Awaitable[None]]
Arguments = TypeVar("Arguments", bound=BaseModel)


class ArticleRequest(BaseModel):
    """The arguments of `get_article`."""

    model_config = ConfigDict(extra="forbid")
    id: PlainText = Field(description="the article's id, as the other tools give it", min_length=1)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One tool: description, argument and result types, function."""

    title: str
    description: str
    takes: type[BaseModel]
    gives: type[BaseModel]
    call: Callable[[Gateway, Any, Report], Awaitable[tuple[BaseModel, str]]]


def tools() -> list[Tool]:
    """The list of tools for clients."""
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
    """Calls a tool; `report` gets its progress. Raises BadInput, NotFound, Busy, TimedOut."""
    kind = _KINDS[name]
    out, text = await kind.call(gateway, _checked(kind.takes, arguments), report)
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=out.model_dump(mode="json")
    )


def article_uri(article_id: str) -> str:
    """The URI of an article as an MCP resource."""
    return ARTICLES + quote(article_id, safe="")


# -- the tools ----------------------------------------------------------------------------------------


async def _ask(gateway: Gateway, request: AskRequest, report: Report) -> tuple[BaseModel, str]:
    steps = 0
    async with aclosing(gateway.stream(request.question_asked())) as events:
        async for event in events:
            if isinstance(event, Answer):
                return answer_out(event), answer_markdown(event, _address)
            steps += 1
            found = isinstance(event, Found)
            await report(steps, "Reading the articles." if found else f"{steps - 1} statements are checked.")
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
    return article_out(article), f"{_source(article.source)}\n\n{article.text}"


def _passage(passage: Passage) -> str:
    return f"{_source(passage.source)}, paragraph {passage.paragraph}\n{quoted(passage.text)}"


def _match(match: Match) -> str:
    edits = [f"- {edit.excerpt or '(nothing)'} → {edit.article or '(nothing)'}" for edit in match.edits]
    lines = [f"{_source(match.source)}, paragraph {match.paragraph}: {match.kind}", quoted(match.quote)]
    return "\n".join([*lines, *(["The excerpt → the article:", *edits] if edits else [])])


def _source(source: Source) -> str:
    said = credit(source)
    return f"{squeeze(source.title) or source.id}{f' ({said})' if said else ''}, article {source.id}"


def _address(citation: Citation) -> str:
    return web_address(citation) or article_uri(citation.source.id)


# -- arguments ----------------------------------------------------------------------------------------


def _checked(kind: type[Arguments], arguments: dict[str, Any]) -> Arguments:
    """Validates arguments as the HTTP service does. Raises BadInput."""
    try:
        return kind(**_without_nulls(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "arguments"
        message = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"{field}: {message}", field=field) from None


def _without_nulls(arguments: dict[str, Any]) -> dict[str, Any]:
    """Removes nulls, which models write for arguments that they do not want."""
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in arguments.items()
        if value is not None
    }


def _input_schema(kind: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema without references, which some clients do not support, and without `stream`."""
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
        "markers [n] and name the sources when you use it. `answered` is false if the articles have no answer: then "
        "say so, and do not answer from memory. `disagreements` lists what articles report differently: give all "
        "versions. Ask one self-contained question at a time.",
        AskRequest,
        AnswerOut,
        _ask,
    ),
    "search": _Kind(
        "Search the articles",
        "Find the passages of the library's news articles that match a query best, best first. Use it to see what "
        "has been reported on a subject, or to read the evidence yourself; to get a question answered, use ask. "
        "`filters` restricts outlets and days, `as_of` searches as on an earlier day.",
        SearchRequest,
        PassagesOut,
        _search,
    ),
    "trace": _Kind(
        "Trace an excerpt",
        "Find the articles that a quotation or excerpt was taken from, and whether it was altered: exact, near (the "
        "same words, with other punctuation or spelling) or edited, with every edit. Use it to check a quotation. An "
        "empty list means that it is in none of the articles.",
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
