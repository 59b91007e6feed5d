"""Who agrees and who differs. The desk calls it.

Two sentences of different articles differ when they tell of one matter (enough words and meaning shared) and give
it another number, unit, day or party.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from rag.articles import Passage, Span, squeeze
from rag.facts import DateMention, Quantity, dates, names, quantities
from rag.sentences import sentence_spans
from rag.words import content_words, stem

SAME_MATTER = 0.5  # share of the shorter sentence's content words that the other has too
LEAST_SHARED_WORDS = 4
VALUES_DIFFER = 0.02
CONTEXT_WORDS = 6


@dataclass(frozen=True, slots=True)
class Telling:
    """One value that articles give for a matter, with the sentences that give it."""

    value: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One matter of which articles tell different values."""

    about: str
    kind: Literal["differ", "updated"]
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence of a passage, with what it asserts."""

    span: Span
    passage: Passage
    text: str
    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[DateMention, ...]


def differences(spans: Iterable[Span], pool: Sequence[Passage]) -> tuple[Difference, ...]:
    """What other sentences of the pool say otherwise than the sentences cited in `spans`."""
    said = [_said(span, pool) for span in dict.fromkeys(spans)]
    others = [_said(span, pool) for span in _sentences(pool)]
    found: dict[tuple[str, ...], Difference] = {}
    for one in said:
        rivals = [other for other in others if _tell_of_one_matter(one, other)]
        for difference in _differences_of(one, rivals):
            found.setdefault(tuple(sorted(telling.value.lower() for telling in difference.tellings)), difference)
    return tuple(found.values())


def _said(span: Span, pool: Sequence[Passage]) -> _Said:
    passage = pool[span.passage]
    text = passage.text[span.start - passage.start : span.end - passage.start]
    words = frozenset(stem(word) for word in content_words(text) if not word.isdigit())
    return _Said(span, passage, text, words, quantities(text), dates(text, passage.source.published))


def _sentences(pool: Sequence[Passage]) -> list[Span]:
    return [
        Span(index, passage.start + start, passage.start + end)
        for index, passage in enumerate(pool)
        for start, end in sentence_spans(passage.text)
    ]


def _tell_of_one_matter(one: _Said, other: _Said) -> bool:
    if one.passage.source.id == other.passage.source.id:
        return False
    shared = len(one.words & other.words)
    return shared >= LEAST_SHARED_WORDS and shared >= SAME_MATTER * min(len(one.words), len(other.words))


def _differences_of(one: _Said, rivals: Sequence[_Said]) -> list[Difference]:
    found = []
    for quantity in one.quantities:
        told = [(other, rival) for other in rivals if (rival := _rival_quantity(quantity, one, other)) is not None]
        if told:
            agree = [other.span for other in rivals if any(_is_same(quantity, own) for own in other.quantities)]
            found.append(_difference(one, quantity.start, _phrase(one.text, quantity), told, agree))
    for day in one.dates:
        told = [(other, rival) for other in rivals if (rival := _rival_day(one, day, other)) is not None]
        if told:
            agree = [other.span for other in rivals if any(day.text == own.text for own in other.dates)]
            found.append(_difference(one, day.start, day.text, told, agree))
    return found


def _difference(
    one: _Said, place: int, value: str, told: Sequence[tuple[_Said, str]], agree: Sequence[Span]
) -> Difference:
    tellings: dict[str, Telling] = {value.lower(): Telling(value, (one.span, *agree))}
    for other, rival in told:
        earlier = tellings.get(rival.lower(), Telling(rival, ()))
        tellings[rival.lower()] = Telling(earlier.value, (*earlier.spans, other.span))
    kind: Literal["differ", "updated"] = "differ"
    if all(_is_newer(one, other) or _is_newer(other, one) for other, _ in told):
        kind = "updated"
    return Difference(_about(one.text, place, value, told[0][0].text), kind, tuple(tellings.values()))


def _is_newer(one: _Said, other: _Said) -> bool:
    mine, theirs = one.passage.source.published, other.passage.source.published
    return mine is not None and theirs is not None and mine > theirs


def _rival_quantity(mine: Quantity, one: _Said, other: _Said) -> str | None:
    """The other sentence's value for the same thing where it is another one, else None."""
    for theirs in other.quantities:
        if not _near_alike(one.text, mine.start, other.text, theirs.start):
            continue
        if _comparable(mine, theirs) and _differ(mine, theirs):
            if any(_comparable(mine, same) and not _differ(mine, same) for same in other.quantities):
                continue
            return _phrase(other.text, theirs)
        if mine.value == theirs.value and _parties(one.text, mine) != _parties(other.text, theirs):
            return _phrase(other.text, theirs)
    return None


