"""Metrics of whether an answer tells that articles disagree."""

from __future__ import annotations

from itertools import combinations

from eval.metrics.matching import plain, said, says_any
from eval.metrics.metric import Metric, Observation, of_answers
from eval.replies import Differing


@of_answers
def disagreement_recall(one: Observation) -> float | None:
    """The share of the known versions that the answer tells, in its text or as versions."""
    known = one.case.disagreement
    if not known:
        return None
    told = [said(one), *(plain(version.value) for each in one.reply.disagreements for version in each.versions)]
    return sum(any(says_any(text, version) for text in told) for version in known) / len(known)


@of_answers
def disagreement_precision(one: Observation) -> float | None:
    """The share of the disagreements told that set two known versions apart."""
    told = one.reply.disagreements
    if not one.case.disagreement or not told:
        return None
    return sum(_sets_apart(one, each) for each in told) / len(told)


@of_answers
def set_apart(one: Observation) -> float | None:
    """Whether any disagreement told sets two known versions apart."""
    if not one.case.disagreement:
        return None
    return float(any(_sets_apart(one, each) for each in one.reply.disagreements))


@of_answers
def conflict_flag(one: Observation) -> float | None:
    """Whether the answer tells any disagreement at all, where there is one."""
    return float(bool(one.reply.disagreements)) if len(one.case.disagreement) > 1 else None


def _sets_apart(one: Observation, told: Differing) -> bool:
    """Whether two of its values tell different versions: one value that tells both sets nothing apart."""
    versions = [
        {place for place, version in enumerate(one.case.disagreement) if says_any(plain(value.value), version)}
        for value in told.versions
    ]
    return any(some and others and len(some | others) > 1 for some, others in combinations(versions, 2))


DISAGREEMENT = (
    Metric(
        "disagreement_recall",
        "disagreement",
        "The share of the versions of a known disagreement that the answer tells, in its text or in the values of "
        "its disagreements, each in any of its spellings as in `facts`.",
        disagreement_recall,
    ),
    Metric(
        "disagreement_precision",
        "disagreement",
        "The share of the disagreements that the reply tells which set two known versions apart, in two different "
        "values. Of cases with a known disagreement; what a suite does not know of may be real all the same.",
        disagreement_precision,
    ),
    Metric(
        "versions_set_apart",
        "disagreement",
        "1 where at least one disagreement of the reply sets two known versions apart, in two different values.",
        set_apart,
        binary=True,
    ),
    Metric(
        "conflict_flag",
        "disagreement",
        "1 where the reply tells any disagreement, of cases with at least two known versions.",
        conflict_flag,
        binary=True,
    ),
)
