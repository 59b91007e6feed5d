"""Bootstrap intervals, paired tests and effect sizes for clustered questions.

Questions about one story are not independent, so all methods work on clusters: a bootstrap draws whole clusters, a
randomisation flips whole clusters. All draws are seeded: equal numbers give equal intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit
from scipy.stats import binomtest, permutation_test

from eval.bounds import FEWEST_CLUSTERS, TAIL, Floats, Limits, effective, mean_bounds
from eval.scores import Interval

Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

RESAMPLES = 10_000
FEW_CLUSTERS = 20  # with fewer, a cluster bootstrap alone is unreliable (Cameron, Gelbach & Miller 2008)
AT_ONCE = 500  # resamples held in memory together
POWER = 0.8
MDE_FACTOR = 2.8  # 1.96 + 0.84: two-sided 5% level, 80% power


def intervals(
    values: Floats,
    clusters: Sequence[str],
    *,
    limits: Sequence[Limits] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[Interval, ...]:
    """Each column's mean with its 95% interval. `values` is (cases, metrics) float64, NaN where one does not apply.

    `limits` are the ranges of the columns' values. A column without values gives 0 with n = 0.
    """
    means = bootstrap_means(values, clusters, resamples=resamples, seed=seed)
    known = limits or [None] * values.shape[1]
    return tuple(
        _interval(values[:, column], means[:, column], clusters, known[column]) for column in range(values.shape[1])
    )


def bootstrap_means(values: Floats, clusters: Sequence[str], *, resamples: int = RESAMPLES, seed: int = 0) -> Floats:
    """Means of resampled clusters: (resamples, metrics) float64, NaN where a column has fewer than two clusters.

    A column is resampled from the clusters with a value in it; columns with the same clusters share their draws.
    """
    means = np.full((resamples, values.shape[1]), np.nan)
    if not values.size:
        return means
    sums, counts = _by_cluster(values, clusters)
    for members, columns in _same_clusters(counts > 0):
        if len(members) < FEWEST_CLUSTERS:
            continue
        total, n = sums[np.ix_(members, columns)], counts[np.ix_(members, columns)]
        done = 0
        for weights in _draws(len(members), resamples, seed):
            means[done : done + len(weights), columns] = (weights @ total) / (weights @ n)
            done += len(weights)
    return means


def bootstrap_statistic(
    statistic: Callable[[Indices], float | None], clusters: Sequence[str], *, resamples: int, seed: int = 0
) -> Floats:
    """A statistic of many cases over resampled clusters: (defined resamples,) float64.

    `statistic` gets the indices of the drawn cases, and returns None where it is undefined.
    """
    members = [np.asarray(group, np.intp) for group in _groups(clusters).values()]
    if len(members) < FEWEST_CLUSTERS:
        return np.empty(0)
    draws = np.random.default_rng(seed).integers(len(members), size=(resamples, len(members)))
    found = (statistic(np.concatenate([members[one] for one in draw])) for draw in draws)
    return np.array([value for value in found if value is not None], np.float64)


def mcnemar(lost: int, gained: int) -> float:
    """The two-sided p-value of McNemar's test (1947), exact by the binomial, for the pairs that fell and rose."""
    return float(binomtest(lost, lost + gained).pvalue) if lost + gained else 1.0


def sign_flip(differences: Floats, clusters: Sequence[str], *, flips: int = RESAMPLES, seed: int = 0) -> float:
    """The two-sided p-value of a mean of paired differences, (n,) float64, if old and new were exchangeable.

    Fisher's paired randomisation (1935; for retrieval Smucker, Allan & Carterette 2007), flipping whole clusters: all
    flips of few clusters, otherwise random ones, with the data counted among them (Phipson & Smyth 2010).
    """
    sums = np.array([differences[group].sum() for group in _groups(clusters).values()])
    sums = sums[np.abs(sums) > 1e-12]
    if len(sums) < FEWEST_CLUSTERS:
        return 1.0
    flipped = permutation_test(
        (sums,),
        lambda values, axis: values.sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=flips,
        batch=AT_ONCE,
        rng=seed,
    )
    return float(flipped.pvalue)


