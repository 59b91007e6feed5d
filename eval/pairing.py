"""Pairs the cases of two runs, and lists other differences between the runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from eval.cases import Case
from eval.runs import Run
from eval.scoring import errored
from rag.errors import BadInput

MADE_WITH = {
    "mode": "The mode",
    "model": "The model",
    "embedding_model": "The embedding model",
    "byline": "Byline's version",
}


def pair(old: Run, new: Run) -> tuple[tuple[Case, ...], tuple[tuple[str, str], ...]]:
    """The cases with a reply in both runs, in the new suite's order, and the others with the reason.

    Raises BadInput where no case is left, or the runs have different tasks.
    """
    if old.suite.task != new.suite.task:
        raise BadInput(
            f"The runs have different tasks: {old.suite.task} in the old one, {new.suite.task} in the new one."
        )
    left_out = dict(_left_out(old, new))
    pairs = tuple(case for case in new.suite.cases if case.id not in left_out)
    if not pairs:
        raise BadInput(
            f"The runs of {old.suite.name!r} and {new.suite.name!r} share no case with a reply in both:"
            " compare two runs of one suite."
        )
    return pairs, tuple(left_out.items())


def lost(old: Run, new: Run) -> tuple[str, ...]:
    """The old suite's cases that were removed, changed, or errored in the old run.

    Those that errored only in the new run count as its errors instead.
    """
    asked = {case.id for case in old.suite.cases}
    new_errors = set(errored(new)) - set(errored(old))
    return tuple(name for name, _ in _left_out(old, new) if name in asked and name not in new_errors)


def notes(old: Run, new: Run) -> tuple[str, ...]:
    """A sentence on each difference between the runs other than their replies."""
    return tuple(_notes(old, new))


def _left_out(old: Run, new: Run) -> Iterator[tuple[str, str]]:
    before = {case.id: case for case in old.suite.cases}
    now = {case.id: case for case in new.suite.cases}
    failed_before, failed_now = set(errored(old)), set(errored(new))
    for name, case in now.items():
        if name not in before:
            yield name, "only the new run's suite has it"
        elif _asked(before[name]) != _asked(case):
            yield name, "the suites ask or expect something else"
        elif name in failed_now:
            yield name, "it errored in both runs" if name in failed_before else "it errored in the new run"
        elif name in failed_before:
            yield name, "it errored in the old run"
    for name in before:
        if name not in now:
            yield name, "only the old run's suite has it"


def _asked(case: Case) -> Case:
    """The case without fields that affect no score."""
    return replace(case, note="", slices={}, cluster="")


def _notes(old: Run, new: Run) -> Iterator[str]:
    if old.card.suite_hash != new.card.suite_hash:
        yield "The suites differ: only cases that are equal in both are compared."
        if _articles(old) != _articles(new):
            yield "The suites have different articles, which may explain a difference."
    if set(old.suite.primary) != set(new.suite.primary):
        before, now = (", ".join(run.suite.primary) or "none" for run in (old, new))
        yield f"The suites' primary metrics differ: {before} before, {now} now. Both sets are judged."
    for name, said in MADE_WITH.items():
        yield from _changed(said, getattr(old.card, name), getattr(new.card, name))
    for name in sorted(old.card.settings.keys() | new.card.settings.keys()):
        yield from _changed(f"The setting {name}", old.card.settings.get(name), new.card.settings.get(name))
    if cached := sum(record.cached for record in new.records):
        yield f"{cached} replies of the new run are cached ones of an earlier run, and no new evidence."


def _changed(what: str, old: str | None, new: str | None) -> Iterator[str]:
    if old != new:
        yield f"{what} differs: {old or 'none'} before, {new or 'none'} now."


def _articles(run: Run) -> frozenset[str]:
    return frozenset(article.id for article in run.suite.articles)
