"""Formats figures alike in comments, reports and test results."""

from __future__ import annotations

from collections.abc import Iterable

from eval.scores import Interval, Scores
from eval.statistics import FEW_CLUSTERS

NONE = "–"


def number(value: float | None) -> str:
    """A value with as many digits as it is worth: three decimals of a share, one of a duration in milliseconds."""
    if value is None:
        return NONE
    text = f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "\u2212")


def signed(value: float | None) -> str:
    """A change with its sign."""
    text = number(value)
    return f"+{text}" if value is not None and value > 0 and float(text.replace(",", "")) else text


def interval(found: Interval) -> str:
    """The bounds of a 95% interval, or the word that there are none."""
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
    """A p-value in a sentence, with its sign."""
    told = probability(value)
    return told if told.startswith("<") else f"= {told}"


def few_groups(found: Iterable[Interval]) -> str:
    """What a group is, where questions fall into so few that it matters, else nothing."""
    if all(one.clusters >= FEW_CLUSTERS for one in found if one.n):
        return ""
    return (
        "Questions that share an article or a story are one group, and vary together:"
        f" fewer than {FEW_CLUSTERS} groups give wide intervals, however many questions they have."
    )


def by_slice(scores: Scores, metric: str) -> list[tuple[str, Interval]]:
    """The metric's mean in each slice that has it, where there are two or more."""
    found = [(name, means[metric]) for name, means in scores.slices.items() if metric in means]
    return found if len(found) > 1 else []


def counted(count: int, one: str, many: str = "") -> str:
    """A number of things: 1 case, 2 cases."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
