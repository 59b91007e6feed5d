"""Numbers that two sentences give for one thing, and that cannot both be right. Called inside the room."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rag.articles import squeeze
from rag.conflicts.matching import LEAST_SHARED_WORDS, NEARLY_THE_SAME, Pair, Rival, governing, meet, near, same
from rag.conflicts.readings import Reading, read
from rag.language.counting import CURRENCIES, MEASURES, thing_before
from rag.language.lemmas import verb_lemmas
from rag.language.quantities import Quantity

ROUGH = 0.15  # how far apart two values may lie of which one is rounded or told as about
EXACT = 0.021
AT_LEAST = 1.5  # "at least 20" and 28 can both be right, "at least 20" and 31 are not told of one count
FEW = 20  # as many of one thing, or more, are hardly counted in two events by chance
ROUND_FROM = 100  # smaller counts are taken as counted
_TO_BASE = {
    "meter": ("length", 1.0), "kilometer": ("length", 1000.0), "mile": ("length", 1609.344), "foot": ("length",
    0.3048),
    "centimeter": ("length", 0.01), "inch": ("length", 0.0254), "yard": ("length", 0.9144),
    "millimeter": ("length", 0.001),
    "kilogram": ("weight", 1.0), "gram": ("weight", 0.001), "ton": ("weight", 1000.0),
    "pound-weight": ("weight", 0.4536), "ounce": ("weight", 0.02835),
    "liter": ("volume", 1.0), "gallon": ("volume", 3.785), "barrel": ("volume", 158.99),
    "acre": ("area", 0.4047), "hectare": ("area", 1.0), "square kilometer": ("area", 100.0),
    "square mile": ("area", 258.999), "square meter": ("area", 0.0001), "square foot": ("area", 0.0000092903),
    "km/h": ("speed", 1.0), "mph": ("speed", 1.609344), "knot": ("speed", 1.852),
    "second": ("time", 1 / 3600), "minute": ("time", 1 / 60), "hour": ("time", 1.0), "day": ("time", 24.0),
    "night": ("time", 24.0), "week": ("time", 168.0), "fortnight": ("time", 336.0), "month": ("time", 730.5),
    "year": ("time", 8766.0), "decade": ("time", 87660.0), "century": ("time", 876600.0),
    "kilowatt": ("power", 1.0), "megawatt": ("power", 1e3), "gigawatt": ("power", 1e6), "terawatt": ("power", 1e9),
    "megabyte": ("data", 1.0), "gigabyte": ("data", 1e3),
}  # fmt: skip
_STEPS: dict[tuple[str | None, str | None], float] = {
    ("foot", "inch"): 12.0, ("hour", "minute"): 60.0, ("minute", "second"): 60.0, ("year", "month"): 12.0,
    ("pound-weight", "ounce"): 16.0,
}  # fmt: skip
_UNCOUNTED = frozenset(("clock", "ordinal", "point"))
_SCORE = re.compile(
    r"(?<![\w.,-])(\d{1,3})\s?[-–]\s?(\d{1,3})(?![\w%-]|[.,]\d|\s(?:percent|per|year|day|month|week|hour))"
)
_AGE = re.compile(r"(?<=[^\W\d_],\s)(\d{1,3})(?=,|\.|$|\))|(?<=aged\s)(\d{1,3})\b")
_DONE_BEHIND = re.compile(r"(?:\s(?:were|was|are|have been|had been|others))*\s([a-z]+ed|hurt)\b")
_DONE_BEFORE = re.compile(r"\b([a-z]+ed|[a-z]+ing|hurt)\s(?:(?:about|nearly|at\sleast|some|another)\s)?$")
_LEAST = re.compile(r"\b(?:at\s+least|more\s+than|over|above|upwards\s+of|no\s+fewer\s+than|exceed\w*)\W+$", re.I)
_MOST = re.compile(
    r"\b(?:at\s+most|less\s+than|fewer\s+than|under|below|up\s+to|no\s+more\s+than|as\s+many\s+as)\W+$", re.I
)
_ABOUT = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|close\s+to|an?\s+estimated|estimated)\W+$", re.I
)
# Words that make a number one of a part, a stretch of time or a sum: with one on one side it counts another thing.
_BOUNDS = {
    word: kind
    for kind, line in {
        "sum": "since total overall altogether season career cumulative record streak row already combined",
        "part": "seriously critically severely including of-them among crew passengers part-time mail post postal "
        "alone "
        "slightly lightly moderately",
        "rate": "top per daily annually yearly monthly weekly annual hourly each every",
        "day": "daytime nighttime maximum minimum",
        "extra": "another additional further more extra",
        "before": "previous previously earlier former",
        "expected": "target goal forecast projected expected planned predicted analysts",
    }.items()
    for word in line.split()
}  # fmt: skip
_STRETCHES = frozenset("quarter half half-year semester first second third fourth last morning afternoon".split())


def number_rivals(pair: Pair) -> list[Rival]:
    """The numbers that the two sentences give differently for one thing."""
    mine, theirs = counted(pair.one.text), counted(pair.other.text)
    left = [one for one in mine if not any(_tell_the_same(pair, one, other) for other in theirs)]
    right = [other for other in theirs if not any(_tell_the_same(pair, one, other) for one in mine)]
    found = []
    for one in left:
        other = next((other for other in right if _of_one_thing(pair, one, other)), None)
        if other is not None:
            kind = "unit" if one.value == other.value else "number"
            changes = kind == "number" and not _is_fixed(one)
            (place, mine_told), (there, theirs_told) = _told(pair.one, one), _told(pair.other, other)
            found.append(Rival(kind, mine_told, theirs_told, place, there, changes))
    return found


def _told(reading: Reading, quantity: Quantity) -> tuple[int, str]:
    """Where a number begins, and the number with what it counts; a bare one with its verb: "31 injured"."""
    behind = _DONE_BEHIND.match(reading.text[quantity.end :]) if quantity.unit is None else None
    end = quantity.end + behind.end() if behind else quantity.end
    return quantity.start, squeeze(reading.text[quantity.start : end] if behind else quantity.text)


def share_a_number(pair: Pair) -> bool:
    """Whether both sentences count as many of one thing, and not only a few."""
    return any(
        one.value == other.value >= FEW and one.unit is not None and _comparable(pair, one, other)
        for one in counted(pair.one.text)
        for other in counted(pair.other.text)
    )


@lru_cache(maxsize=8_192)
def counted(text: str) -> tuple[Quantity, ...]:
    """The quantities of a sentence, with scores ("3-1") and ages as what they are."""
    scores = [
        Quantity(int(match[1]) * 1000.0 + int(match[2]), "score", *match.span(), match[0])
        for match in _SCORE.finditer(text)
    ]
    ages = {match.start() for match in _AGE.finditer(text)}
    plain = [
        replace(one, unit="age", text=str(int(one.value)), end=one.start + len(str(int(one.value))))
        if one.start in ages and one.unit is None
        else one
        for one in read(text, None).quantities
        if not any(score.start <= one.start < score.end for score in scores) and one.unit not in _UNCOUNTED
    ]
    return (*scores, *_joined(plain))


def _joined(found: Sequence[Quantity]) -> list[Quantity]:
    """The quantities, those of two steps made one: 6 feet 7 inches, an hour and 20 minutes."""
    joined: list[Quantity] = []
    for one in found:
        before = joined[-1] if joined else None
        if before is not None and one.start - before.end <= len(" and ") and (before.unit, one.unit) in _STEPS:
            value = before.value + one.value / _STEPS[before.unit, one.unit]
            joined[-1] = replace(before, value=value, end=one.end, text=f"{before.text} {one.text}")
        else:
            joined.append(one)
    return joined


def agree(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether two numbers can both be right of one thing."""
    if one.unit == other.unit == "score":
        return one.value in (other.value, (other.value % 1000) * 1000 + other.value // 1000)
    if not _comparable(pair, one, other):
        return False
    mine, theirs = _in_base(one), _in_base(other)
    if _temperature(one) is not None and _temperature(other) is not None:
        return abs((_temperature(one) or 0) - (_temperature(other) or 0)) < 1.5
    low, high = min(mine, theirs), max(mine, theirs)
    if high - low <= EXACT * high * (one.unit != other.unit) or high == low:
        return True
    if _is_rough(pair.one, one) or _is_rough(pair.other, other):
        tolerance = ROUGH
    else:
        tolerance = max(_rounding(one), _rounding(other))
    if high - low <= tolerance * high:
        return True
    for reading, quantity, own, rest in ((pair.one, one, mine, theirs), (pair.other, other, theirs, mine)):
        before = reading.text[: quantity.start]
        if _LEAST.search(before) and own <= rest <= AT_LEAST * own:
            return True
        if _MOST.search(before) and rest <= own <= AT_LEAST * rest:
            return True
    return False


def _tell_the_same(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether two numbers agree, or are the same count of what may be the same: 600 troops, 600 Germans."""
    return agree(pair, one, other) or (one.value == other.value and not {one.unit, other.unit} & MEASURES)


def _of_one_thing(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether two numbers that differ are given for the same thing."""
    if one.unit == "score" or other.unit == "score":
        return one.unit == other.unit and pair.shared_names > 1 and pair.share >= NEARLY_THE_SAME
    if not (_comparable(pair, one, other) or _other_unit(one, other)):
        return False
    if _bounds(pair.one, one) != _bounds(pair.other, other):
        return False
    around, around_other = _around(pair.one, one), _around(pair.other, other)
    if one.value == other.value:
        return pair.shared >= LEAST_SHARED_WORDS and pair.share >= NEARLY_THE_SAME
    verbs, other_verbs = _deed(pair.one, one), _deed(pair.other, other)
    shared = sum(any(same(word, known) for known in around_other) for word in dict.fromkeys(around))
    if one.unit == "age":
        return shared >= 2
    if not verbs or not other_verbs:
        return _labelled(pair, one, other) or (shared >= 3 and pair.share >= NEARLY_THE_SAME)
    if meet(verbs, other_verbs):
        return shared >= 2
    return (meet(verbs, around_other) or meet(other_verbs, around)) and shared >= 3


def _around(reading: Reading, quantity: Quantity) -> list[str]:
    """The words near a number; of one whose thing stands before it, those of the whole sentence."""
    if thing_before(reading.text, quantity.start):
        return [word.low for word in reading.words]
    return near(reading, quantity.start, quantity.end)


def _bounds(reading: Reading, quantity: Quantity) -> frozenset[str]:
    """What makes the number one of a part, a sum or a stretch of time, as far as words near it show."""
    text = reading.text
    before = re.split(r"[,;:]", text[max(0, quantity.start - 60) : quantity.start])[-1]
    behind = quantity.text + re.split(r"[,;:]", text[quantity.end : quantity.end + 60])[0]
    words = re.findall(r"[a-z-]+", re.sub(r"\bof (?:them|whom)\b", "of-them", f"{before} {behind}".lower()))
    return frozenset(_BOUNDS.get(word, word) for word in words if word in _BOUNDS or word in _STRETCHES)


def _comparable(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether two numbers count or measure in units that can be held against each other."""
    mine, theirs = one.unit, other.unit
    if _labelled(pair, one, other):
        return True
    if mine is None or theirs is None:
        return _are_done_to(pair, one, other) or (mine is theirs and _name_before(pair, one, other))
    if mine == theirs or ({mine, theirs} <= {"celsius", "fahrenheit", "degree"}):
        return True
    if mine in _TO_BASE and theirs in _TO_BASE:
        return _TO_BASE[mine][0] == _TO_BASE[theirs][0]
    return not {mine, theirs} & MEASURES and same(mine, theirs)


def _labelled(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether the word right before both numbers is one that names what they measure: magnitude, number, category."""
    mine = re.search(r"([^\W\d_]{4,})\s(?:of\s|was\s|is\s)?$", pair.one.text[: one.start].lower())
    theirs = re.search(r"([^\W\d_]{4,})\s(?:of\s|was\s|is\s)?$", pair.other.text[: other.start].lower())
    return bool(mine and theirs and mine[1] == theirs[1] and mine[1] in _LABELS)


_LABELS = frozenset("magnitude category level grade rank number toll aged".split())


def _name_before(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether one word stands right before both bare numbers, which so tell of one thing."""
    mine = [word.low for word in pair.one.words if word.end <= one.start][-1:]
    theirs = [word.low for word in pair.other.words if word.end <= other.start][-1:]
    return bool(mine) and meet(mine, theirs)


def _are_done_to(pair: Pair, one: Quantity, other: Quantity) -> bool:
    """Whether the same is done to both, of which one at least stands bare with its verb: 31 injured, injured 27."""
    if {one.unit, other.unit} & MEASURES:
        return False
    mine, theirs = _next_deed(pair.one.text, one), _next_deed(pair.other.text, other)
    return bool(mine and theirs) and meet(mine, theirs)


def _deed(reading: Reading, quantity: Quantity) -> frozenset[str]:
    """The infinitives of the verb that a number goes with."""
    return (quantity.unit is None and _next_deed(reading.text, quantity)) or governing(reading, quantity.start)


def _next_deed(text: str, quantity: Quantity) -> frozenset[str]:
    """The infinitives of the verb right before or behind a number with what it counts: "31 injured", "killed 12"."""
    behind = _DONE_BEHIND.match(text[quantity.end :])
    if behind is not None:
        return verb_lemmas(behind[1])
    before = _DONE_BEFORE.search(text[: quantity.start])
    return verb_lemmas(before[1]) if before is not None else frozenset()


def _other_unit(one: Quantity, other: Quantity) -> bool:
    """Whether the same number stands with units that measure the same and are not the same."""
    if one.value != other.value or one.unit is None or other.unit is None or one.unit == other.unit:
        return False
    return {one.unit, other.unit} <= CURRENCIES or _pounds(one.unit, other.unit) or _pounds(other.unit, one.unit)


def _pounds(one: str, other: str) -> bool:
    """Pounds are money unless a weight stands against them."""
    return one == "GBP" and _TO_BASE.get(other, ("",))[0] == "weight"


def _in_base(quantity: Quantity) -> float:
    return quantity.value * _TO_BASE.get(quantity.unit or "", ("", 1.0))[1]


def _temperature(quantity: Quantity) -> float | None:
    if quantity.unit == "fahrenheit":
        return (quantity.value - 32) / 1.8
    return quantity.value if quantity.unit == "celsius" else None


def _is_rough(reading: Reading, quantity: Quantity) -> bool:
    return _ABOUT.search(reading.text[: quantity.start]) is not None


def _rounding(quantity: Quantity) -> float:
    """How far, as a share of it, a round number may lie from the one that was counted: 900 may be 893."""
    value = abs(quantity.value)
    if value < ROUND_FROM or quantity.unit in ("age", "score"):
        return 0.0
    unit = 10 ** math.floor(math.log10(value))
    while unit >= 1 and round(value / unit) * unit != value:
        unit /= 10
    return min(ROUGH, 0.5 * unit / value) if unit > 1 else 0.0


def _is_fixed(quantity: Quantity) -> bool:
    """Whether what is measured stays as it is: lengths, ages and scores do."""
    return quantity.unit in ("age", "score") or _TO_BASE.get(quantity.unit or "", ("",))[0] in ("length", "speed")
