"""Finds what the articles say differently, and groups it by who says what. Called through `rag.conflicts`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.articles import Passage, Span
from rag.cancellation import check_cancelled
from rag.conflicts.changes import CHANGE, tells_of_change
from rag.conflicts.judging import rivals
from rag.conflicts.matching import LEAST_SHARED_WORDS, SAME_MATTER, Pair, Rival, pair_up
from rag.conflicts.readings import read, sentences, stems
from rag.language.quantities import quantities

LEAST_SHARED_STEMS, LEAST_SHARE = 2, 0.2  # of words that look alike, before they are looked at closely
_SORTS_OF_DAY = ("weekday", "date", "month", "year")
WIDTH = (12, 8)  # words before and behind a value that tell what it is about


@dataclass(frozen=True, slots=True)
class ConflictingValue:
    """One value that articles give for a matter, with the sentences that give it."""

    value: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One matter of which articles tell different values; the newest first where a newer report supersedes."""

    about: str
    kind: Literal["differ", "updated"]
    values: tuple[ConflictingValue, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence of a passage."""

    span: Span
    passage: Passage
    text: str


def find_conflicts(spans: Iterable[Span], pool: Sequence[Passage]) -> tuple[Conflict, ...]:
    """What other sentences of the pool say otherwise than the sentences cited in `spans`."""
    said = [_said(span, pool) for span in dict.fromkeys(spans)]
    others = [_said(span, pool) for span in _sentences(pool)]
    around = _around(pool)
    found: list[Conflict] = []
    for one in said:
        told = [
            (other, rival)
            for other in others
            if _may_meet(one, other)
            for rival in rivals(_pair(one, other, around), _days_apart(one, other))
            if _stands(one, other, rival, around[other.passage.source.id])
        ]
        for kind, place in dict.fromkeys((rival.kind, rival.place) for _, rival in told):
            these = [(other, rival) for other, rival in told if (rival.kind, rival.place) == (kind, place)]
            found.append(_difference(one, these, _agreeing(one, these[0][1], others, around)))
    return tuple(_each_once([difference for difference in found if len(difference.values) > 1]))


def _stands(one: _Said, other: _Said, rival: Rival, around: str) -> bool:
    """Whether a difference is one: not where the other article has both values, unless it says which is the newer."""
    if rival.kind == CHANGE:
        newer, older = (one, other) if tells_of_change(one.text, rival.mine) else (other, one)
        return (newer.passage.source.published or date.min) > (older.passage.source.published or date.max)
    return rival.kind in _SORTS_OF_DAY or not _is_known(rival.mine, around)


def _days_apart(one: _Said, other: _Said) -> int | None:
    mine, theirs = one.passage.source.published, other.passage.source.published
    return abs((mine - theirs).days) if mine and theirs else None


def _said(span: Span, pool: Sequence[Passage]) -> _Said:
    passage = pool[span.passage]
    return _Said(span, passage, passage.text[span.start - passage.start : span.end - passage.start])


def _sentences(pool: Sequence[Passage]) -> list[Span]:
    return [
        Span(index, passage.start + start, passage.start + end)
        for index, passage in enumerate(pool)
        for start, end in sentences(passage.text)
    ]


def _around(pool: Sequence[Passage]) -> dict[str, str]:
    """What each article says in all that is at hand of it."""
    found: dict[str, list[str]] = {}
    for passage in pool:
        found.setdefault(passage.source.id, [passage.source.title]).append(passage.text)
    return {key: "\n".join(dict.fromkeys(texts)) for key, texts in found.items()}


def _may_meet(one: _Said, other: _Said) -> bool:
    check_cancelled()
    if one.passage.source.id == other.passage.source.id:
        return False
    mine, theirs = stems(one.text), stems(other.text)
    shared = len(mine & theirs)
    return shared >= LEAST_SHARED_STEMS and shared >= LEAST_SHARE * min(len(mine), len(theirs))


def _pair(one: _Said, other: _Said, around: dict[str, str]) -> Pair:
    return _paired(
        one.text,
        one.passage.source.published,
        other.text,
        other.passage.source.published,
        around[one.passage.source.id],
        around[other.passage.source.id],
    )


@lru_cache(maxsize=4_096)
def _paired(one: str, day: date | None, other: str, other_day: date | None, around: str, around_other: str) -> Pair:
    return pair_up(read(one, day), read(other, other_day), around, around_other)


def _is_known(value: str, around: str) -> bool:
    """Whether an article has the value itself: it then tells two things, or a change from one to the other."""
    return re.search(rf"(?<![\w.,]){re.escape(value)}(?!\w)", around, re.IGNORECASE) is not None


def _agreeing(one: _Said, rival: Rival, others: Sequence[_Said], around: dict[str, str]) -> list[Span]:
    """The sentences of other articles that tell it as the one does."""
    found = []
    for other in others:
        if not _may_meet(one, other) or not _has_value(rival.mine, other):
            continue
        pair = _pair(one, other, around)
        if pair.share >= SAME_MATTER and pair.shared >= LEAST_SHARED_WORDS:
            found.append(other.span)
    return found


def _has_value(value: str, other: _Said) -> bool:
    """Whether a sentence has the value, or the same number of the same in another spelling: twelve workers."""
    if _is_known(value, other.text):
        return True
    known = [(each.value, each.unit) for each in quantities(other.text)]
    return any((each.value, each.unit) in known for each in quantities(value) if each.unit is not None)


def _difference(one: _Said, told: Sequence[tuple[_Said, Rival]], agree: Sequence[Span]) -> Conflict:
    first = told[0][1]
    values: dict[str, ConflictingValue] = {first.mine.lower(): ConflictingValue(first.mine, (one.span, *agree))}
    newest: dict[str, date | None] = {first.mine.lower(): one.passage.source.published}
    for other, rival in told:
        key = next((key for key in values if _is_one_value(key, rival.theirs.lower())), rival.theirs.lower())
        earlier = values.get(key, ConflictingValue(rival.theirs, ()))
        values[key] = ConflictingValue(earlier.value, (*earlier.spans, other.span))
        newest[key] = max(filter(None, (newest.get(key), other.passage.source.published)), default=None)
    about = _about(one.text, first.place, first.mine)
    days = [day for day in newest.values() if day is not None]
    if first.changes and len(days) == len(values) == len(set(days)):
        ordered = sorted(values, key=lambda key: newest[key] or date.min, reverse=True)
        return Conflict(about, "updated", tuple(values[key] for key in ordered))
    return Conflict(about, "differ", tuple(values.values()))


def _is_one_value(one: str, other: str) -> bool:
    """Whether two values are told as one: the same number of the same."""
    if one == other:
        return True
    mine, theirs = quantities(one), quantities(other)
    return (
        bool(mine and theirs)
        and [(each.value, each.unit) for each in mine] == [(each.value, each.unit) for each in theirs]
        and len(one.split()) == len(other.split()) == 2
    )


def _each_once(found: Sequence[Conflict]) -> list[Conflict]:
    """The differences, of those that tell the same values the one that has most of them."""
    kept: list[Conflict] = []
    for difference in sorted(found, key=lambda each: -len(each.values)):
        values = {_spelled(telling.value) for telling in difference.values}
        if not any(values <= {_spelled(telling.value) for telling in other.values} for other in kept):
            kept.append(difference)
    return sorted(kept, key=found.index)


def _spelled(value: str) -> str:
    """A value in one spelling of its numbers: twelve workers, 12 workers."""
    found = quantities(value)
    return " ".join(f"{one.value:g} {one.unit}" for one in found) if found else value.lower()


def _about(sentence: str, place: int, value: str) -> str:
    """The words of the sentence around the value: "The flood … destroyed … in the valley of Ely"."""
    before = _SENTENCE_ENDS.split(sentence[:place])[-1].split()[-WIDTH[0] :]
    behind = _SENTENCE_ENDS.split(sentence[place + len(value) :])[0].split()[: WIDTH[1]]
    return _trimmed(f"{' '.join(before)} … {' '.join(behind)}")


def _trimmed(text: str) -> str:
    return _OPEN_END.sub("", _LINK.sub("", text.strip(" ,.;:“”\"'–—-")))


_LINK = re.compile(r"^(?:and|but|or|which|who|that)\s+(?:(?:was|were|is|are)\s+)?")
_OPEN_END = re.compile(
    r"(?<=[^\s…])(?:\s+(?:and|or|but|of|in|on|at|to|by|for|from|with|the|an?|its|their|other|when))+$"
)
_SENTENCE_ENDS = re.compile(r"[.!?][”\"’')]*(?:\s|$)|\n")
