"""Routes compatible with OpenAI: chat completions and models."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.sse import EventSourceResponse

from rag.articles import Mode, Source
from service.chat_completions.errors import OpenAIRoute, Refused
from service.chat_completions.replies import ArticleUrl, Reply
from service.chat_completions.requests import ChatRequest
from service.chat_completions.schemas import ChatCompletionOut, ErrorsOut, ModelOut, ModelsOut
from service.disconnects import GONE, unless_gone
from service.gateway import Gateway
from service.keys import Keys
from service.problems import documented

STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def chat_completions(gateway: Gateway, keys: Keys, *, has_model: bool) -> APIRouter:
    """The routes; `has_model`: whether a language model is configured."""
    router = APIRouter(
        prefix="/v1",
        tags=["chat completions"],
        dependencies=[Depends(keys.require("read"))],
        route_class=OpenAIRoute,
    )
    modes: dict[str, Mode] = {"byline": "auto", "byline-extractive": "extractive"}
    if has_model:
        modes["byline-llm"] = "llm"
    since = int(time.time())

    def known(model: str) -> Mode:
        if model not in modes:
            there = ", ".join(modes)
            raise Refused(404, f"There is no model {model!r}; there are {there}.", "model", "model_not_found")
        return modes[model]

    @router.post(
        "/chat/completions",
        response_model=ChatCompletionOut,
        responses={200: _STREAMED, **_errors(400, 401, 403, 404, 429, 503, 504), **documented(413)},
    )
    async def complete(body: ChatRequest, request: Request) -> Any:
        """Answer the last user message with citations, as OpenAI's API does; in chunks where `stream` is true."""
        question = body.question(known(body.model))
        reply = Reply(body.model, _article_url(request))
        if not body.stream:
            answer = await unless_gone(request, gateway.ask(question))
            return reply.whole(answer) if answer else Response(status_code=GONE)
        events = gateway.stream(question)
        # An error before the first event becomes an ordinary error response.
        first = await unless_gone(request, anext(events))
        if first is None:
            await events.aclose()
            return Response(status_code=GONE)
        chunks = reply.chunks(first, events, with_usage=body.wants_usage)
        return EventSourceResponse(chunks, headers=STREAM_HEADERS)

    @router.get("/models", responses=_errors(401, 403, 429))
    async def models() -> ModelsOut:
        """The models: `byline` (the configured mode), `byline-extractive`, and `byline-llm` if there is a model."""
        return ModelsOut(data=[ModelOut(id=model, created=since) for model in modes])

    # A name with a line break matches no route; that error has the service's own form.
    on_no_route: dict[int | str, dict[str, Any]] = {404: {**_errors(404)[404], **documented(404)[404]}}

    @router.get("/models/{model:path}", responses={**_errors(401, 403, 429), **on_no_route})
    async def one_model(model: str) -> ModelOut:
        """One of the models."""
        known(model)
        return ModelOut(id=model, created=since)

    return router


_STREAMED: dict[str, Any] = {
    "description": "The answer, or its chunks where `stream` is true",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ErrorsOut, "description": "An error in OpenAI's form"} for status in statuses}


def _article_url(request: Request) -> ArticleUrl:
    """Builds an article's URL in this service, with the host name that the client used."""
    base = str(request.base_url)

    def url(source: Source) -> str:
        return f"{base}v1/articles/{quote(source.id, safe='')}"

    return url
