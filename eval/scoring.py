"""Scores a run: metrics of each case, and means with intervals, overall and by slice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from eval.bounds import SHARE, Bounds, Floats, Limits, bounds, share_bounds
from eval.cases import Case
from eval.metrics import METRICS, SET_METRICS
from eval.metrics.metric import Metric, Observation, SetMetric, setting_of
from eval.runs import Run
from eval.scores import Interval, Scores
from eval.statistics import (
    FEW_CLUSTERS,
    RESAMPLES,
    bootstrap_statistic,
    intervals,
)
from rag.errors import BadInput

SET_RESAMPLES = 1_000  # a set metric is computed for each; ten times fewer cost the interval's third digit

GAINS_AND_LOSSES = ("utility", "noise_loss")  # from -1 to 1; all others except those of operations are shares

PerCase = Mapping[str, Mapping[str, float]]


def score(
    run: Run,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
    metrics: Sequence[Metric] = METRICS,
    set_metrics: Sequence[SetMetric] = SET_METRICS,
) -> Scores:
    """Scores a run. Errored cases count in no mean; a metric that raises is a bug, and stops the scoring."""
    seen = observations(run)
    replied = {one.case.id: one for one in seen}
    cases = {metric.name: _values(metric, seen) for metric in metrics}

    def means(part: Sequence[Observation]) -> dict[str, Interval]:
        return _means(part, metrics, cases, resamples, seed) | _set_means(part, set_metrics, resamples, seed)

    return Scores(
        cases=cases,
        overall=means(seen),
        slices={
            name: {metric: mean for metric, mean in means([replied[case.id] for case in part]).items() if mean.n}
            for name, part in slices_of([one.case for one in seen]).items()
        },
        errored=errored(run),
    )


def observations(run: Run) -> tuple[Observation, ...]:
    """An observation for each case with a reply, in the suite's order."""
    records = {record.case: record for record in run.records}
    unknown = records.keys() - {case.id for case in run.suite.cases}
    if unknown:
        raise BadInput(f"The run answers {min(unknown)!r}, which its suite {run.suite.name!r} does not ask.")
    setting = setting_of(run.suite)
    return tuple(
        Observation(case, record.reply, run.texts, record.seconds, setting)
        for case in run.suite.cases
        if (record := records.get(case.id)) and record.status != "errored" and record.reply is not None
    )


def errored(run: Run) -> tuple[str, ...]:
    """The ids of cases without a reply: failed or never asked."""
    replied = {one.case.id for one in observations(run)}
    return tuple(case.id for case in run.suite.cases if case.id not in replied)


def cluster_of(case: Case) -> str:
    """The case's cluster; otherwise its first article; otherwise its own id."""
    return case.cluster or next(iter(case.articles), case.id)


def limits(metric: Metric | SetMetric) -> Limits:
    """The range of a metric's values; None for milliseconds, tokens and cost."""
    if metric.family == "operations":
        return None
    return (-1.0, 1.0) if metric.name in GAINS_AND_LOSSES else SHARE


def slices_of(cases: Sequence[Case]) -> dict[str, list[Case]]:
    """The cases by kind, then by each value of each further slice."""
    slices: dict[str, list[Case]] = {}
    for case in cases:
        slices.setdefault(f"kind={case.kind}", []).append(case)
    for case in cases:
        for name, value in case.slices.items():
            if name != "kind":
                slices.setdefault(f"{name}={value}", []).append(case)
    return slices


def _values(metric: Metric, seen: Sequence[Observation]) -> dict[str, float]:
    """The metric's values of the cases that it applies to."""
    values = {one.case.id: value for one in seen if (value := metric.value(one)) is not None}
    for case, value in values.items():
        if not math.isfinite(value) or (metric.binary and value not in (0, 1)):
            raise ValueError(f"The metric {metric.name} gave {value!r} for the case {case!r}.")
    return {case: float(value) for case, value in values.items()}


def _means(
    part: Sequence[Observation], metrics: Sequence[Metric], cases: PerCase, resamples: int, seed: int
) -> dict[str, Interval]:
    found = intervals(
        _matrix(part, metrics, cases),
        [cluster_of(one.case) for one in part],
        limits=[limits(metric) for metric in metrics],
        resamples=resamples,
        seed=seed,
    )
    return {metric.name: interval for metric, interval in zip(metrics, found, strict=True)}


def _matrix(part: Sequence[Observation], metrics: Sequence[Metric], cases: PerCase) -> Floats:
    """(cases, metrics) float64, NaN where a metric does not apply."""
    rows = [[cases[metric.name].get(one.case.id, np.nan) for metric in metrics] for one in part]
    return np.array(rows, np.float64).reshape(len(part), len(metrics))


def _set_means(
    part: Sequence[Observation], metrics: Sequence[SetMetric], resamples: int, seed: int
) -> dict[str, Interval]:
    clusters = [cluster_of(one.case) for one in part]
    return {metric.name: _set_mean(metric, part, clusters, min(resamples, SET_RESAMPLES), seed) for metric in metrics}


def _set_mean(
    metric: SetMetric, part: Sequence[Observation], clusters: Sequence[str], resamples: int, seed: int
) -> Interval:
    value = metric.value(part) if part else None
    if value is None or not math.isfinite(value):
        return Interval(0.0, None, None, 0)

    def drawn(groups: Sequence[str]) -> Bounds:
        sample = bootstrap_statistic(
            lambda indices: metric.value([part[index] for index in indices]), groups, resamples=resamples, seed=seed
        )
        return _set_bounds(sample, value, groups, limits(metric))

    low, high = drawn(clusters)
    found = len(set(clusters))
    if low is not None and high is not None and found < min(FEW_CLUSTERS, len(part)):
        least, most = drawn([one.case.id for one in part])
        low, high = min(low, low if least is None else least), max(high, high if most is None else most)
    return Interval(float(value), low, high, len(part), found)


def _set_bounds(sample: Floats, value: float, clusters: Sequence[str], known: Limits) -> Bounds:
    """The 95% bounds of a set metric from its resampled values."""
    low, high = bounds(sample, value, clusters)
    if low is None or high is None:
        return None, None
    if low < high:
        return (max(low, known[0]), min(high, known[1])) if known else (max(low, 0.0), high)
    return share_bounds(value, len(set(clusters))) if known == SHARE and value in SHARE else (None, None)
