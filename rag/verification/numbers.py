"""Checks that the sources of a claim have its numbers, with the same unit and bound."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rag.language.counting import MEASURES
from rag.language.quantities import Bound, Quantity, bound_of, magnitudes, ordinals, quantities

SAME = 0.005  # of the larger value: rounding
# how far from the number of the sources a bounded one may be, as factors of the claim's
_TOLERANCES: dict[Bound | None, tuple[float, float]] = {
    "about": (0.94, 1.06), "above": (1.0, 1.1), "below": (0.9, 1.0), None: (1.0, 1.0),
}  # fmt: skip
_MEASURED = MEASURES - {"point"}  # points are scored as well
_OPPOSED = {("above", "below"), ("below", "above")}
_quantities, _ordinals, _magnitudes = (lru_cache(maxsize=4_096)(one) for one in (quantities, ordinals, magnitudes))


def missing_number(claim: str, texts: Sequence[str]) -> str | None:
    """The reason where the sources lack a number of the claim or give it another bound; None where they have all."""
    known = [(text, one) for text in texts for one in _quantities(text)]
    for number in quantities(claim):
        bound = bound_of(claim, number.start)
        same = [bound_of(text, one.start) for text, one in known if _is_same(number, one, bound)]
        if not same:
            return f"“{number.text.strip()}” is not in its sources"
        if all((bound, other) in _OPPOSED for other in same):
            return f"its sources have another bound for “{number.text.strip()}”"
    return _missing_ordinal(claim, texts) or _missing_magnitude(claim, texts, [one for _, one in known])


def _missing_ordinal(claim: str, texts: Sequence[str]) -> str | None:
    """An ordinal in digits: "first" and "second" mostly order a story."""
    known = {one.value for text in texts for one in _ordinals(text)}
    found = next((one for one in ordinals(claim) if one.value not in known and one.text[0].isdigit()), None)
    return f"“{found.text}” is not in its sources" if found else None


def _missing_magnitude(claim: str, texts: Sequence[str], known: Sequence[Quantity]) -> str | None:
    """A round number larger than all of the sources: hundreds for dozens."""
    found = [*known, *(one for text in texts for one in _magnitudes(text))]
    missing = next((one for one in magnitudes(claim) if all(one.value > other.value for other in found)), None)
    return f"“{missing.text.strip()}” is not in its sources" if missing else None


def _is_same(mine: Quantity, theirs: Quantity, bound: Bound | None) -> bool:
    low, high = _TOLERANCES[bound]
    if not (low * mine.value <= theirs.value <= high * mine.value) and (
        abs(mine.value - theirs.value) > SAME * max(abs(mine.value), abs(theirs.value))
    ):
        return False
    return mine.unit in (theirs.unit, None) or _MEASURED.isdisjoint((mine.unit, theirs.unit))
