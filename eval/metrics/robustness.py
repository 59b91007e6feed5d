"""Metrics of how an answer stands noise, another order and false articles.

A suite marks what belongs together by slices: `noise` is the share of articles that do not answer ("0.4"), `shuffle`
the number of an order in which the articles came, and `base` the id that the variants of one question share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class NoisePoint:
    """The share of right replies at a noise, over n cases."""

    noise: float
    accuracy: float
    n: int


@of_answers
def follows_false(one: Observation) -> float | None:
    """Whether a false answer is given in place of a right one."""
    case = one.case
    if not case.wrong_answers:
        return None
    wrong = says_wrong(said(one), case.wrong_answers, case.answers)
    told_too = bool(case.answers) and says_all(said(one), case.answers)
    return float(wrong and not told_too)


def accuracy_by_noise(many: Sequence[Observation]) -> tuple[NoisePoint, ...]:
    """The curve that a report draws, by rising noise."""
    rights: dict[float, list[float]] = {}
    for one in many:
        if (pair := _noise_and_right(one)) is not None:
            rights.setdefault(pair[0], []).append(pair[1])
    return tuple(NoisePoint(noise, sum(known) / len(known), len(known)) for noise, known in sorted(rights.items()))


def noise_loss(many: Sequence[Observation]) -> float | None:
    """What accuracy falls by from noise 0 to noise 1, by the straight line of least squares."""
    pairs = np.array([pair for one in many if (pair := _noise_and_right(one))], np.float64).reshape(-1, 2)
    spread = pairs[:, 0] - pairs[:, 0].mean() if len(pairs) else np.zeros(0)
    if not spread.any():
        return None
    return -float(spread @ pairs[:, 1] / (spread @ spread))


def order_consistency(many: Sequence[Observation]) -> float | None:
    """The share of questions that are answered alike whatever the order."""
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
    except ValueError:  # other suites say "yes" or "no" of noise
        return None
    right = correct(one)
    return None if right is None or not isfinite(noise) else (noise, right)


@kept
def _outcome(one: Observation) -> object:
    """What is decided: to decline, a label, or which of the known answers, right, wrong or of a disagreement."""
    case, text = one.case, said(one)
    known = [*case.answers, *((wrong,) for wrong in case.wrong_answers), *case.disagreement]
    told = tuple(says_any(text, fact) for fact in known)
    label = None if case.label is None else (label_of(text), has_label(one))
    return (one.reply.answered, label, told if known else plain(text) if label is None else None)


ROBUSTNESS = (
    Metric(
        "follow_false",
        "robustness",
        "1 where the answer says a wrong answer and not all of the right one: to tell both is to report a "
        "disagreement. Of cases with wrong answers.",
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
        "By how much the share that is `correct` falls from noise 0 to noise 1: the slope, its sign turned, of the "
        "line of least squares through the cases of at least two noises.",
        noise_loss,
        better="lower",
        source="RGB's noise test (Chen et al. 2024, arXiv 2309.01431)",
    ),
    SetMetric(
        "order_consistency",
        "robustness",
        "The share of questions, of those asked over at least two orders of the same articles, to which the replies "
        "agree: all decline, or all decide for the same label and say the same of the known answers.",
        order_consistency,
    ),
)
