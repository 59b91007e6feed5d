"""Metrics of robustness against noise, the order of articles, and false articles.

Suites mark variants of a question by slices: `noise` is the share of articles that do not answer ("0.4"), `shuffle`
numbers the orders of the articles, and `base` is the id that all variants share.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np

from eval.metrics.answers import correct
from eval.metrics.matching import (
    has_label,
    label_of,
    plain,
    said,
    says_all,
    says_any,
    says_wrong,
)
from eval.metrics.metric import Metric, Observation, SetMetric, kept, of_answers


@of_answers
def follows_false(one: Observation) -> float | None:
    """Whether a false answer is given instead of a right one."""
    case = one.case
    if not case.wrong_answers:
        return None
    wrong = says_wrong(said(one), case.wrong_answers, case.answers)
    right_too = bool(case.answers) and says_all(said(one), case.answers)
    return float(wrong and not right_too)


def noise_loss(many: Sequence[Observation]) -> float | None:
    """How much accuracy falls from noise 0 to noise 1, by linear least squares."""
    pairs = np.array([pair for one in many if (pair := _noise_and_right(one))], np.float64).reshape(-1, 2)
    spread = pairs[:, 0] - pairs[:, 0].mean() if len(pairs) else np.zeros(0)
    if not spread.any():
        return None
    return -float(spread @ pairs[:, 1] / (spread @ spread))


def order_consistency(many: Sequence[Observation]) -> float | None:
    """The share of questions with equal answers in all orders."""
    said_of: dict[str, set[object]] = {}
    orders: dict[str, set[str]] = {}
    for one in many:
        if (base := one.case.slices.get("base")) is not None and "shuffle" in one.case.slices:
            said_of.setdefault(base, set()).add(_outcome(one))
            orders.setdefault(base, set()).add(one.case.slices["shuffle"])
    alike = [len(said_of[base]) == 1 for base, known in orders.items() if len(known) > 1]
    return sum(alike) / len(alike) if alike else None


@kept
def _noise_and_right(one: Observation) -> tuple[float, float] | None:
    try:
        noise = float(one.case.slices.get("noise", ""))
    except ValueError:  # in other suites, noise is "yes" or "no"
        return None
    right = correct(one)
    return None if right is None or not isfinite(noise) else (noise, right)


@kept
def _outcome(one: Observation) -> object:
    """The decision of a reply: whether it declined, its label, and which known answers (right or wrong) it gives."""
    case, text = one.case, said(one)
    known = [*case.answers, *((wrong,) for wrong in case.wrong_answers), *case.disagreement]
    found = tuple(says_any(text, fact) for fact in known)
    label = None if case.label is None else (label_of(text), has_label(one))
    return (one.reply.answered, label, found if known else plain(text) if label is None else None)


ROBUSTNESS = (
    Metric(
        "follow_false",
        "robustness",
        "1 where the answer gives a wrong answer and not all of the right one (to give both is to report a "
        "disagreement). For cases with wrong answers.",
        follows_false,
        binary=True,
        better="lower",
        source="RGB's counterfactual test (Chen et al. 2024, arXiv 2309.01431)",
    ),
)

ROBUSTNESS_SETS = (
    SetMetric(
        "noise_loss",
        "robustness",
        "How much the share of `correct` falls from noise 0 to noise 1: the negative slope of a least-squares line "
        "through the cases, of at least two noise levels.",
        noise_loss,
        better="lower",
        source="RGB's noise test (Chen et al. 2024, arXiv 2309.01431)",
    ),
    SetMetric(
        "order_consistency",
        "robustness",
        "Among questions asked with at least two orders of the same articles, the share whose replies agree: all "
        "decline, or all decide for the same label and give the same known answers.",
        order_consistency,
    ),
)
