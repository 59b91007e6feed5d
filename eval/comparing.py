"""Two runs of a suite compared question by question, and the gate of a release. Commands and reports call it.

What makes a metric better, worse or inconclusive stands in `eval.differences`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import Case
from eval.differences import Difference, judged, of_sets, per_case
from eval.failures import judges
from eval.figures import change, counted, number
from eval.metrics import METRICS, SET_METRICS
from eval.metrics.metric import Metric, Observation, SetMetric
from eval.pairing import notes, pair
from eval.runs import Card, Run
from eval.scores import Scores
from eval.scoring import SET_RESAMPLES, errored, observations
from eval.statistics import RESAMPLES
from rag.errors import BadInput

ERRORS_ALLOWED = 0.01

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
    without a reply, of `asked`. `notes` tell what else differs between the runs.
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
    """The runs compared over the cases that are the same in both. `primary` replaces the new suite's own.

    Raises BadInput where the margin is negative, no case can be paired, or a primary metric is not known.
    """
    chosen = tuple(dict.fromkeys(primary or new[0].suite.primary))
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
        notes=notes(old[0], new[0]),
    )


def gate(comparison: Comparison, *, strict: bool = False) -> Gate:
    """Failed where a primary metric is worse or more than 1% of the cases errored; `strict` fails what is unclear."""
    if not comparison.primary:
        raise BadInput("A gate needs primary metrics: name them in the suite's `primary`.")
    failed = [told(one, comparison.margin) for one in comparison.primary if one.verdict == "worse"]
    if len(comparison.errored) > ERRORS_ALLOWED * comparison.asked:
        failed.append(f"{len(comparison.errored)} of {counted(comparison.asked, 'question')} errored: more than 1%.")
    if failed:
        return Gate("failed", tuple(failed), 1)
    unclear = [told(one, comparison.margin) for one in comparison.primary if one.verdict == "inconclusive"]
    if unclear:
        return Gate("inconclusive", tuple(unclear), 1 if strict else 0)
    return Gate("passed", tuple(told(one, comparison.margin) for one in comparison.primary), 0)


def told(one: Difference, margin: float) -> str:
    """A primary metric's verdict as a sentence."""
    asked, allowed = counted(one.change.n, "question"), number(margin)
    if one.verdict == "unchanged":
        return f"{one.metric}: no change over {asked}."
    if one.verdict == "worse":
        return f"{one.metric}: worse by more than the margin of {allowed}: {change(one.change)} over {asked}."
    if one.verdict != "inconclusive":
        return f"{one.metric}: {one.verdict}: {change(one.change)} over {asked}, with a margin of {allowed}."
    if not one.change.n:
        return f"{one.metric}: inconclusive: no question has it in both runs."
    return f"{one.metric}: inconclusive: {change(one.change)} over {asked}, with a margin of {allowed}.{_power(one)}"


def _power(one: Difference) -> str:
    """What so many questions can show, and how many could show a change as small as the margin."""
    if not one.effect:
        return ""
    needed = f"; one as small as the margin needs about {one.needed:,}" if one.needed else ""
    return f" So many questions show a change of {number(one.effect)} in 4 of 5 runs{needed}."


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
