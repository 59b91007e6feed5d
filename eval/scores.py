"""The types of scores: metrics of single cases, and means with 95% intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A value over n cases with its 95% interval; `low` and `high` are None where there are too few cases.

    `clusters` counts the groups of cases that share an article or a story: at most that many are independent.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    clusters: int = 0


@dataclass(frozen=True, slots=True)
class Scores:
    """`cases[metric][case id]` of each per-case metric; `overall[metric]`; `slices[slice name=value][metric]`.

    `errored` are the cases without a reply, which count in no metric.
    """

    cases: Mapping[str, Mapping[str, float]]
    overall: Mapping[str, Interval]
    slices: Mapping[str, Mapping[str, Interval]]
    errored: tuple[str, ...]
