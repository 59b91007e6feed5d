"""Compares two runs question by question, and decides a release gate.

`eval.differences` defines when a metric is better, worse or inconclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import Case
from eval.differences import Difference, judged, of_sets, per_case
from eval.failures import judges
from eval.figures import at, change, counted, number
from eval.metrics import METRICS, SET_METRICS
from eval.metrics.metric import Metric, Observation, SetMetric
from eval.pairing import lost, notes, pair
from eval.runs import Card, Run
from eval.scores import Interval, Scores
from eval.scoring import SET_RESAMPLES, errored, observations, slices_of
from eval.statistics import FEW_CLUSTERS, RESAMPLES
from rag.errors import BadInput

ERRORS_ALLOWED = 0.01
LOST_ALLOWED = 0.01  # share of the old suite's questions that a gate may ignore

FEWEST_FOR_BETTER = 6  # clusters; with 5 that all rose, the least p of flipped signs is 2 / 2^5 = 0.0625

Outcome = Literal["passed", "failed", "inconclusive"]
Scored = tuple[Run, Scores]


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose value of a primary metric changed."""

    case: str
    metric: str
    old: float
    new: float
    improved: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from the old run to the new one; `differences` has the primary metrics first.

    `pairs` are the cases with a reply in both runs, `unpaired` the others, with the reason. `errored` are the new
    run's cases without a reply, of `asked`; `lost` the old suite's cases that cannot be compared for another reason,
    of `asked_before`. `slices` has the primary metrics by slice. `notes` list other differences between the runs.
    """

    old: Card
    new: Card
    margin: float
    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]
    pairs: tuple[str, ...]
    unpaired: tuple[tuple[str, str], ...]
    errored: tuple[str, ...]
    asked: int
    lost: tuple[str, ...]
    asked_before: int
    slices: Mapping[str, tuple[Difference, ...]]
    notes: tuple[str, ...]

    @property
    def primary(self) -> tuple[Difference, ...]:
        """The metrics that a release is judged by."""
        return tuple(one for one in self.differences if one.primary)


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the new run may be released: `status` is the exit status, `reasons` are lines of text."""

    outcome: Outcome
    reasons: tuple[str, ...]
    status: int


def compare(
    old: Scored,
    new: Scored,
    *,
    margin: float,
    primary: Sequence[str] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
    metrics: Sequence[Metric] = METRICS,
    set_metrics: Sequence[SetMetric] = SET_METRICS,
) -> Comparison:
    """Compares two runs over the cases that are equal in both. `primary` replaces the suites' primary metrics.

    Raises BadInput where the margin is negative, no case can be paired, or a primary metric is unknown.
    """
    chosen = tuple(dict.fromkeys(primary or (*new[0].suite.primary, *old[0].suite.primary)))
    _check(margin, chosen, [*(one.name for one in metrics), *(one.name for one in set_metrics)])
    pairs, unpaired = pair(old[0], new[0])
    differences = list(per_case(metrics, old[1], new[1], pairs, resamples, seed))
    before, now = _replied(old[0], pairs), _replied(new[0], pairs)
    differences += [of_sets(one, before, now, min(resamples, SET_RESAMPLES), seed) for one in set_metrics]
    known = [one for one in differences if one.change.n or one.metric in chosen]
    return Comparison(
        old=old[0].card,
        new=new[0].card,
        margin=margin,
        differences=judged(known, chosen, margin),
        flips=tuple(flip for case in pairs for flip in _flips(case.id, chosen, old[1], new[1], metrics)),
        pairs=tuple(case.id for case in pairs),
        unpaired=unpaired,
        errored=errored(new[0]),
        asked=len(new[0].suite.cases),
        lost=lost(old[0], new[0]),
        asked_before=len(old[0].suite.cases),
        slices=_by_slice([one for one in metrics if one.name in chosen], old[1], new[1], pairs, resamples, seed),
        notes=notes(old[0], new[0]),
    )


def gate(comparison: Comparison, *, strict: bool = False) -> Gate:
    """Fails where a primary metric is worse, or more than 1% of the cases errored or were lost since the old run.

    An inconclusive gate has status 1 with `strict`, or where no question has a primary metric in both runs.
    """
    if not comparison.primary:
        raise BadInput("A gate needs primary metrics: name them in the suite's `primary`.")
    failed = [in_words(one, comparison.margin) for one in comparison.primary if one.verdict == "worse"]
    failed += filter(None, (too_many_errors(comparison), too_many_lost(comparison)))
    if failed:
        return Gate("failed", tuple(failed), 1)
    unclear = [in_words(one, comparison.margin) for one in comparison.primary if one.verdict == "inconclusive"]
    if unclear:
        nothing = any(not one.change.n for one in comparison.primary)
        return Gate("inconclusive", tuple(unclear), 1 if strict or nothing else 0)
    return Gate("passed", tuple(in_words(one, comparison.margin) for one in comparison.primary), 0)


