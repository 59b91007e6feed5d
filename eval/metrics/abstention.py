"""Metrics of when a system answers and when it declines. Listed in `eval.metrics`."""

from __future__ import annotations

from eval.metrics.matching import is_asked, is_right, is_to_decline
from eval.metrics.metric import Metric, Observation


def reject_recall(one: Observation) -> float | None:
    """Whether a question that nothing answers is declined."""
    return float(not one.reply.answered) if is_to_decline(one.case) else None


def false_reject(one: Observation) -> float | None:
    """Whether a question that has an answer is declined."""
    if not one.case.answerable or is_to_decline(one.case):
        return None
    return float(not one.reply.answered)


def utility(one: Observation) -> float | None:
    """1 for what is right, -1 for a wrong answer, 0 for a decline that was not needed."""
    if not is_asked(one.case):
        return None
    if is_right(one):
        return 1.0
    return -1.0 if one.reply.answered else 0.0


ABSTENTION = (
    Metric(
        "reject_recall",
        "abstention",
        "1 where the system declined, of cases that are to be declined (no answer, or the label insufficient).",
        reject_recall,
        binary=True,
        source="RGB's negative rejection (Chen et al. 2024, arXiv 2309.01431), by the reply's flag, not by a phrase",
    ),
    Metric(
        "false_reject",
        "abstention",
        "1 where the system declined, of cases that have an answer.",
        false_reject,
        binary=True,
        better="lower",
    ),
    Metric(
        "utility",
        "abstention",
        "1 for a right answer and for a right decline, 0 for declining what has an answer, -1 for a wrong answer: a "
        "system that guesses below 50% does better to be silent.",
        utility,
    ),
)
