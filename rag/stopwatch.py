"""Times the steps of an answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rag.articles import Timings


class Stopwatch:
    """Milliseconds by step; a nested step's time does not count for the outer one."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spent: dict[str, float] = {}
        self._running: list[str] = []

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        self._running.append(step)
        try:
            yield
        finally:
            self._running.remove(step)
            spent = (time.perf_counter() - began) * 1000
            self._spent[step] = self._spent.get(step, 0.0) + spent
            for outer in self._running:
                self._spent[outer] = self._spent.get(outer, 0.0) - spent

    def timings(self) -> Timings:
        """The times so far, and the total since the stopwatch was created."""
        total = (time.perf_counter() - self._began) * 1000
        return Timings(**{step: round(ms, 3) for step, ms in self._spent.items()}, total=round(total, 3))
