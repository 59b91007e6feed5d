"""Finds facts for which articles give different values, and groups the articles by value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.articles import Passage, Source, Span
from rag.cancellation import check_cancelled
from rag.conflicts.days import COMPARED
from rag.conflicts.overlap import LEAST_SHARED_WORDS, SAME_MATTER, Mismatch, SentencePair, pair_up
from rag.conflicts.parsing import parse
from rag.conflicts.rules import mismatches
from rag.language.quantities import quantities
from rag.language.quotations import quoted_sentence_spans
from rag.language.sameness import stem
from rag.language.words import STOP_WORDS, content_words
from rag.marks import without_markers

LEAST_SHARED_STEMS, LEAST_SHARE = 2, 0.2  # below which two sentences are not compared at all
CONTEXT_WORDS = (12, 8)  # before and behind a value, to say what it is about
_SENTENCE_ENDS = re.compile(r"[.!?][”\"’')]*(?:\s|$)|\n")


@dataclass(frozen=True, slots=True)
class ConflictingValue:
    """One value that articles give, with the sentences that give it."""

    value: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A matter for which articles give different values; the newest first where a newer report supersedes."""

    about: str
    kind: Literal["differ", "updated"]
    values: tuple[ConflictingValue, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a passage, without citation markers; `article` is what the pool has of its article."""

    span: Span
    text: str
    source: Source
    article: str

    @property
    def day(self) -> date | None:
        return self.source.published


def find_conflicts(spans: Iterable[Span], pool: Sequence[Passage]) -> tuple[Conflict, ...]:
    """The conflicts of the sentences cited in `spans` with other sentences of the pool."""
    articles = _articles(pool)
    others = [
        _sentence(Span(index, one.start + start, one.start + end), pool, articles)
        for index, one in enumerate(pool)
        for start, end in quoted_sentence_spans(one.text)
    ]
    found: list[Conflict] = []
    for one in (_sentence(span, pool, articles) for span in dict.fromkeys(spans)):
        candidates = [other for other in others if _may_conflict(one, other)]
        differing = [
            (other, mismatch)
            for other in candidates
            for mismatch in mismatches(_pair(one, other), _days_apart(one, other))
            if mismatch.kind in COMPARED or not has_value(mismatch.mine, other.article)
        ]
        for key in dict.fromkeys((mismatch.kind, mismatch.place) for _, mismatch in differing):
            these = [(other, mismatch) for other, mismatch in differing if (mismatch.kind, mismatch.place) == key]
            agreeing = [other.span for other in candidates if _agrees(one, other, these[0][1])]
            found.append(_conflict(one, these, agreeing))
    return tuple(_each_once([conflict for conflict in found if len(conflict.values) > 1]))


def _articles(pool: Sequence[Passage]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for passage in pool:
        found.setdefault(passage.source.id, [passage.source.title]).append(passage.text)
    return {key: without_markers("\n".join(dict.fromkeys(texts))) for key, texts in found.items()}


def _sentence(span: Span, pool: Sequence[Passage], articles: dict[str, str]) -> _Sentence:
    source = pool[span.passage].source
    return _Sentence(span, without_markers(span.words(pool)), source, articles[source.id])


# -- comparing --------------------------------------------------------------------------------------


def _may_conflict(one: _Sentence, other: _Sentence) -> bool:
    check_cancelled()
    if one.source.id == other.source.id:
        return False
    mine, theirs = stems(one.text), stems(other.text)
    shared = len(mine & theirs)
    return shared >= LEAST_SHARED_STEMS and shared >= LEAST_SHARE * min(len(mine), len(theirs))


@lru_cache(maxsize=8_192)
def stems(text: str) -> frozenset[str]:
    """The stems of the content words of a text, without its numbers."""
    return frozenset(stem(word) for word in content_words(text) if not word[0].isdigit())


def _pair(one: _Sentence, other: _Sentence) -> SentencePair:
    return _paired(one.text, one.day, one.article, other.text, other.day, other.article)


@lru_cache(maxsize=4_096)
def _paired(
    one: str, day: date | None, article: str, other: str, other_day: date | None, other_article: str
) -> SentencePair:
    return pair_up(parse(one, day), parse(other, other_day), article, other_article)


def _days_apart(one: _Sentence, other: _Sentence) -> int | None:
    return abs((one.day - other.day).days) if one.day and other.day else None


def has_value(value: str, text: str) -> bool:
    """Whether a text has the value as whole words or numbers."""
    return re.search(rf"(?<![\w.,]){re.escape(value)}(?!\w)", text, re.IGNORECASE) is not None


def _agrees(one: _Sentence, other: _Sentence, mismatch: Mismatch) -> bool:
    """Whether a sentence of another article gives the value that the one gives."""
    if not has_value(mismatch.mine, other.text) and not _numbers(mismatch.mine) & _numbers(other.text):
        return False
    pair = _pair(one, other)
    return pair.share >= SAME_MATTER and pair.shared >= LEAST_SHARED_WORDS


@lru_cache(maxsize=8_192)
def _numbers(text: str) -> frozenset[tuple[float, str]]:
    return frozenset((one.value, one.unit) for one in quantities(text) if one.unit is not None)


# -- grouping ---------------------------------------------------------------------------------------


def _conflict(one: _Sentence, differing: Sequence[tuple[_Sentence, Mismatch]], agreeing: Sequence[Span]) -> Conflict:
    first = differing[0][1]
    values = {_spelled(first.mine): ConflictingValue(first.mine, (one.span, *agreeing))}
    days = {_spelled(first.mine): one.day}
    for other, mismatch in differing:
        key = _spelled(mismatch.theirs)
        known = values.get(key, ConflictingValue(mismatch.theirs, ()))
        values[key] = ConflictingValue(known.value, (*known.spans, other.span))
        days[key] = max(filter(None, (days.get(key), other.day)), default=None)
    about = _about(one.text, first.place, first.mine)
    dated = {day for day in days.values() if day}
    if first.changes and len(dated) == len(values):
        newest_first = sorted(values, key=lambda key: days[key] or date.min, reverse=True)
        return Conflict(about, "updated", tuple(values[key] for key in newest_first))
    return Conflict(about, "differ", tuple(values.values()))


def _spelled(value: str) -> str:
    """A value in one spelling of its numbers: twelve workers, 12 workers."""
    found = quantities(value)
    return " ".join(f"{one.value:g} {one.unit}" for one in found) if found else value.lower()


def _each_once(found: Sequence[Conflict]) -> list[Conflict]:
    """The conflicts; of those between the same values the one that has most of them."""
    kept: list[Conflict] = []
    for conflict in sorted(found, key=lambda each: -len(each.values)):
        values = {_spelled(each.value) for each in conflict.values}
        if not any(values <= {_spelled(each.value) for each in other.values} for other in kept):
            kept.append(conflict)
    return sorted(kept, key=found.index)


def _about(sentence: str, place: int, value: str) -> str:
    """The words of the sentence around the value: "The flood … destroyed … in the valley of Ely"."""
    before = _SENTENCE_ENDS.split(sentence[:place])[-1].split()[-CONTEXT_WORDS[0] :]
    behind = _SENTENCE_ENDS.split(sentence[place + len(value) :])[0].split()[: CONTEXT_WORDS[1]]
    while before and before[0] in STOP_WORDS:  # in lower case: no sentence begins so
        before.pop(0)
    while behind and behind[-1] in STOP_WORDS:
        behind.pop()
    return f"{' '.join(before)} … {' '.join(behind)}".strip(" ,.;:“”\"'–—-")
