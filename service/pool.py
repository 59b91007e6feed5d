"""Where work that would block the event loop is done: a few threads, and a bound on how much may wait for them."""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from rag.errors import Busy

RETRY_AFTER_S = 2

_PLACE = contextvars.ContextVar(
    "place", default=0
)  # what has none, such as reading an article, is short and goes first


class Pool:
    """Threads for encoding and searching; `most_waiting` requests may be under way or waiting at once.

    The request that came first goes first with all its work. By pieces in turn, a hundred requests would all end
    when the last one does, and at one moment. For one event loop at a time.
    """

    def __init__(self, most_waiting: int, threads: int | None = None) -> None:
        self.threads = threads or max(2, os.cpu_count() or 2)
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="work")
        self._idle = self.threads
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []  # by place, then by when it came
        self._places, self._turns = itertools.count(1), itertools.count()
        self.most = most_waiting
        self.under_way = 0

    @contextmanager
    def place(self, ahead: int = 0) -> Iterator[None]:
        """A place for one request, taken before it begins so that none is dropped half-way. Raises Busy.

        One that is short may go ahead of so many that came before it, but of no more, so that none waits for ever.
        """
        if self.under_way >= self.most:
            raise Busy("Too many requests are waiting: try again shortly.", retry_after_s=RETRY_AFTER_S)
        self.under_way += 1
        _PLACE.set(next(self._places) - ahead)
        try:
            yield
        finally:
            self.under_way -= 1

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The function's result, from one of the threads; what it logs belongs to the request that it is run for."""
        await self._turn()
        try:
            context = contextvars.copy_context()
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, lambda: context.run(function, *arguments))
        finally:
            self._next()

    async def _turn(self) -> None:
        if self._idle:
            self._idle -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (_PLACE.get(), next(self._turns), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was given, and is of no use any more
                self._next()
            raise

    def _next(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._idle += 1

    def close(self) -> None:
        """Let running work end; start none."""
        self._executor.shutdown(wait=True, cancel_futures=True)
