"""Metrics of the disagreements that an answer reports."""

from __future__ import annotations

from itertools import combinations

from eval.metrics.matching import plain, said, says_any
from eval.metrics.metric import Metric, Observation, of_answers
from eval.replies import Differing


@of_answers
def disagreement_recall(one: Observation) -> float | None:
    """The share of known versions that the answer reports, in its text or its disagreements."""
    known = one.case.disagreement
    if not known:
        return None
    texts = [said(one), *(plain(version.value) for each in one.reply.disagreements for version in each.versions)]
    return sum(any(says_any(text, version) for text in texts) for version in known) / len(known)


@of_answers
def disagreement_precision(one: Observation) -> float | None:
    """The share of reported disagreements that separate two known versions."""
    reported = one.reply.disagreements
    if not one.case.disagreement or not reported:
        return None
    return sum(_sets_apart(one, each) for each in reported) / len(reported)


@of_answers
def set_apart(one: Observation) -> float | None:
    """Whether any reported disagreement separates two known versions."""
    if not one.case.disagreement:
        return None
    return float(any(_sets_apart(one, each) for each in one.reply.disagreements))


@of_answers
def conflict_flag(one: Observation) -> float | None:
    """Whether the answer reports any disagreement, where there is one."""
    return float(bool(one.reply.disagreements)) if len(one.case.disagreement) > 1 else None


def _sets_apart(one: Observation, reported: Differing) -> bool:
    """Whether two values of a disagreement have different versions; one value with both does not count."""
    versions = [
        {place for place, version in enumerate(one.case.disagreement) if says_any(plain(value.value), version)}
        for value in reported.versions
    ]
    return any(some and others and len(some | others) > 1 for some, others in combinations(versions, 2))


DISAGREEMENT = (
    Metric(
        "disagreement_recall",
        "disagreement",
        "The share of the versions of a known disagreement that the answer reports, in its text or in the values of "
        "its disagreements, in any spelling as in `facts`.",
        disagreement_recall,
    ),
    Metric(
        "disagreement_precision",
        "disagreement",
        "The share of the reply's disagreements that have two known versions in two different values. For cases with "
        "a known disagreement; a disagreement unknown to the suite may still be real.",
        disagreement_precision,
    ),
    Metric(
        "versions_set_apart",
        "disagreement",
        "1 where at least one disagreement of the reply has two known versions in two different values.",
        set_apart,
        binary=True,
    ),
    Metric(
        "conflict_flag",
        "disagreement",
        "1 where the reply reports any disagreement. For cases with at least two known versions.",
        conflict_flag,
        binary=True,
    ),
)