def too_many_errors(comparison: Comparison) -> str:
    """A sentence where more of the new run errored than a gate allows, otherwise empty."""
    if len(comparison.errored) <= ERRORS_ALLOWED * comparison.asked:
        return ""
    return f"{len(comparison.errored)} of {counted(comparison.asked, 'question')} errored: more than 1%."


def too_many_lost(comparison: Comparison) -> str:
    """A sentence where more of the old run cannot be compared than a gate allows, otherwise empty."""
    if len(comparison.lost) <= LOST_ALLOWED * comparison.asked_before:
        return ""
    return (
        f"{len(comparison.lost)} of the old run's {counted(comparison.asked_before, 'question')} cannot be compared:"
        " they errored in it, or have been changed or removed: more than 1%."
    )


def in_words(one: Difference, margin: float) -> str:
    """Describes a primary metric's verdict in a sentence."""
    asked, allowed = _over(one.change), number(margin)
    if one.verdict == "unchanged":
        return f"{one.metric}: no change over {asked}."
    if one.verdict == "worse":
        worse = f"{one.metric}: worse by more than the margin of {allowed}: {change(one.change)} over {asked}."
        return worse + _alone(one, margin)
    if not one.change.n:
        return f"{one.metric}: inconclusive: no question has it in both runs."
    verdict = f"{one.metric}: {one.verdict}: {change(one.change)} over {asked}, with a margin of {allowed}."
    return verdict + (_power(one) if one.verdict == "inconclusive" else _unsure(one))


def _over(found: Interval) -> str:
    """The number of questions, and of groups where they are not independent."""
    asked = counted(found.n, "question")
    return asked if found.clusters == found.n else f"{asked} in {counted(found.clusters, 'group')}"


def _alone(one: Difference, margin: float) -> str:
    """Explains a verdict of worse that the interval does not show."""
    if one.upper is not None and one.upper < -margin:
        return ""
    return f" So few groups give a wide interval, but a test of single questions is significant (p {at(one.alone)})."


def _unsure(one: Difference) -> str:
    """Explains why a rise over few groups is not called better."""
    rose = one.change.value < 0 if one.better == "lower" else one.change.value > 0
    if one.verdict != "not worse" or not rose or one.change.clusters >= FEWEST_FOR_BETTER:
        return ""
    return f" Fewer than {FEWEST_FOR_BETTER} groups cannot show that it is better."


def _power(one: Difference) -> str:
    """The change that this many questions can detect, and how many questions the margin needs."""
    if one.change.clusters < FEW_CLUSTERS:
        return f" Too few groups to detect small changes: add articles or stories.{_shows(one)}"
    needed = f" One as small as the margin needs about {one.needed:,} questions." if one.needed else ""
    return f"{_shows(one)}{needed}"


def _shows(one: Difference) -> str:
    return f" They detect a change of {number(one.effect)} in 4 of 5 runs." if one.effect else ""


def _by_slice(
    metrics: Sequence[Metric], old: Scores, new: Scores, pairs: Sequence[Case], resamples: int, seed: int
) -> dict[str, tuple[Difference, ...]]:
    """The primary metrics by slice, where there are two slices or more."""
    slices = slices_of(pairs)
    if len(slices) < 2:
        return {}
    found = {name: per_case(metrics, old, new, part, resamples, seed) for name, part in slices.items()}
    measured = {name: tuple(one for one in differences if one.change.n) for name, differences in found.items()}
    return {name: differences for name, differences in measured.items() if differences}


def _check(margin: float, chosen: Sequence[str], known: Sequence[str]) -> None:
    if not 0 <= margin < float("inf"):
        raise BadInput(f"The margin, what a metric may lose, must be 0 or more, not {margin}.", field="margin")
    for name in chosen:
        if name not in known:
            raise BadInput(f"No metric is called {name!r}: docs/metrics.md lists them.", field="primary")


def _replied(run: Run, pairs: Sequence[Case]) -> tuple[Observation, ...]:
    """The observations of the paired cases, in their order."""
    by_case = {one.case.id: one for one in observations(run)}
    return tuple(by_case[case.id] for case in pairs)


def _flips(case: str, primary: Sequence[str], old: Scores, new: Scores, metrics: Sequence[Metric]) -> Iterator[Flip]:
    for metric in judges(case, new, primary, metrics):
        before, now = old.cases.get(metric.name, {}).get(case), new.cases[metric.name][case]
        if before is not None and before != now:
            yield Flip(case, metric.name, before, now, improved=(now > before) == (metric.better == "higher"))
