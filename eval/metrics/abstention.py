"""Metrics of abstention: when a system answers and when it declines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from eval.metrics.answers import correct
from eval.metrics.matching import is_asked, is_right, is_to_decline
from eval.metrics.metric import Metric, Observation, SetMetric, kept, of_answers

COVERAGE = 0.9


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The share of wrong replies among the most confident `coverage` of the questions."""

    coverage: float
    risk: float


@of_answers
def reject_recall(one: Observation) -> float | None:
    """Whether a question without an answer is declined."""
    return float(not one.reply.answered) if is_to_decline(one.case) else None


@of_answers
def false_reject(one: Observation) -> float | None:
    """Whether a question with an answer is declined."""
    if not is_asked(one.case) or is_to_decline(one.case):
        return None
    return float(not one.reply.answered)


@of_answers
def utility(one: Observation) -> float | None:
    """1 for a right reply, -1 for a wrong answer, 0 for declining a question with an answer."""
    if not is_asked(one.case):
        return None
    if is_right(one):
        return 1.0
    return -1.0 if one.reply.answered else 0.0


def balanced_accuracy(many: Sequence[Observation]) -> float | None:
    """The mean of the shares of rightly declined and rightly answered questions."""
    shares = [_declined_and_not(one) for one in many]
    rejected = [value for value, _ in shares if value is not None]
    accepted = [1 - value for _, value in shares if value is not None]
    if not rejected or not accepted:
        return None
    return (sum(rejected) / len(rejected) + sum(accepted) / len(accepted)) / 2


def risk_coverage(many: Sequence[Observation]) -> tuple[RiskPoint, ...]:
    """The risk-coverage curve: one point for each number of questions covered, from 1 to all."""
    wrong = _wrong_by_rank(many)
    return tuple(RiskPoint((n + 1) / len(wrong), float(risk)) for n, risk in enumerate(_risks(wrong)))


def aurc(many: Sequence[Observation]) -> float | None:
    """The mean risk over all coverages."""
    wrong = _wrong_by_rank(many)
    return float(_risks(wrong).mean()) if len(wrong) else None


def selective_accuracy(many: Sequence[Observation]) -> float | None:
    """The share of right replies among the most confident 90% of the questions."""
    wrong = _wrong_by_rank(many)
    return 1 - float(_risks(wrong)[ceil(COVERAGE * len(wrong) - 1e-9) - 1]) if len(wrong) else None


@kept
def _declined_and_not(one: Observation) -> tuple[float | None, float | None]:
    return reject_recall(one), false_reject(one)


@kept
def _confidence_and_wrong(one: Observation) -> tuple[float, float] | None:
    right = correct(one)
    return None if right is None else (one.reply.confidence, 1 - right)


def _wrong_by_rank(many: Sequence[Observation]) -> NDArray[np.float64]:
    """(n,) float64: the error at each rank of confidence; replies of equal confidence share their mean.

    The mean is the expectation over random orders, so that the order of ties does not matter.
    """
    pairs = np.array([pair for one in many if (pair := _confidence_and_wrong(one))], np.float64).reshape(-1, 2)
    _, level, size = np.unique(-pairs[:, 0], return_inverse=True, return_counts=True)
    means = np.bincount(level, weights=pairs[:, 1]) / size if len(pairs) else size.astype(np.float64)
    return np.repeat(means, size)


def _risks(wrong: NDArray[np.float64]) -> NDArray[np.float64]:
    return wrong.cumsum() / np.arange(1, len(wrong) + 1)


ABSTENTION = (
    Metric(
        "reject_recall",
        "abstention",
        "1 where the system declined. For cases that should be declined (no answer, or the label insufficient).",
        reject_recall,
        binary=True,
        source="RGB's negative rejection (Chen et al. 2024, arXiv 2309.01431), by the reply's flag, not by a phrase",
    ),
    Metric(
        "false_reject",
        "abstention",
        "1 where the system declined. For cases with an answer.",
        false_reject,
        binary=True,
        better="lower",
    ),
    Metric(
        "utility",
        "abstention",
        "1 for a right answer or a right decline, 0 for declining a question with an answer, -1 for a wrong answer: "
        "a system whose guesses are right less than half the time scores better by declining.",
        utility,
    ),
)

ABSTENTION_SETS = (
    SetMetric(
        "balanced_accuracy",
        "abstention",
        "The mean of `reject_recall` and of 1 - `false_reject`: 0.5 for a system that always answers, and for one "
        "that never does. No value without both kinds of cases.",
        balanced_accuracy,
    ),
    SetMetric(
        "aurc",
        "abstention",
        "Area under the risk-coverage curve: with the cases ordered by the score of their leading statement, the "
        "mean over n of the share that is not `correct` among the first n. A decline has score 0; cases of equal "
        "score share the mean of their risks, so that their order does not matter.",
        aurc,
        better="lower",
        source="Geifman & El-Yaniv 2017 (arXiv 1705.08500); Geifman, Uziel & El-Yaniv 2019 (arXiv 1805.08206)",
    ),
    SetMetric(
        "selective_accuracy@90",
        "abstention",
        "The share of `correct` among the 90% of the cases with the highest scores, ordered as in `aurc`.",
        selective_accuracy,
        source="Kamath, Jia & Liang 2020 (arXiv 2006.09462)",
    ),
)