def _is_same(one: Quantity, other: Quantity) -> bool:
    return one.text.lower() == other.text.lower() or (_comparable(one, other) and not _differ(one, other))


def _comparable(one: Quantity, other: Quantity) -> bool:
    if one.unit is None or other.unit is None:
        return False
    return one.unit == other.unit or (one.unit in _IN_METERS and other.unit in _IN_METERS)


def _differ(one: Quantity, other: Quantity) -> bool:
    mine, theirs = (found.value * _IN_METERS.get(found.unit or "", 1.0) for found in (one, other))
    return abs(mine - theirs) > VALUES_DIFFER * max(abs(mine), abs(theirs))


_IN_METERS = {"meter": 1.0, "kilometer": 1000.0, "mile": 1609.344, "foot": 0.3048, "centimeter": 0.01, "inch": 0.0254,
              "yard": 0.9144}  # fmt: skip


def _rival_day(one: _Said, mine: DateMention, other: _Said) -> str | None:
    """The other sentence's day for the same words where it is another one of the same sort, else None."""
    for theirs in other.dates:
        if _sort_of_day(mine) != _sort_of_day(theirs) or not _near_alike(
            one.text, mine.start, other.text, theirs.start
        ):
            continue
        if mine.first and theirs.first and mine.last and theirs.last:
            apart = mine.last < theirs.first or theirs.last < mine.first
        else:
            apart = mine.text.lower() != theirs.text.lower()
        if apart and not any(mine.text.lower() == same.text.lower() for same in other.dates):
            return theirs.text
    return None


_WEEKDAY = re.compile(r"\b(mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)


def _sort_of_day(day: DateMention) -> str:
    if _WEEKDAY.search(day.text):
        return "weekday"
    return "year" if day.text.strip().isdigit() else "day"


def _near_alike(one: str, here: int, other: str, there: int) -> bool:
    """Whether the words around two places are mostly the same."""
    mine, theirs = _around(one, here), _around(other, there)
    shared = len(mine & theirs)
    return shared >= 2 and shared * 2 >= min(len(mine), len(theirs))


def _around(text: str, place: int) -> set[str]:
    before = content_words(text[:place])[-CONTEXT_WORDS:]
    after = content_words(text[place:])[:CONTEXT_WORDS]
    return {stem(word) for word in (*before, *after) if not any(character.isdigit() for character in word)}


def _phrase(text: str, quantity: Quantity) -> str:
    """The number with the words it counts: "14 Iranian and Iraqi militia fighters"."""
    return squeeze(text[quantity.start : quantity.end])


def _parties(text: str, quantity: Quantity) -> frozenset[str]:
    return frozenset(name.text for name in names(_phrase(text, quantity)))


def _about(one: str, place: int, value: str, other: str) -> str:
    """The words that both sentences have around the value."""
    mine, theirs = one.split(), other.split()
    here = len(one[:place].split())
    width = len(value.split())
    matcher = SequenceMatcher(None, [stem(word) for word in mine], [stem(word) for word in theirs], autojunk=False)
    kept = {block.a + offset for block in matcher.get_matching_blocks() for offset in range(block.size)}
    before = [mine[position] for position in range(max(0, here - 8), here) if position in kept]
    after = [mine[position] for position in range(here + width, min(len(mine), here + width + 6)) if position in kept]
    last = max((place + 1 for place, word in enumerate(before) if _SENTENCE_END.search(word)), default=0)
    first = next((place + 1 for place, word in enumerate(after) if _SENTENCE_END.search(word)), len(after))
    before, after = before[last:], after[:first]
    return " … ".join(part for part in (" ".join(before), " ".join(after)) if part).strip(" ,.;:“”\"'–—-")


_SENTENCE_END = re.compile(r"[.!?][”\"’')]*$")
