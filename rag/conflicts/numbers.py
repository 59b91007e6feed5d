"""Numbers that two sentences give for one thing, and that cannot both be right."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.articles import squeeze
from rag.conflicts.overlap import LEAST_SHARED_WORDS, NEARLY_SAME, Mismatch, SentencePair, meet, same
from rag.conflicts.parsing import ParsedSentence, parse
from rag.language import lexicons
from rag.language.counting import CURRENCIES, MEASURES
from rag.language.quantities import Bound, Quantity, bound_of

ROUGH = 0.15  # how far apart two values may lie of which one is rounded or an approximation
CONVERTED = 0.021  # how far apart two values may lie in different units
AT_LEAST = 1.5  # "at least 20" and 28 can both be right, "at least 20" and 31 are not of one count
ROUND_FROM = 100  # smaller counts are taken as counted
NEAR_WORDS = 6
_UNCOUNTED = frozenset(("clock", "ordinal", "point"))
NEAR_CHARACTERS = 60
_SCOPES = lexicons.meanings("number_scope.scopes")
_SCORE = lexicons.pattern("number_scope.score", 0)
_UNITS = {
    unit: (name, factor)
    for name, units in lexicons.table("units.dimensions").items()
    for unit, factor in units.items()
}
_COMPOUND = frozenset(
    (larger, smaller) for sides in lexicons.groups("units.compounds") for larger in sides[0] for smaller in sides[1]
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A quantity in its sentence."""

    quantity: Quantity
    sentence: ParsedSentence

    @property
    def unit(self) -> str | None:
        return self.quantity.unit

    @property
    def value(self) -> float:
        return self.quantity.value

    @property
    def word_before(self) -> str:
        """The content word right before it: magnitude, aged."""
        return next((word.low for word in reversed(self.sentence.words) if word.end <= self.quantity.start), "")

    @property
    def adjacent_verb(self) -> frozenset[str]:
        """The infinitives of the verb right behind it or before it: "31 injured", "killed 12"."""
        return self.sentence.verb_beside(self.quantity.start, self.quantity.end)

    @property
    def verb(self) -> frozenset[str]:
        """The infinitives of the verb that it goes with."""
        return (self.unit is None and self.adjacent_verb) or self.sentence.governing(self.quantity.start)

    @property
    def bound(self) -> Bound | None:
        return bound_of(self.sentence.text, self.quantity.start)

    @property
    def scope(self) -> frozenset[str]:
        return scope_of(self.sentence.text, self.quantity.start, self.quantity.end)


