"""Parses a sentence into what it asserts, apart from who says so: its words, names, quantities and days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rag.language.dates import DateMention, dates
from rag.language.lemmas import is_verb_at, verb_lemmas
from rag.language.names import Name, names
from rag.language.quantities import Quantity, quantities
from rag.language.speech import SAYING, reported_speech
from rag.language.words import STOP_WORDS, WORD, without_possessive

KEPT_SENTENCES = 8_192
_MARK = re.compile(r"[^\w\s]")


@dataclass(frozen=True, slots=True)
class ContentWord:
    """A content word in lower case, at its place; `capital` where it is written with one."""

    low: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True, eq=False)
class ParsedSentence:
    """What a sentence asserts. All but the last two leave out who says so.

    `words` are its content words that belong to no day and no number; `speakers` the names of who says so, in lower
    case, and `said_on` the day on which they did.
    """

    text: str
    words: tuple[ContentWord, ...]
    names: tuple[Name, ...]
    quantities: tuple[Quantity, ...]
    days: tuple[DateMention, ...]
    speakers: frozenset[str]
    said_on: DateMention | None

    def is_verb(self, word: ContentWord) -> bool:
        """Whether a word is a verb, not of saying, by its form or by what stands before it."""
        is_said = not verb_lemmas(word.low) - SAYING
        return not word.capital and not is_said and is_verb_at(self.text, word.start, word.end)

    def governing(self, place: int) -> frozenset[str]:
        """The infinitives of the verb that a place goes with: the last before it, else the first behind it."""
        verbs = [word for word in self.words if self.is_verb(word)]
        before = [word for word in verbs if word.end <= place]
        behind = [word for word in verbs if word.start >= place]
        return next((verb_lemmas(word.low) for word in (*before[-1:], *behind[:1])), frozenset())

    def verb_behind(self, place: int) -> ContentWord | None:
        """The verb that is the next content word behind a place, with no mark between."""
        word = next((word for word in self.words if word.start >= place), None)
        return word if word and self.is_verb(word) and not _MARK.search(self.text, place, word.start) else None

    def verb_beside(self, start: int, end: int) -> frozenset[str]:
        """The infinitives of the verb right behind a place, or else of the one right before it."""
        before = [word for word in self.words if word.end <= start][-1:]
        is_beside = before and self.is_verb(before[0]) and not _MARK.search(self.text, before[0].end, start)
        found = self.verb_behind(end) or (before[0] if is_beside else None)
        return verb_lemmas(found.low) if found else frozenset()

    def near(self, start: int, end: int, count: int) -> list[str]:
        """The content words inside a place, and so many before and behind it."""
        before = [word.low for word in self.words if word.end <= start][-count:]
        behind = [word.low for word in self.words if word.start >= end][:count]
        return [*before, *(word.low for word in self.words if word.start < end and word.end > start), *behind]


@lru_cache(maxsize=KEPT_SENTENCES)
def parse(text: str, published: date | None) -> ParsedSentence:
    """The sentence, its days resolved against the day on which it was published."""
    days = dates(text, published)
    speech = reported_speech(text)
    outside = speech.spans if speech else ()
    said = speech.day if speech else None
    taken = [*outside, *((day.start, day.end) for day in days)]
    counts = tuple(one for one in quantities(text) if not _within(one.start, outside))
    return ParsedSentence(
        text,
        tuple(
            ContentWord(without_possessive(match[0].lower()), *match.span(), match[0][0].isupper())
            for match in WORD.finditer(text)
            if not _is_plain(match[0]) and not _within(match.start(), taken)
        ),
        tuple(name for name in names(text) if not _within(name.start, taken)),
        counts,
        tuple(day for day in days if not _within(day.start, outside)),
        speech.speakers if speech else frozenset(),
        next((day for day in days if said and said[0] <= day.start < said[1]), None),
    )


def _is_plain(word: str) -> bool:
    return word.lower().replace("’", "'") in STOP_WORDS or word[0].isdigit()


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)
