"""How long a request may take: awaiting ends, and what is computed for it stops, when the time is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from rag.errors import TimedOut

Made = TypeVar("Made")
WRITERS_SHARE = 0.8  # of the time: what is left suffices for the articles' own words


class Deadline:
    """The moment by which a request is to be answered, `seconds` from now; None: whenever it is."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self._began = time.monotonic()

    def for_the_writer(self) -> Deadline:
        """A deadline some time before this one, by which a language model is to have written."""
        earlier = Deadline(None if self.seconds is None else self.seconds * WRITERS_SHARE)
        earlier._began = self._began
        return earlier

    async def within(self, awaited: Awaitable[Made]) -> Made:
        """What is awaited. Raises TimedOut where it is not there in time; it is cancelled then."""
        bound = asyncio.timeout(self._left())
        try:
            async with bound:
                return await awaited
        except TimeoutError:
            if not bound.expired():
                raise
            raise TimedOut(
                f"The answer took longer than {self.seconds:g} s: ask for less, or raise BYLINE_ANSWER_TIMEOUT_S."
            ) from None

    def bounded(self, run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """The same way of running work, within the time."""

        async def run_within(function: Callable[..., Any], *arguments: Any) -> Any:
            return await self.within(run(function, *arguments))

        return run_within

    async def each(self, items: AsyncIterator[Made]) -> AsyncIterator[Made]:
        """The items, each of which is waited for within the time. Raises TimedOut."""
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

    def _left(self) -> float | None:
        """Seconds that are left, not below 0; None: any number."""
        return None if self.seconds is None else max(0.0, self._began + self.seconds - time.monotonic())
