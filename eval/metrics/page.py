"""Formats the definitions of metrics as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from eval.metrics.metric import Family, Metric, SetMetric


def markdown(metrics: Sequence[Metric | SetMetric]) -> str:
    """A heading and a table of metrics for each family."""
    return "\n".join(line for family in get_args(Family) for line in _family(family, metrics))


def _family(family: str, metrics: Sequence[Metric | SetMetric]) -> Iterator[str]:
    yield f"### {family.capitalize()}\n"
    yield "| metric | of | better | definition |\n|---|---|---|---|"
    for metric in metrics:
        if metric.family == family:
            source = f" Source: {metric.source}." if metric.source else ""
            yield f"| `{metric.name}` | {_of(metric)} | {metric.better} | {_cell(metric.about + source)} |"
    yield ""


def _of(metric: Metric | SetMetric) -> str:
    if isinstance(metric, SetMetric):
        return "all cases"
    return "a case, 0 or 1" if metric.binary else "a case"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
