"""Formats numbers, intervals and p-values for reports, comments and test results."""

from __future__ import annotations

from collections.abc import Iterable

from eval.scores import Interval, Scores
from eval.statistics import FEW_CLUSTERS

NONE = "–"


def number(value: float | None) -> str:
    """Formats a value: three decimals for a share, one for a larger number such as milliseconds."""
    if value is None:
        return NONE
    text = f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "\u2212")


def signed(value: float | None) -> str:
    """A change with its sign."""
    text = number(value)
    return f"+{text}" if value is not None and value > 0 and float(text.replace(",", "")) else text


def interval(found: Interval) -> str:
    """Formats the bounds of a 95% interval; a dash where there are none."""
    if found.low is None or found.high is None:
        return NONE
    return f"{number(found.low)} to {number(found.high)}"


def change(found: Interval) -> str:
    """A change with its bounds."""
    if found.low is None or found.high is None:
        return signed(found.value)
    return f"{signed(found.value)} (95%: {signed(found.low)} to {signed(found.high)})"


def probability(value: float | None) -> str:
    """A p-value."""
    if value is None:
        return NONE
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def at(value: float | None) -> str:
    """A p-value for a sentence, with < or =."""
    text = probability(value)
    return text if text.startswith("<") else f"= {text}"


def few_groups(found: Iterable[Interval]) -> str:
    """Explains groups, where there are so few that intervals are wide; otherwise empty."""
    if all(one.clusters >= FEW_CLUSTERS for one in found if one.n):
        return ""
    return (
        "Questions that share an article or a story form one group and are not independent:"
        f" fewer than {FEW_CLUSTERS} groups give wide intervals, however many questions they have."
    )


def by_slice(scores: Scores, metric: str) -> list[tuple[str, Interval]]:
    """The metric's mean by slice, where there are two slices or more."""
    found = [(name, means[metric]) for name, means in scores.slices.items() if metric in means]
    return found if len(found) > 1 else []


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 case, 2 cases."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
