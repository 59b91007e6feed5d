"""Where work that would block the event loop is done: a few threads, and a bound on how much may wait for them."""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from rag.errors import Busy

RETRY_AFTER_S = 2


class Pool:
    """Threads for encoding and searching; `most_waiting` requests may be under way or waiting at once."""

    def __init__(self, most_waiting: int, threads: int | None = None) -> None:
        self.threads = threads or max(2, os.cpu_count() or 2)
        self._executor = ThreadPoolExecutor(self.threads, thread_name_prefix="work")
        self.most = most_waiting
        self.under_way = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request, taken before it begins so that none is dropped half-way. Raises Busy."""
        if self.under_way >= self.most:
            raise Busy("Too many requests are waiting: try again shortly.", retry_after_s=RETRY_AFTER_S)
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The function's result, from one of the threads; what it logs belongs to the request that it is run for."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, lambda: context.run(function, *arguments))

    def close(self) -> None:
        """Let running work end; start none."""
        self._executor.shutdown(wait=True, cancel_futures=True)