def swap(
    difference: Callable[[Flags], float | None], clusters: Sequence[str], *, flips: int, seed: int = 0
) -> float | None:
    """The two-sided p-value of a statistic of many pairs, if old and new were exchangeable (as `sign_flip`).

    `difference` gets a flag for each pair, whether to exchange its two, and returns None where it is undefined.
    """
    members = list(_groups(clusters).values())
    flags = np.zeros(len(clusters), np.bool_)
    seen = difference(flags)
    if seen is None or not len(members):
        return None
    random, defined, beyond = np.random.default_rng(seed), 0, 0
    for drawn in random.integers(0, 2, size=(flips, len(members))):
        for group, flipped in zip(members, drawn, strict=True):
            flags[group] = flipped
        if (value := difference(flags)) is not None:
            defined += 1
            beyond += abs(value) >= abs(seen) * (1 - 1e-9)
    return (beyond + 1) / (defined + 1)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusts p-values for multiple tests (Holm 1979), in the order given."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda one: p_values[one])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def minimum_detectable_effect(differences: Floats, clusters: Sequence[str], *, binary: bool) -> float | None:
    """The least true difference that such pairs detect in 4 of 5 runs, at the two-sided 5% level.

    2.8 standard errors of the mean (Bloom 1995): for a binary metric without clusters 2.8 * sqrt(d / n), where d is
    the share of pairs that differ; otherwise from the sd of the differences. Clusters widen the error (Liang & Zeger
    1986), few of them also the factor. None where no pair differs, so that the variance is unknown.
    """
    if not len(differences) or not np.any(differences):
        return None
    centred = differences if binary else differences - differences.mean()
    sums = np.array([centred[group].sum() for group in _groups(clusters).values()])
    if len(sums) < FEWEST_CLUSTERS:
        return None
    squares, factor = float((sums**2).sum()), MDE_FACTOR
    if len(sums) < FEW_CLUSTERS:
        free = max(effective(clusters) - 1, 1.0)
        factor = float(stdtrit(free, 1 - TAIL) + stdtrit(free, POWER))
        squares *= len(sums) / (len(sums) - 1)
    return factor * float(np.sqrt(max(squares, float((centred**2).sum())))) / len(differences)


def questions_needed(n: int, effect: float | None, margin: float) -> int | None:
    """How many such questions (n now) would make the minimum detectable effect as small as the margin."""
    if effect is None or margin <= 0:
        return None
    return int(np.ceil(n * (effect / margin) ** 2 - 1e-9))


def _interval(column: Floats, means: Floats, clusters: Sequence[str], limits: Limits) -> Interval:
    known = np.flatnonzero(~np.isnan(column))
    values, groups = column[known], [clusters[int(index)] for index in known]
    if not len(values):
        return Interval(0.0, None, None, 0)
    low, high = mean_bounds(values, groups, means, limits=limits)
    if low is not None and low < 0 <= values.min():
        low = 0.0  # such as milliseconds, which have no other limit
    return Interval(float(values.mean()), low, high, len(values), len(set(groups)))


def _groups(clusters: Sequence[str]) -> dict[str, list[int]]:
    """The indices of each cluster's cases, in the order of first appearance."""
    groups: dict[str, list[int]] = {}
    for index, cluster in enumerate(clusters):
        groups.setdefault(cluster, []).append(index)
    return groups


def _by_cluster(values: Floats, clusters: Sequence[str]) -> tuple[Floats, Floats]:
    """Each cluster's sums and counts by column: both (clusters, metrics) float64."""
    groups = list(_groups(clusters).values())
    sums = np.array([np.nansum(values[group], axis=0) for group in groups])
    counts = np.array([np.count_nonzero(~np.isnan(values[group]), axis=0) for group in groups], np.float64)
    return sums, counts


def _same_clusters(present: Flags) -> Iterator[tuple[Indices, Indices]]:
    """Groups columns with values in the same clusters: (clusters, columns)."""
    columns: dict[bytes, list[int]] = {}
    for column in range(present.shape[1]):
        columns.setdefault(present[:, column].tobytes(), []).append(column)
    for group in columns.values():
        yield np.flatnonzero(present[:, group[0]]), np.asarray(group, np.intp)


def _draws(clusters: int, resamples: int, seed: int) -> Iterator[Floats]:
    """How often each cluster was drawn: blocks of (at most AT_ONCE, clusters) float64."""
    random = np.random.default_rng(seed)
    for start in range(0, resamples, AT_ONCE):
        rows = min(AT_ONCE, resamples - start)
        drawn = random.integers(clusters, size=(rows, clusters)) + clusters * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * clusters).reshape(rows, clusters).astype(np.float64)
