"""Compares two runs question by question, and decides a release gate.

What makes a metric better, worse or inconclusive stands in `eval.differences`.
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
LOST_ALLOWED = 0.01  # of the old suite's questions, for a gate to judge by the others

FEWEST_FOR_BETTER = 6  # of 5 clusters that all rose, the least p of flipped signs is 2 / 2^5 = 0.0625

Outcome = Literal["passed", "failed", "inconclusive"]
Scored = tuple[Run, Scores]


@dataclass(frozen=True, slots=True)
class Flip:
    """A case of which a metric that judges it says something else than before."""

    case: str
    metric: str
    old: float
    new: float
    improved: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from the old run to the new one; `differences` has the primary metrics first.

    `pairs` are the cases that both replied to, `unpaired` says of others why not. `errored` are the new run's cases
    without a reply, of `asked`; `lost` are the old suite's cases that cannot be compared for another reason, of
    `asked_before`. `slices` has the primary metrics of each slice. `notes` tell what else differs between the runs.
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
    """Whether the new run may be released: `status` is the exit status, `reasons` a line each."""

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
    """The runs compared over the cases that are the same in both. `primary` replaces those of both suites.

    Raises BadInput where the margin is negative, no case can be paired, or a primary metric is not known.
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
    """Failed where a primary metric is worse, or more than 1% of the cases errored or were lost since the old run.

    What is inconclusive has the status 1 with `strict`, or where no question has a primary metric in both runs.
    """
    if not comparison.primary:
        raise BadInput("A gate needs primary metrics: name them in the suite's `primary`.")
    failed = [told(one, comparison.margin) for one in comparison.primary if one.verdict == "worse"]
    failed += filter(None, (too_many_errors(comparison), too_many_lost(comparison)))
    if failed:
        return Gate("failed", tuple(failed), 1)
    unclear = [told(one, comparison.margin) for one in comparison.primary if one.verdict == "inconclusive"]
    if unclear:
        nothing = any(not one.change.n for one in comparison.primary)
        return Gate("inconclusive", tuple(unclear), 1 if strict or nothing else 0)
    return Gate("passed", tuple(told(one, comparison.margin) for one in comparison.primary), 0)


def too_many_errors(comparison: Comparison) -> str:
    """The sentence that more of the new run errored than a gate allows, or nothing."""
    if len(comparison.errored) <= ERRORS_ALLOWED * comparison.asked:
        return ""
    return f"{len(comparison.errored)} of {counted(comparison.asked, 'question')} errored: more than 1%."


def too_many_lost(comparison: Comparison) -> str:
    """The sentence that more of the old run cannot be compared than a gate allows, or nothing."""
    if len(comparison.lost) <= LOST_ALLOWED * comparison.asked_before:
        return ""
    return (
        f"{len(comparison.lost)} of the old run's {counted(comparison.asked_before, 'question')} cannot be compared:"
        " they errored in it, or are no longer asked as they were: more than 1%."
    )


def told(one: Difference, margin: float) -> str:
    """A primary metric's verdict as a sentence."""
    asked, allowed = _over(one.change), number(margin)
    if one.verdict == "unchanged":
        return f"{one.metric}: no change over {asked}."
    if one.verdict == "worse":
        fallen = f"{one.metric}: worse by more than the margin of {allowed}: {change(one.change)} over {asked}."
        return fallen + _alone(one, margin)
    if not one.change.n:
        return f"{one.metric}: inconclusive: no question has it in both runs."
    told = f"{one.metric}: {one.verdict}: {change(one.change)} over {asked}, with a margin of {allowed}."
    return told + (_power(one) if one.verdict == "inconclusive" else _unsure(one))


def _over(found: Interval) -> str:
    """So many questions, and in how many groups where they are not independent."""
    asked = counted(found.n, "question")
    return asked if found.clusters == found.n else f"{asked} in {counted(found.clusters, 'group')}"


def _alone(one: Difference, margin: float) -> str:
    """Why a metric is worse though its interval does not say so."""
    if one.upper is not None and one.upper < -margin:
        return ""
    return f" So few groups give no narrow interval; question by question it is no luck (p {at(one.alone)})."


def _unsure(one: Difference) -> str:
    """Why a rise of few groups is never called better."""
    rose = one.change.value < 0 if one.better == "lower" else one.change.value > 0
    if one.verdict != "not worse" or not rose or one.change.clusters >= FEWEST_FOR_BETTER:
        return ""
    return f" Fewer than {FEWEST_FOR_BETTER} groups cannot show that it is better."


def _power(one: Difference) -> str:
    """What so many questions can show, and how many could show a change as small as the margin."""
    if one.change.clusters < FEW_CLUSTERS:
        return f" That is too few groups to tell small changes: ask about more articles or stories.{_shows(one)}"
    needed = f" One as small as the margin needs about {one.needed:,} questions." if one.needed else ""
    return f"{_shows(one)}{needed}"


def _shows(one: Difference) -> str:
    return f" So many show a change of {number(one.effect)} in 4 of 5 runs." if one.effect else ""


def _by_slice(
    metrics: Sequence[Metric], old: Scores, new: Scores, pairs: Sequence[Case], resamples: int, seed: int
) -> dict[str, tuple[Difference, ...]]:
    """The primary metrics over the cases of each slice, where there are two slices or more."""
    slices = slices_of(pairs)
    if len(slices) < 2:
        return {}
    found = {name: per_case(metrics, old, new, part, resamples, seed) for name, part in slices.items()}
    measured = {name: tuple(one for one in differences if one.change.n) for name, differences in found.items()}
    return {name: differences for name, differences in measured.items() if differences}


def _check(margin: float, chosen: Sequence[str], known: Sequence[str]) -> None:
    if not 0 <= margin < float("inf"):
        raise BadInput(f"A margin of {margin} is none: it is how much a metric may lose, 0 or more.", field="margin")
    for name in chosen:
        if name not in known:
            raise BadInput(f"No metric is called {name!r}: docs/metrics.md lists them.", field="primary")


def _replied(run: Run, pairs: Sequence[Case]) -> tuple[Observation, ...]:
    """The replies to the cases compared, in their order."""
    by_case = {one.case.id: one for one in observations(run)}
    return tuple(by_case[case.id] for case in pairs)


def _flips(case: str, primary: Sequence[str], old: Scores, new: Scores, metrics: Sequence[Metric]) -> Iterator[Flip]:
    for metric in judges(case, new, primary, metrics):
        before, now = old.cases.get(metric.name, {}).get(case), new.cases[metric.name][case]
        if before is not None and before != now:
            yield Flip(case, metric.name, before, now, improved=(now > before) == (metric.better == "higher"))
