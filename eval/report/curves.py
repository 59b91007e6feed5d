"""Computes the data of a report's charts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import isfinite

import numpy as np

from eval.runs import Record
from eval.scores import Interval, Scores

Named = tuple[str, Interval]


def by_slice(scores: Scores, metric: str) -> dict[str, list[Named]]:
    """The metric's means, grouped by the slices' names, kinds first."""
    groups: dict[str, list[Named]] = defaultdict(list)
    for slice_name, means in scores.slices.items():
        name, _, value = slice_name.partition("=")
        if metric in means:
            groups[name].append((value, means[metric]))
    return {name: values for name, values in groups.items() if len(values) > 1}


def noise(scores: Scores, metric: str) -> tuple[tuple[float, Interval], ...]:
    """The metric by the share of noise, if the cases have a slice `noise`."""
    found = []
    for value, interval in by_slice(scores, metric).get("noise", ()):
        try:
            share = float(value)
        except ValueError:
            return ()
        if isfinite(share):
            found.append((share, interval))
    return tuple(sorted(found, key=lambda one: one[0]))


def stages(records: Sequence[Record]) -> tuple[tuple[str, float, float], ...]:
    """Each stage with the median and the 95th percentile of its milliseconds, without cached replies."""
    spent: dict[str, list[float]] = defaultdict(list)
    for record in records:
        if record.reply is None or record.cached:
            continue
        for stage, milliseconds in record.reply.timings_ms.items():
            spent[stage].append(milliseconds)
        spent["asked to answered"].append(record.seconds * 1000)
    return tuple((stage, float(np.median(all_)), float(np.quantile(all_, 0.95))) for stage, all_ in spent.items())
