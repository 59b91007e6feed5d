"""The numbers of a text, each with what it counts or measures, and the words that bound it: about, more than."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, cast

from rag.language import lexicons
from rag.language.counting import CURRENCY_OF, MEASURE_OF, counted, measure_behind, singular
from rag.language.dates import dates
from rag.language.numerals import ORDINALS, SCALE, SCALES, SPELLED, spelled
from rag.language.words import STOP_WORDS


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts or measures.

    `value` is scaled (30 billion is 3e10); `unit` is a canonical unit ("kilometer", "percent", "USD"), else the stem
    of the noun it counts, else None. `text` runs from the number to the end of what it counts.
    """

    value: float
    unit: str | None
    start: int
    end: int
    text: str


_FRACTIONS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "sixth": 1 / 6, "tenth": 0.1}
_QUANTITY = lexicons.pattern("quantities.quantity", spelled=SPELLED, scale=SCALE)
_BEHIND_PRONOUN_ONE = STOP_WORDS | lexicons.words("counting.behind_pronoun_one")
_BEFORE_ONE = lexicons.pattern("quantities.before_one")
_ORDINAL = lexicons.pattern("quantities.ordinal", ordinals="|".join(ORDINALS))
_MAGNITUDE = lexicons.pattern("quantities.magnitude")
_OUTER = {"tens": 10.0, "dozens": 12.0, "scores": 20.0, "hundreds": 100.0}
_CODE = re.compile(r"-[A-Z]{2}")
_RANGE = re.compile(r"\s?(?:-|–|—|to|or|and)\s?$")


def quantities(text: str) -> tuple[Quantity, ...]:
    """The exact numbers of a text, in digits or in words, without those of dates and names ("F-16")."""
    taken = _Taken(text)
    found: list[tuple[Quantity, re.Match[str]]] = []
    for match in _QUANTITY.finditer(text):
        start = match.end() - len(match[0].lstrip())
        if taken.holds(start):
            continue
        quantity = _quantity(text, match, start)
        if quantity is not None:
            found.append((quantity, match))
    return tuple(_with_shared_units(text, found))


def magnitudes(text: str) -> tuple[Quantity, ...]:
    """The round numbers of a text: "dozens of strikes" is 12 or more of them, "tens of thousands" 10,000 or more."""
    found = []
    for match in _MAGNITUDE.finditer(text):
        word = match["scale"].lower().split()[-1]
        value = 20.0 if word == "scores" else SCALES[word.removesuffix("s")]
        unit, end = counted(text, match.end(), many=True)
        scaled = value * _OUTER.get((match["outer"] or "").lower(), 1.0)
        found.append(Quantity(scaled, unit, match.start(), end, text[match.start() : end]))
    return tuple(found)


def ordinals(text: str) -> tuple[Quantity, ...]:
    """The ordinal numbers of a text that are not part of a date."""
    taken = _Taken(text)
    return tuple(
        Quantity(float(match["digits"] or ORDINALS[match["word"].lower()]), "ordinal", *match.span(), match[0])
        for match in _ORDINAL.finditer(text)
        if not taken.holds(match.start())
    )


class _Taken:
    """The places of a text that belong to its dates."""

    def __init__(self, text: str) -> None:
        self._days = [(day.start, day.end) for day in dates(text, None)]

    def holds(self, place: int) -> bool:
        day = bisect_right(self._days, (place, math.inf)) - 1
        return day >= 0 and place < self._days[day][1]


def _quantity(text: str, match: re.Match[str], start: int) -> Quantity | None:
    if match["clock"]:
        return Quantity(_hours(match["clock"]), "clock", start, match.end(), match["clock"])
    if match["halves"] or match["share"] or match["share2"]:
        return _fraction(text, match, start)
    after = text[match.end() : match.end() + 1]
    if match["digits"] and after.isalnum() and not match["scale"] and not measure_behind(text, match.end()):
        return None  # "3rd", "5G"
    if after == "/" or _CODE.match(text, match.end()):
        return None  # "9/11", "1099-PATR"
    vague = match["article"] and match["article"].lower() in ("several", "few")
    if vague or ((match["words"] or "").lower() == "one" and not match["scale"] and _is_no_count(text, match)):
        return None
    value = _value(match)
    unit, end = _unit(text, match, value)
    return Quantity(value, unit, start, end, text[start:end])


