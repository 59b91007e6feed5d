"""Streams a question's events as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel

from rag.articles import Answer
from rag.desk import Found, Stated
from service.problems import problem_of
from service.schemas import answer_out, passages_out, stated_out, to_json

KEEP_ALIVE_S = 15.0

Event = Found | Stated | Answer


async def sent(first: Event, rest: AsyncGenerator[Event]) -> AsyncIterator[bytes]:
    """Encodes `passages`, each `statement`, and `answer` or `error`; sends comments to keep the connection alive."""
    async with aclosing(with_keep_alive(first, rest)) as events:
        try:
            async for event in events:
                yield KEEPALIVE_COMMENT if event is None else _event(event)
        except Exception as error:
            yield _named("error", problem_of(error))


async def with_keep_alive(first: Event, rest: AsyncGenerator[Event]) -> AsyncGenerator[Event | None]:
    """Yields the events, and None after every 15 s without one. Always closes `rest`."""
    try:
        yield first
        waiting = asyncio.ensure_future(anext(rest))
        try:
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=KEEP_ALIVE_S)
                if not done:
                    yield None
                    continue
                yield waiting.result()
                waiting = asyncio.ensure_future(anext(rest))
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
            await asyncio.wait({waiting})  # a running generator cannot be closed
    finally:
        await rest.aclose()


def _event(event: Event) -> bytes:
    if isinstance(event, Found):
        return _named("passages", passages_out(event.passages))
    if isinstance(event, Stated):
        return _named("statement", stated_out(event.statement, event.citations))
    return _named("answer", answer_out(event))


def _named(name: str, data: BaseModel) -> bytes:
    return format_sse_event(data_str=to_json(data), event=name)
