"""Deadlines of requests: when one passes, waiting ends and the work is cancelled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from rag.errors import TimedOut

Made = TypeVar("Made")
WRITERS_SHARE = 0.8  # of the time; the rest suffices for an extractive answer


class Deadline:
    """A deadline `seconds` from now; None: no limit."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._began = time.monotonic()

    def for_the_writer(self) -> Deadline:
        """An earlier deadline for the language model, which leaves time for an extractive answer."""
        earlier = Deadline(None if self.seconds is None else self.seconds * WRITERS_SHARE)
        earlier._began = self._began
        return earlier

    async def within(self, awaited: Awaitable[Made]) -> Made:
        """Awaits it. Raises TimedOut, and cancels it, when the deadline passes."""
        left = None if self.seconds is None else max(0.0, self._began + self.seconds - time.monotonic())
        bound = asyncio.timeout(left)
        try:
            async with bound:
                return await awaited
        except TimeoutError:
            if not bound.expired():
                raise
            raise TimedOut(
                f"The answer took longer than {self.seconds:g} s: ask a narrower question, or raise "
                "BYLINE_ANSWER_TIMEOUT_S."
            ) from None

    def bounded(self, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """Wraps `run` so that what it runs ends by the deadline."""

        async def run_within(function: Callable[..., Any], *arguments: Any) -> Any:
            return await self.within(run(function, *arguments))

        return run_within

    async def each(self, items: AsyncIterator[Made]) -> AsyncIterator[Made]:
        """Iterates over the items until the deadline. Raises TimedOut."""
        try:
            while True:
                try:
                    item = await self.within(anext(items))
                except StopAsyncIteration:
                    return
                yield item
        finally:
            if isinstance(items, AsyncGenerator):
                await items.aclose()
