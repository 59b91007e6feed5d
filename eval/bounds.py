"""Confidence bounds of means and other statistics of clustered questions.

A bootstrap of few clusters is too narrow: its bounds are widened by the ratio of Student's t to the normal
distribution, and are never narrower than those of independent questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]
Limits = tuple[float, float] | None  # the range of a metric's values; None: unlimited
Bounds = tuple[float | None, float | None]

SHARE = (0.0, 1.0)
TAIL = 0.025  # on either side of a 95% interval
FEWEST_CLUSTERS = 2  # with one cluster, all resamples are equal


def mean_bounds(
    values: Floats, clusters: Sequence[str], means: Floats, *, limits: Limits = None, tail: float = TAIL
) -> Bounds:
    """Confidence bounds of a mean, with a probability of `tail` outside on either side; None for one cluster.

    `means` are the resampled ones: see `bounds`. Where independent questions give wider bounds (questions may differ
    more within clusters than clusters do), these are returned: Wilson's interval (1927) where all values are at their
    limits, such as 0 and 1, otherwise Student's. Equal values have no spread to resample: see `_all_equal`.
    """
    if np.ptp(values) == 0:
        return _all_equal(float(values[0]), len(set(clusters)), limits, tail)
    low, high = bounds(means, float(values.mean()), clusters, tail=tail)
    if low is None or high is None:
        return None, None
    least, most = _one_by_one(values, limits, tail)
    return _clipped(min(low, least), max(high, most), limits)


def bounds(drawn: Floats, value: float, clusters: Sequence[str], *, tail: float = TAIL) -> Bounds:
    """Confidence bounds of a statistic with this value and these resampled values; None where undefined.

    The expanded percentile bootstrap (Hesterberg 2015) over clusters (Field & Welsh 2007): percentiles are widened by
    the ratio of Student's t for that many clusters to the normal; unequal clusters count as fewer (Kish 1965).
    """
    low, high = quantiles(drawn, tail, 1 - tail)
    if low is None or high is None:
        return None, None
    many = effective(clusters)
    factor = stdtrit(max(many - 1, 1.0), tail) / ndtri(tail) * np.sqrt(many / (many - 1))
    return value + (low - value) * float(factor), value + (high - value) * float(factor)


def share_bounds(share: float, n: int, tail: float = TAIL) -> tuple[float, float]:
    """Confidence bounds of a share of n: Clopper & Pearson's (1934) for 0 and 1, otherwise Wilson's."""
    if share in (0.0, 1.0):
        slack = 1 - tail ** (1 / n)
        return (0.0, slack) if share == 0 else (1 - slack, 1.0)
    square = float(ndtri(tail)) ** 2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = np.sqrt(square * share * (1 - share) / n + (square / (2 * n)) ** 2) / (1 + square / n)
    return middle - float(half), middle + float(half)


def effective(clusters: Sequence[str]) -> float:
    """The effective number of clusters (Kish 1965): equal to their number where all have the same size."""
    sizes = np.array(list(Counter(clusters).values()), np.float64)
    return float(sizes.sum() ** 2 / (sizes**2).sum())


def quantiles(sample: Floats, *shares: float) -> tuple[float | None, ...]:
    """The sample's quantiles; None where the sample is empty or undefined."""
    if not len(sample) or np.isnan(sample).any():
        return (None,) * len(shares)
    return tuple(float(one) for one in np.quantile(sample, shares))


def _all_equal(value: float, clusters: int, limits: Limits, tail: float) -> Bounds:
    """Bounds of equal values: those of a share of the clusters; without limits, the value itself."""
    if clusters < FEWEST_CLUSTERS:
        return None, None
    if limits is None:
        return value, value
    return _scaled(share_bounds(_as_share(value, limits), clusters, tail), limits)


def _one_by_one(values: Floats, limits: Limits, tail: float) -> tuple[float, float]:
    """Bounds of a mean of independent questions."""
    mean, n = float(values.mean()), len(values)
    if limits and np.isin(values, limits).all():
        return _scaled(share_bounds(_as_share(mean, limits), n, tail), limits)
    half = float(-stdtrit(n - 1, tail) * values.std(ddof=1) / np.sqrt(n))
    return mean - half, mean + half


def _as_share(value: float, limits: tuple[float, float]) -> float:
    return (value - limits[0]) / (limits[1] - limits[0])


def _scaled(shares: tuple[float, float], limits: tuple[float, float]) -> tuple[float, float]:
    low, high = (limits[0] + share * (limits[1] - limits[0]) for share in shares)
    return low, high


def _clipped(low: float, high: float, limits: Limits) -> tuple[float, float]:
    return (max(low, limits[0]), min(high, limits[1])) if limits else (low, high)
