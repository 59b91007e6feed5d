"""Converts units of measure that measure the same: length, weight, time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.language import lexicons
from rag.language.quantities import Quantity

_UNITS = {
    unit: (name, factor)
    for name, units in lexicons.table("units.dimensions").items()
    for unit, factor in units.items()
}
_COMPOUND = frozenset(
    (("foot", "inch"), ("hour", "minute"), ("minute", "second"), ("year", "month"), ("pound-weight", "ounce"))
)


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
