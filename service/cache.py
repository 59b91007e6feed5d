"""An LRU cache of extractive answers, valid for one state of the library.

An answer is found by its question, with all that bounds what is read, and by the library's generation: any change of
the library makes the answers before it unfindable. The least recently asked for is let go first.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from rag.articles import Answer, Filters, Question, Timings, Usage, squeeze
from rag.desk import Found, Stated

Event = Found | Stated | Answer
Generation = tuple[int, str]
Asked = tuple[Question, Generation]


class Answers:
    """The events of up to `most` answers, and those that are being made, for which others may wait."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: OrderedDict[Asked, tuple[Event, ...]] = OrderedDict()
        self._making: dict[Asked, asyncio.Future[tuple[Event, ...]]] = {}

    async def find(self, asked: Asked) -> tuple[Event, ...] | None:
        """The events of that answer; where another request is making it, those that it shares when it is done."""
        making = self._making.get(asked) if asked not in self._kept else None
        if making is not None and (shared := await asyncio.shield(making)):
            return shared
        if asked not in self._kept:
            return None
        self._kept.move_to_end(asked)
        return self._kept[asked]

    @contextmanager
    def making(self, asked: Asked) -> Iterator[list[Event]]:
        """While it lasts, whoever looks for that answer waits for it; they get what is put into the list yielded."""
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
        """Keep an answer's events."""
        self._kept[asked] = tuple(events)
        self._kept.move_to_end(asked)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)


def asked_of(question: Question, generation: Generation) -> Asked:
    """What an answer is found by: white space, and the order and case of what filters name, make no difference."""
    only = question.filters
    filters = Filters(
        tuple(sorted({outlet.casefold() for outlet in only.outlets})),
        only.published_from,
        only.published_to,
        tuple(sorted(set(only.articles))),
    )
    return replace(question, text=squeeze(question.text), filters=filters), generation


def given_anew(event: Event, question: Question, total_ms: float) -> Event:
    """A kept event as the event of another request: an answer has an id and timings of its own, and costs nothing."""
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
