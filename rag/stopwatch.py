"""Times the steps of an answer."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from rag.articles import Timings


class Stopwatch:
    """Milliseconds by step; a nested step's time does not count for the outer one."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        began, counted = time.perf_counter(), sum(self._spent.values())
        try:
            yield
        finally:
            nested = sum(self._spent.values()) - counted
            self._spent[step] += (time.perf_counter() - began) * 1000 - nested

    def timings(self) -> Timings:
        """The times so far, and the total since the stopwatch was created."""
        total = (time.perf_counter() - self._began) * 1000
        return Timings(**{step: round(ms, 3) for step, ms in self._spent.items()}, total=round(total, 3))