def _hours(clock: str) -> float:
    hours, minutes = (int(part or 0) for part in [*re.findall(r"\d+", clock), "0"][:2])
    if re.search(r"p\.?m", clock, re.IGNORECASE) and hours < 12:
        hours += 12
    return hours + minutes / 60


def _fraction(text: str, match: re.Match[str], start: int) -> Quantity:
    """A share as a percentage, a share of a measure ("half a year") or of a scale ("half a million") as a number."""
    times = {"two": 2, "three": 3, "four": 4}.get((match["share"] or match["share2"] or "").lower(), 1)
    value = times * _FRACTIONS[(match["part"] or match["part2"] or "half").lower()]
    scale = match["scale0"] or match["scale3"]
    if scale:
        unit, end = counted(text, match.end(), many=True)
        return Quantity(value * SCALES[scale.lower()], unit, start, end, text[start:end])
    measured = re.match(r"\s+(?:an?\s+)?([^\W\d_]+)", text[match.end() : match.end() + 40])
    if match["halves"] and measured and MEASURE_OF.get(singular(measured[1].lower())):
        end = match.end() + measured.end()
        return Quantity(value, MEASURE_OF[singular(measured[1].lower())], start, end, text[start:end])
    return Quantity(100 * value, "percent", start, match.end(), text[start : match.end()])


def _is_no_count(text: str, match: re.Match[str]) -> bool:
    """Whether "one" is a pronoun: "one of them", "no one", "one can"."""
    following = re.match(r"[\s-]([^\W\d_]+)", text[match.end() : match.end() + 40])
    if following is None or following[1].lower() in _BEHIND_PRONOUN_ONE:
        return True
    return _BEFORE_ONE.search(text, max(0, match.start("words") - 12), match.start("words")) is not None


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        value = float(re.sub(r"[\s,]", "", match["digits"]))
    else:
        value = spelled(match["words"]) if match["words"] else 1.0
    if match["plus"]:
        value += 0.5 if match["plus"].endswith("half") else 0.25
    for scale in ("scale", "scale2"):
        if match[scale]:
            value *= SCALES[match[scale].lower()]
    return value


def _unit(text: str, match: re.Match[str], value: float) -> tuple[str | None, int]:
    """The unit of a number and where what it counts ends."""
    if match["currency"]:
        return CURRENCY_OF[match["currency"].lower()], match.end()
    return counted(text, match.end(), many=value != 1)


def _with_shared_units(text: str, found: Sequence[tuple[Quantity, re.Match[str]]]) -> list[Quantity]:
    """The quantities, the first of a range with the unit and scale that stand behind its second: "5 to 7 percent"."""
    shared = [quantity for quantity, _ in found]
    for place, ((one, match), (other, following)) in reversed(list(enumerate(pairwise(found)))):
        gap = text[one.end : other.start]
        if not _RANGE.fullmatch(gap) or (
            gap.strip() == "and" and "between" not in text[max(0, one.start - 12) : one.start].lower()
        ):
            continue
        other = shared[place + 1]
        if one.unit is None or (one.unit in CURRENCY_OF.values() and other.unit is None):
            shared[place] = one = replace(one, unit=one.unit or other.unit)
            shared[place + 1] = replace(other, unit=other.unit or one.unit)
        if following.groupdict().get("scale") and not match["scale"] and one.value < 1000:
            scale = SCALES[following["scale"].lower()] * SCALES.get((following["scale2"] or "").lower(), 1.0)
            shared[place] = replace(shared[place], value=one.value * scale)
    return shared


# -- what stands before a number ----------------------------------------------------------------------

Bound = Literal["about", "above", "below"]

_BOUNDS = lexicons.meanings("number_scope.bounds")
_BOUND = re.compile(rf"\b({'|'.join(sorted(_BOUNDS, key=len, reverse=True))})\s+(?:an?\s+)?[$€£]?$", re.IGNORECASE)
LONGEST_BOUND = 24  # characters before a number


def bound_of(text: str, number_start: int) -> Bound | None:
    """How the words right before a number bound it; None where it stands as it is."""
    found = _BOUND.search(text[max(0, number_start - LONGEST_BOUND) : number_start])
    return cast(Bound, _BOUNDS[found[1].lower()]) if found else None
