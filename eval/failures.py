"""Finds the questions that a run got wrong, and by which metric."""

from __future__ import annotations

from collections.abc import Sequence

from eval.metrics import METRICS
from eval.metrics.metric import Metric
from eval.runs import Run
from eval.scores import Scores


def failures(run: Run, scores: Scores, metrics: Sequence[Metric] = METRICS) -> dict[str, tuple[str, ...]]:
    """The metrics that each case missed, in the suite's order; cases that missed none are left out."""
    missed = {case.id: _missed(case.id, scores, run.suite.primary, metrics) for case in run.suite.cases}
    return {case: names for case, names in missed.items() if names}


def judges(
    case: str, scores: Scores, primary: Sequence[str], metrics: Sequence[Metric] = METRICS
) -> tuple[Metric, ...]:
    """The primary metrics that apply to the case; where the suite names none, the first binary one that applies."""
    has = [metric for metric in metrics if case in scores.cases.get(metric.name, {})]
    if primary:
        return tuple(metric for metric in has if metric.name in primary)
    return tuple(metric for metric in has if metric.binary)[:1]


def _missed(case: str, scores: Scores, primary: Sequence[str], metrics: Sequence[Metric]) -> tuple[str, ...]:
    judged = judges(case, scores, primary, metrics)
    return tuple(metric.name for metric in judged if _is_miss(metric, scores.cases[metric.name][case]))


def _is_miss(metric: Metric, value: float) -> bool:
    """Whether a value is a miss: 0 where higher is better; 1 of a binary metric where lower is better."""
    return value <= 0 if metric.better == "higher" else metric.binary and value == 1
