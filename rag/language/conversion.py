"""Units of measure that can be converted into one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.language.quantities import Quantity

_DIMENSIONS: dict[str, dict[str, float]] = {
    "length": {
        "meter": 1.0, "kilometer": 1000.0, "mile": 1609.344, "foot": 0.3048, "centimeter": 0.01, "inch": 0.0254,
        "yard": 0.9144, "millimeter": 0.001,
    },
    "weight": {"kilogram": 1.0, "gram": 0.001, "ton": 1000.0, "pound-weight": 0.4536, "ounce": 0.02835},
    "volume": {"liter": 1.0, "gallon": 3.785, "barrel": 158.99},
    "area": {
        "hectare": 1.0, "acre": 0.4047, "square kilometer": 100.0, "square mile": 258.999, "square meter": 0.0001,
        "square foot": 0.0000092903,
    },
    "speed": {"km/h": 1.0, "mph": 1.609344, "knot": 1.852},
    "time": {
        "second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": 24.0, "night": 24.0, "week": 168.0,
        "fortnight": 336.0, "month": 730.5, "year": 8766.0, "decade": 87660.0, "century": 876600.0,
    },
    "power": {"kilowatt": 1.0, "megawatt": 1e3, "gigawatt": 1e6, "terawatt": 1e9},
    "data": {"megabyte": 1.0, "gigabyte": 1e3},
    "temperature": {"celsius": 1.0, "fahrenheit": 1 / 1.8, "degree": 1.0},
}  # fmt: skip
_UNITS = {unit: (name, factor) for name, units in _DIMENSIONS.items() for unit, factor in units.items()}
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
