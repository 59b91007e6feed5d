"""A bounded thread pool for work that would block the event loop."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from rag.cancellation import Token, running_with
from rag.errors import Busy

RETRY_AFTER_S = 2


class _Request:
    """One request's place in the order, how much of its work runs in threads, and whether its asker still waits."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.running = 0
        self.left = False


class Pool:
    """Threads for encoding and searching; `most_waiting` requests may be under way or waiting at once.

    The request that came first goes first with all its work. By pieces in turn, a hundred requests would all end
    when the last one does, and at one moment. Work that is awaited no more is told to stop, and its thread counts
    as busy until it has stopped. For one event loop at a time.
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
    def place(self, ahead: int = 0) -> Iterator[Callable[..., Any]]:
        """A place for one request, taken before it begins so that none is dropped half-way. Raises Busy.

        What is given runs the request's work, as `run` does. One that is short may go ahead of so many that came
        before it, but of no more, so that none waits for ever.
        """
        if self.under_way >= self.most:
            raise Busy("Too many requests are waiting: try again shortly.", retry_after_s=RETRY_AFTER_S)
        self.under_way += 1
        request = _Request(next(self._places) - ahead)

        async def run(function: Callable[..., Any], *arguments: Any) -> Any:
            return await self._run(request, function, *arguments)

        try:
            yield run
        finally:
            request.left = True
            self._free(request)

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The function's result, from one of the threads; what it logs belongs to the request that it is run for.

        What is run so belongs to no place: it is short, as reading an article is, and goes first.
        """
        return await self._run(None, function, *arguments)

    async def _run(self, request: _Request | None, function: Callable[..., Any], *arguments: Any) -> Any:
        await self._turn(request.place if request else 0)
        loop, token = asyncio.get_running_loop(), Token()
        if request:
            request.running += 1
        work = self._executor.submit(running_with(token, function, *arguments))
        work.add_done_callback(lambda done: _tell(loop, self._ended, request))
        try:
            return await asyncio.wrap_future(work)
        finally:
            token.cancel()

    def _ended(self, request: _Request | None) -> None:
        if request:
            request.running -= 1
            self._free(request)
        self._next()

    def _free(self, request: _Request) -> None:
        """Free the request's place, once its asker is gone and its last work has ended."""
        if request.left and not request.running:
            self.under_way -= 1

    async def _turn(self, place: int) -> None:
        if self._idle:
            self._idle -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (place, next(self._turns), turn))
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


def _tell(loop: asyncio.AbstractEventLoop, told: Callable[..., None], *arguments: object) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody is left to be told
        loop.call_soon_threadsafe(told, *arguments)
