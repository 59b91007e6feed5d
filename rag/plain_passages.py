"""Normalised passages for comparison and for models, with a mapping back to the stored text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import overload

from rag.articles import Checked, Passage, Source, Span
from rag.plain import Plain, plain, plain_text


class PlainPassages:
    """Makes the passages of one answer plain. Places in a plain passage count from the `start` of the stored one."""

    def __init__(self) -> None:
        self._stored: dict[tuple[str, int], tuple[Passage, Plain]] = {}

    def of(self, passages: Iterable[Passage]) -> list[Passage]:
        """The passages as they read; those with nothing hidden in them are the same."""
        return [self._plain(passage) for passage in passages]

    def stored(self, passages: Sequence[Passage]) -> Sequence[Passage]:
        """The stored passages behind a list of plain ones, which may grow."""
        return _Stored(passages, self._stored)

    def exact(self, span: Span, passages: Sequence[Passage]) -> Span:
        """The place in its stored article of a place in a plain passage."""
        passage = passages[span.passage]
        known = self._stored.get(_key(passage))
        if known is None:
            return span
        start, end = known[1].span(span.start - passage.start, span.end - passage.start)
        return Span(span.passage, passage.start + start, passage.start + end)

    def exact_of(self, checked: Checked, passages: Sequence[Passage]) -> Checked:
        """The checked sentence, whose words are pointed to where they are stored."""
        return replace(checked, spans=tuple(self.exact(span, passages) for span in checked.spans))

    def _plain(self, passage: Passage) -> Passage:
        read, source = plain(passage.text), _plain_source(passage.source)
        if read.text == passage.text and source is passage.source:
            return passage
        made = replace(passage, source=source, text=read.text, end=passage.start + len(read.text))
        self._stored[_key(passage)] = passage, read
        return made


class _Stored(Sequence[Passage]):
    def __init__(self, passages: Sequence[Passage], stored: dict[tuple[str, int], tuple[Passage, Plain]]) -> None:
        self._passages = passages
        self._known = stored

    @overload
    def __getitem__(self, place: int) -> Passage: ...
    @overload
    def __getitem__(self, place: slice) -> list[Passage]: ...
    def __getitem__(self, place: int | slice) -> Passage | list[Passage]:
        if isinstance(place, slice):
            return [self._of(passage) for passage in self._passages[place]]
        return self._of(self._passages[place])

    def __len__(self) -> int:
        return len(self._passages)

    def _of(self, passage: Passage) -> Passage:
        known = self._known.get(_key(passage))
        return known[0] if known else passage


def _key(passage: Passage) -> tuple[str, int]:
    return passage.source.id, passage.start


def _plain_source(source: Source) -> Source:
    title, outlet = plain_text(source.title), source.outlet and plain_text(source.outlet)
    return source if (title, outlet) == (source.title, source.outlet) else replace(source, title=title, outlet=outlet)