def number_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The numbers that the two sentences give differently for one thing."""
    left, right = _unmatched(pair)
    found = []
    for one in left:
        other = next((other for other in right if _count_one_thing(pair, one, other)), None)
        if other is not None:
            kind = "unit" if one.value == other.value else "number"
            fixed = one.unit == "score" or dimension(one.unit) in ("length", "speed")
            changes = kind == "number" and not fixed
            place, there = one.quantity.start, other.quantity.start
            found.append(Mismatch(kind, _with_thing(one), _with_thing(other), place, there, changes))
    return found


def numbers_differ(pair: SentencePair) -> bool:
    """Whether each sentence has a number that the other lacks."""
    return all(_unmatched(pair))


@lru_cache(maxsize=8_192)
def counts(text: str) -> tuple[Quantity, ...]:
    """The quantities of a sentence: scores ("3-1") as one each, compounds joined."""
    found = scores(text)
    plain = [
        one
        for one in parse(text, None).quantities
        if one.unit not in _UNCOUNTED and not any(score.start <= one.start < score.end for score in found)
    ]
    return (*found, *compounds_joined(plain))


def _unmatched(pair: SentencePair) -> tuple[list[_Number], list[_Number]]:
    """The numbers of each sentence that agree with none of the other."""
    mine, theirs = _numbers(pair.one), _numbers(pair.other)
    left = [one for one in mine if not any(_agree(one, other) for other in theirs)]
    return left, [other for other in theirs if not any(_agree(one, other) for one in mine)]


def _numbers(sentence: ParsedSentence) -> list[_Number]:
    return [_Number(one, sentence) for one in counts(sentence.text)]


def _with_thing(one: _Number) -> str:
    """The number with what it counts; a bare one with its verb: "31 injured"."""
    verb = one.sentence.verb_behind(one.quantity.end) if one.unit is None else None
    return squeeze(one.sentence.text[one.quantity.start : verb.end if verb else one.quantity.end])


def _agree(one: _Number, other: _Number) -> bool:
    """Whether two numbers can both be right of one thing, or are the same count: 600 troops, 600 Germans."""
    if one.unit == other.unit == "score":
        return one.value in (other.value, (other.value % 1000) * 1000 + other.value // 1000)
    if one.value == other.value and not {one.unit, other.unit} & MEASURES:
        return True
    if not _comparable(one, other):
        return False
    mine, theirs = converted(one.quantity), converted(other.quantity)
    low, high = sorted((abs(mine), abs(theirs)))
    tolerance = max(_rounding(one), _rounding(other), CONVERTED if one.unit != other.unit else 0.0)
    if high - low <= tolerance * high:
        return True
    return _is_within_bound(one, mine, theirs) or _is_within_bound(other, theirs, mine)


def _is_within_bound(one: _Number, own: float, other: float) -> bool:
    return (one.bound == "above" and own <= other <= AT_LEAST * own) or (
        one.bound == "below" and other <= own <= AT_LEAST * other
    )


def _rounding(one: _Number) -> float:
    """How far, as a share of it, a number may lie from the one that was counted: 900 may be 893."""
    value = abs(one.value)
    if one.bound == "about":
        return ROUGH
    if value < ROUND_FROM or one.unit == "score":
        return 0.0
    unit = 10 ** math.floor(math.log10(value))
    while unit >= 1 and round(value / unit) * unit != value:
        unit /= 10
    return min(ROUGH, 0.5 * unit / value) if unit > 1 else 0.0


def _count_one_thing(pair: SentencePair, one: _Number, other: _Number) -> bool:
    """Whether two numbers that differ are given for the same thing."""
    if "score" in (one.unit, other.unit):
        return one.unit == other.unit and pair.shared_names > 1 and pair.share >= NEARLY_SAME
    if not (_comparable(one, other) or _have_other_units(one, other)) or one.scope != other.scope:
        return False
    if one.value == other.value:
        return pair.shared >= LEAST_SHARED_WORDS and pair.share >= NEARLY_SAME
    verbs, other_verbs = one.verb, other.verb
    around, other_around = (
        each.sentence.near(each.quantity.start, each.quantity.end, NEAR_WORDS) for each in (one, other)
    )
    shared = sum(any(same(word, known) for known in other_around) for word in dict.fromkeys(around))
    if not verbs or not other_verbs or meet(verbs, other_verbs):
        return shared >= 2
    return (meet(verbs, other_around) or meet(other_verbs, around)) and shared >= 3


def _comparable(one: _Number, other: _Number) -> bool:
    """Whether two numbers count or measure in units that can be compared."""
    mine, theirs = one.unit, other.unit
    if mine == theirs is not None or (dimension(mine) and dimension(mine) == dimension(theirs)):
        return True
    if {mine, theirs} & MEASURES:
        return False
    if _follow_one_word(one, other) or meet(one.adjacent_verb, other.adjacent_verb):
        return True
    return mine is not None and theirs is not None and same(mine, theirs)


def _have_other_units(one: _Number, other: _Number) -> bool:
    """Whether the same number stands with currencies that differ, or with pounds and another weight."""
    if one.value != other.value or one.unit is None or other.unit is None or one.unit == other.unit:
        return False
    units = {one.unit, other.unit}
    return units <= CURRENCIES or ("GBP" in units and any(dimension(unit) == "weight" for unit in units))


def _follow_one_word(one: _Number, other: _Number) -> bool:
    """Whether one content word stands right before both: magnitude 6.1 and magnitude 6.4."""
    return bool(one.word_before) and one.word_before == other.word_before


# -- units --------------------------------------------------------------------------------------------


def dimension(unit: str | None) -> str | None:
    """What a unit measures: length, weight, time; None where it is not known."""
    return _UNITS[unit][0] if unit in _UNITS else None


def converted(quantity: Quantity) -> float:
    """The value in the base unit of its dimension; as it is where the unit has none."""
    value = quantity.value - 32 if quantity.unit == "fahrenheit" else quantity.value
    return value * _UNITS.get(quantity.unit or "", ("", 1.0))[1]


def compounds_joined(quantities: Sequence[Quantity]) -> list[Quantity]:
    """The quantities of a text in order, "6 feet 7 inches" and "an hour and 20 minutes" made one each."""
    joined: list[Quantity] = []
    for one in quantities:
        before = joined[-1] if joined else None
        if before and one.start - before.end <= len(" and ") and (before.unit, one.unit) in _COMPOUND:
            value = before.value + one.value * _UNITS[one.unit or ""][1] / _UNITS[before.unit or ""][1]
            joined[-1] = replace(before, value=value, end=one.end, text=f"{before.text} {one.text}")
        else:
            joined.append(one)
    return joined


# -- words near a number ---------------------------------------------------------------------------------


def scope_of(text: str, start: int, end: int) -> frozenset[str]:
    """What the words near a number at `text[start:end]`, up to the next marks, say that it is one of."""
    before = re.split(r"[,;:]", text[max(0, start - NEAR_CHARACTERS) : start])[-1]
    behind = re.split(r"[,;:]", text[end : end + NEAR_CHARACTERS])[0]
    words = re.findall(r"[a-z-]+", f"{before}{text[start:end]}{behind}".lower())
    return frozenset(_SCOPES[word] for word in words if word in _SCOPES)


def scores(text: str) -> tuple[Quantity, ...]:
    """The scores of a text: "3-1" is 3001 of the unit "score"."""
    return tuple(
        Quantity(int(match[1]) * 1000.0 + int(match[2]), "score", *match.span(), match[0])
        for match in _SCORE.finditer(text)
    )
