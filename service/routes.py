"""The routes of questions, articles and health, as the contract has them. The application includes them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse
from fastapi.sse import EventSourceResponse

from rag.articles import Article, Rejected
from rag.reading import read_record
from service.events import sent
from service.gateway import Gateway
from service.keys import Keys
from service.problems import problem
from service.schemas import (
    AnswerOut,
    ArticleOut,
    ArticlesIn,
    ArticlesOut,
    AskRequest,
    IngestOut,
    MatchesOut,
    PassagesOut,
    ProblemOut,
    RejectedOut,
    SearchRequest,
    TraceRequest,
    answer_out,
    article_out,
    matches_out,
    passages_out,
    source_out,
)

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemOut, "description": "What went wrong"} for status in statuses}


def health(gateway: Gateway, warm: asyncio.Event) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Whether the process lives."""
        return {"status": "ok"}

    @router.get("/readyz", responses=_problems(503))
    async def readyz() -> Response:
        """Whether questions can be answered: the model is loaded and the library can be read."""
        if not warm.is_set():
            return problem(
                503, "The embedding model is being loaded: try again in a few seconds.", headers={"Retry-After": "2"}
            )
        return JSONResponse({"status": "ready", "articles": await gateway.count()})

    return router


def questions(gateway: Gateway, keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["questions"], dependencies=[Depends(keys.require("read"))])

    @router.post("/ask", response_model=AnswerOut, responses=_problems(400, 401, 403, 413, 422, 503))
    async def ask(request: AskRequest) -> Any:
        """Answer a question with citations; as server-sent events where `stream` is true."""
        if not request.stream:
            return answer_out(await gateway.ask(request.question_asked()))
        events = gateway.stream(request.question_asked())
        first = await anext(events)  # what fails before anything is sent is an ordinary error response
        return EventSourceResponse(sent(first, events), headers=STREAM_HEADERS)

    @router.post("/search", responses=_problems(400, 401, 403, 413, 422, 503))
    async def search(request: SearchRequest) -> PassagesOut:
        """The passages that best fit a query, best first, no two with the same words."""
        found = await gateway.search(request.query, request.k, request.filters.filters(), request.as_of)
        return passages_out(found)

    @router.post("/trace", responses=_problems(400, 401, 403, 413, 422, 503))
    async def trace(request: TraceRequest) -> MatchesOut:
        """Which articles an excerpt is from, where it stands in them, and how it was altered."""
        return matches_out(await gateway.trace(request.excerpt))

    return router


def articles(gateway: Gateway, keys: Keys) -> APIRouter:
    router = APIRouter(prefix="/v1/articles", tags=["articles"])
    read, write = [Depends(keys.require("read"))], [Depends(keys.require("write"))]

    @router.post("", dependencies=write, responses=_problems(400, 401, 403, 413, 422, 503))
    async def add(request: ArticlesIn) -> IngestOut:
        """Take articles in; a bad one is rejected with its reason, the rest goes in."""
        report = await gateway.ingest(_read(record, index) for index, record in enumerate(request.articles))
        return IngestOut(
            added=report.added,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=[RejectedOut(index=one.index, reason=one.reason) for one in report.rejected],
        )

    @router.get("", dependencies=read, responses=_problems(401, 403, 422))
    async def page(
        limit: Annotated[int, Query(ge=1, le=100)] = 50, cursor: Annotated[str | None, Query(max_length=4096)] = None
    ) -> ArticlesOut:
        """One page of the articles, in the order of their ids."""
        sources, following = await gateway.articles(cursor, limit)
        return ArticlesOut(articles=[source_out(source) for source in sources], next=following)

    @router.get("/{article_id:path}", dependencies=read, responses=_problems(401, 403, 404))
    async def show(article_id: str) -> ArticleOut:
        """An article with its full text and paragraphs. An id that is a URL is percent-encoded."""
        return article_out(await gateway.article(article_id))

    @router.delete("/{article_id:path}", dependencies=write, status_code=204, responses=_problems(401, 403, 404))
    async def remove(article_id: str) -> None:
        """Take an article out of the library."""
        await gateway.remove(article_id)

    return router


def _read(record: Any, index: int) -> Article | Rejected:
    if not isinstance(record, dict):
        return Rejected(index, "it is not an object")
    return read_record(record, index)
