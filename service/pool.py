"""A bounded thread pool for work that would block the event loop, first come, first served."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any

from rag.cancellation import running_with
from rag.errors import Busy

RETRY_AFTER_S = 2


class _Request:
    """One request: its place in the queue, its number of running threads, and whether its client has left."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.running = 0
        self.left = False


class Pool:
    """Threads for encoding and searching; at most `most_waiting` requests may be in progress or waiting.

    An earlier request's work always goes first: if requests took turns, a hundred of them would all end at the same
    late moment. Work that is no longer awaited is cancelled; its thread counts as busy until the work has stopped.
    For one event loop at a time.
    """

    def __init__(self, most_waiting: int, threads: int | None = None) -> None:
        self.threads = threads or max(2, os.cpu_count() or 2)
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="work")
        self._idle = self.threads
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []  # heap, by place, then by arrival
        self._places, self._turns = itertools.count(1), itertools.count()
        self.most = most_waiting
        self.under_way = 0

    @contextmanager
    def place(self, ahead: int = 0) -> Iterator[Callable[..., Any]]:
        """Reserves a place for one request, and yields a function that runs its work. Raises Busy.

        A short request may go `ahead` of that many earlier ones, but of no more, so that none waits forever.
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
        """Runs a function in a thread, in the caller's context (so that its log lines carry the request's id).

        It needs no place and goes first: for short work, such as reading an article.
        """
        return await self._run(None, function, *arguments)

    async def _run(self, request: _Request | None, function: Callable[..., Any], *arguments: Any) -> Any:
        await self._turn(request.place if request else 0)
        loop, stop = asyncio.get_running_loop(), Event()
        if request:
            request.running += 1
        work = self._executor.submit(running_with(stop, function, *arguments))
        work.add_done_callback(lambda done: _call_in(loop, self._ended, request))
        try:
            return await asyncio.wrap_future(work)
        finally:
            stop.set()

    def _ended(self, request: _Request | None) -> None:
        if request:
            request.running -= 1
            self._free(request)
        self._next()

    def _free(self, request: _Request) -> None:
        """Frees the request's place once it has ended and none of its work is running."""
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
            if not turn.cancelled():  # the turn was granted, but is no longer needed
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
        """Waits for running work; starts none."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _call_in(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object) -> None:
    with suppress(RuntimeError):  # the loop is closed
        loop.call_soon_threadsafe(function, *arguments)
