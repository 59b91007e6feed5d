"""An LRU cache of extractive answers, valid for one state of the library.

The key is the question with its filters and options, and the library's generation: any change of the library
invalidates all earlier answers.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from cachetools import LRUCache

from rag.articles import Answer, Filters, Question, Timings, Usage, squeeze
from rag.desk import Found, Stated

Event = Found | Stated | Answer
Generation = tuple[int, str]
Asked = tuple[Question, Generation]


class Answers:
    """The events of up to `most` answers, and answers in progress that equal requests wait for."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: LRUCache[Asked, tuple[Event, ...]] = LRUCache(most)
        self._making: dict[Asked, asyncio.Future[tuple[Event, ...]]] = {}

    async def find(self, asked: Asked) -> tuple[Event, ...] | None:
        """The cached events of an answer; waits for an equal request in progress. None where there are none."""
        making = self._making.get(asked) if asked not in self._kept else None
        if making is not None and (shared := await asyncio.shield(making)):
            return shared
        return self._kept.get(asked)

    @contextmanager
    def making(self, asked: Asked) -> Iterator[list[Event]]:
        """Marks an answer as in progress: equal requests wait, and get the events put into the yielded list."""
        made = asyncio.get_running_loop().create_future()
        self._making[asked] = made
        shared: list[Event] = []
        try:
            yield shared
        finally:
            if self._making.get(asked) is made:
                del self._making[asked]
            made.set_result(tuple(shared))

    def keep(self, asked: Asked, events: Sequence[Event]) -> None:
        """Stores an answer's events."""
        self._kept[asked] = tuple(events)


def asked_of(question: Question, generation: Generation) -> Asked:
    """The cache key: ignores white space, and the order and case of filters."""
    only = question.filters
    filters = Filters(
        tuple(sorted({outlet.casefold() for outlet in only.outlets})),
        only.published_from,
        only.published_to,
        tuple(sorted(set(only.articles))),
    )
    return replace(question, text=squeeze(question.text), filters=filters), generation


def given_anew(event: Event, question: Question, total_ms: float) -> Event:
    """A cached event for a new request: an answer gets a new id and timings, and no usage."""
    if not isinstance(event, Answer):
        return event
    return replace(
        event,
        id=f"ans_{uuid.uuid4().hex}",
        question=question.text,
        timings=Timings(total=round(total_ms, 3)),
        usage=Usage(),
        refused=0,
        failed=0,
    )
