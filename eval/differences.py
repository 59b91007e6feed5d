"""The change of one metric between two runs, with its significance and verdict.

The gain is the new run's mean minus the old one's, with the sign turned for metrics where lower is better. With a
margin m, and the one-sided 95% bounds of a primary metric's gain, the metric is

- `unchanged` where no question's value changed;
- `worse` where the upper bound is below -m: it certainly lost more than the margin;
- `worse` too where it lost more than m, there are fewer than 20 clusters (whose bounds are unreliable), and a test of
  single questions (McNemar's exact test; sign flips) is significant at 5%;
- `inconclusive` where -m lies between the bounds, or there are none: these questions cannot decide;
- otherwise it lost no more than the margin: `better` where it rose and Holm's p-value is below 0.05, or `not worse`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from eval.bounds import TAIL, Bounds, Floats, Limits, bounds, mean_bounds
from eval.cases import Case
from eval.metrics.metric import Better, Metric, Observation, SetMetric
from eval.scores import Interval, Scores
from eval.scoring import cluster_of, limits
from eval.statistics import (
    FEW_CLUSTERS,
    MDE_FACTOR,
    Flags,
    Indices,
    bootstrap_means,
    bootstrap_statistic,
    holm,
    mcnemar,
    minimum_detectable_effect,
    questions_needed,
    sign_flip,
    swap,
)

LEVEL = 0.05
Z = 1.96  # standard errors on either side of a 95% interval

Verdict = Literal["better", "unchanged", "not worse", "inconclusive", "worse"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in both runs, over the cases that have it in both; `same` where none of them changed.

    `change` is new - old with its 95% interval; `lower` and `upper` are the one-sided 95% bounds of the gain. `p` is
    the p-value of McNemar's test or of randomisation, `alone` that of a test of single questions where there are few
    clusters, `adjusted` Holm's over the primary metrics. `effect` is the minimum detectable effect, `needed` the
    number of questions that would make it as small as the margin. Both are None where no pair differs, or there are
    too few clusters to detect any change.
    """

    metric: str
    better: Better
    old: float
    new: float
    change: Interval
    lower: float | None
    upper: float | None
    same: bool
    p: float | None = None
    alone: float | None = None
    effect: float | None = None
    needed: int | None = None
    primary: bool = False
    adjusted: float | None = None
    verdict: Verdict | None = None


def per_case(
    metrics: Sequence[Metric], old: Scores, new: Scores, pairs: Sequence[Case], resamples: int, seed: int
) -> Iterator[Difference]:
    """The difference of each per-case metric."""
    before, now = (_matrix(scores, metrics, pairs) for scores in (old, new))
    changes = now - before
    clusters = [cluster_of(case) for case in pairs]
    means = bootstrap_means(changes, clusters, resamples=resamples, seed=seed)
    for column, metric in enumerate(metrics):
        both = np.flatnonzero(~np.isnan(changes[:, column]))
        if not len(both):
            yield _nothing(metric)
            continue
        here, groups = changes[both, column], [clusters[index] for index in both]
        unbounded = _unbounded(metric, before[both, column].mean(), now[both, column].mean(), groups)
        if not here.any():
            yield replace(_bounded(unbounded, [(0.0, 0.0), (0.0, 0.0)]), same=True, p=1.0)
            continue
        drawn, known = means[:, column], _of_changes(limits(metric))
        ends = [mean_bounds(here, groups, drawn, limits=known, tail=tail) for tail in (TAIL, LEVEL)]
        yield replace(
            _bounded(unbounded, ends),
            p=_p_value(metric, here, groups, seed),
            alone=_p_value(metric, here, [str(index) for index in both], seed) if _few(groups) else None,
            effect=_possible(minimum_detectable_effect(here, groups, binary=metric.binary), known),
        )


def of_sets(
    metric: SetMetric, old: Sequence[Observation], new: Sequence[Observation], resamples: int, seed: int
) -> Difference:
    """The difference of a set metric; `old` and `new` hold the same cases in the same order."""
    before, now = metric.value(old), metric.value(new)
    if before is None or now is None:
        return _nothing(metric)
    clusters = [cluster_of(one.case) for one in new]

    def changed(indices: Indices) -> float | None:
        was, is_now = metric.value([old[one] for one in indices]), metric.value([new[one] for one in indices])
        return None if was is None or is_now is None else is_now - was

    def exchanged(flags: Flags) -> float | None:
        pairs = [(is_now, was) if flag else (was, is_now) for was, is_now, flag in zip(old, new, flags, strict=True)]
        was, is_now = metric.value([one for one, _ in pairs]), metric.value([one for _, one in pairs])
        return None if was is None or is_now is None else is_now - was

    drawn = bootstrap_statistic(changed, clusters, resamples=resamples, seed=seed)
    same = before == now and not drawn.any()
    unbounded = _unbounded(metric, before, now, clusters)
    found = replace(
        _bounded(unbounded, [bounds(drawn, now - before, clusters, tail=tail) for tail in (TAIL, LEVEL)]), same=same
    )
    if same:
        return replace(found, p=1.0)
    low, high, known = found.change.low, found.change.high, _of_changes(limits(metric))
    one_by_one = [one.case.id for one in new]
    return replace(
        found,
        effect=None if low is None or high is None else _possible((high - low) / 2 * MDE_FACTOR / Z, known),
        p=swap(exchanged, clusters, flips=resamples, seed=seed),
        alone=swap(exchanged, one_by_one, flips=resamples, seed=seed) if _few(clusters) else None,
    )


def judged(differences: Sequence[Difference], primary: Sequence[str], margin: float) -> tuple[Difference, ...]:
    """Adds verdicts to the primary differences, and puts these first."""
    by_name = {one.metric: one for one in differences}
    chosen = [by_name[name] for name in primary]
    tested = [one.metric for one in chosen if one.p is not None]
    adjusted = dict(zip(tested, holm([by_name[name].p or 0.0 for name in tested]), strict=True))
    verdicts = [
        replace(
            one,
            primary=True,
            adjusted=adjusted.get(one.metric),
            needed=questions_needed(one.change.n, one.effect, margin)
            if one.change.clusters >= FEW_CLUSTERS
            else None,
            verdict=_verdict(one, adjusted.get(one.metric), margin),
        )
        for one in chosen
    ]
    return (*verdicts, *(one for one in differences if one.metric not in primary))


def _verdict(one: Difference, adjusted: float | None, margin: float) -> Verdict:
    if one.same:
        return "unchanged"
    gain = -one.change.value if one.better == "lower" else one.change.value
    if (one.upper is not None and one.upper < -margin) or _lost_one_by_one(one, gain, margin):
        return "worse"
    if one.lower is None or one.lower < -margin:
        return "inconclusive"
    return "better" if gain > 0 and adjusted is not None and adjusted < LEVEL else "not worse"


def _lost_one_by_one(one: Difference, gain: float, margin: float) -> bool:
    """Whether few clusters lost more than the margin, significantly by the test of single questions."""
    return gain < -margin and one.alone is not None and one.alone < LEVEL


def _few(clusters: Sequence[str]) -> bool:
    return len(set(clusters)) < FEW_CLUSTERS


def _of_changes(known: Limits) -> Limits:
    """The limits of differences of values within these limits."""
    return (known[0] - known[1], known[1] - known[0]) if known else None


def _possible(effect: float | None, known: Limits) -> float | None:
    """The effect; None where no change can be that large."""
    return None if effect is not None and known and effect > known[1] else effect


def _nothing(metric: Metric | SetMetric) -> Difference:
    return Difference(metric.name, metric.better, 0.0, 0.0, Interval(0.0, None, None, 0), None, None, same=False)


def _unbounded(metric: Metric | SetMetric, old: float, new: float, clusters: Sequence[str]) -> Difference:
    """The difference of two means, without bounds."""
    found = Interval(float(new - old), None, None, len(clusters), len(set(clusters)))
    return Difference(metric.name, metric.better, float(old), float(new), found, None, None, same=False)


def _bounded(one: Difference, found: Sequence[Bounds]) -> Difference:
    """Adds the 95% bounds and the one-sided ones, the latter as a gain."""
    (low, high), (lower, upper) = found
    if one.better == "lower":
        lower, upper = (None if end is None else -end for end in (upper, lower))
    return replace(one, change=replace(one.change, low=low, high=high), lower=lower, upper=upper)


def _p_value(metric: Metric, changes: Floats, clusters: Sequence[str], seed: int) -> float:
    """McNemar's test, which assumes independent pairs; where cases share a cluster, sign flips of clusters."""
    if metric.binary and len(set(clusters)) == len(clusters):
        return mcnemar(int((changes < 0).sum()), int((changes > 0).sum()))
    return sign_flip(changes, clusters, seed=seed)


def _matrix(scores: Scores, metrics: Sequence[Metric], pairs: Sequence[Case]) -> Floats:
    """(cases, metrics) float64, NaN where a metric does not apply."""
    rows = [[scores.cases.get(metric.name, {}).get(case.id, np.nan) for metric in metrics] for case in pairs]
    return np.array(rows, np.float64).reshape(len(pairs), len(metrics))
