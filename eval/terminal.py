"""Prints suites, runs and comparisons in a terminal.

Text of suites and systems under test is printed without control characters, so that it cannot control the terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from eval.comparing import Comparison, Gate
from eval.differences import Difference
from eval.failures import failures
from eval.figures import by_slice, change, counted, few_groups, interval, number
from eval.metrics import METRICS, SET_METRICS
from eval.runs import Record, Run
from eval.scores import Interval, Scores
from rag.articles import IngestReport, squeeze

SHOWN = 20  # cases and slices; the report has all
LONGEST = 300  # characters of a question or an answer
SECONDS_BETWEEN_LINES = 10.0
MEANS = ("mean", "95% interval", "n", "groups")
CHANGES = ("before", "now", "change (95% interval)", "n", "groups", "detectable")

_BETTER = {metric.name: metric.better for metric in METRICS} | {metric.name: metric.better for metric in SET_METRICS}


def one_line(text: str) -> str:
    """The text on one line, without control characters, cut to 300 characters."""
    line = "".join(character for character in squeeze(text) if character.isprintable())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def run_lines(run: Run, scores: Scores) -> Iterator[str]:
    """A run: counts of outcomes, metrics with intervals, the primary ones first, then failed cases."""
    yield f"{one_line(run.card.suite)}: {_outcomes(run)}"
    measured = {name: found for name, found in scores.overall.items() if found.n}
    primary = [name for name in run.suite.primary if name in measured]
    for names in (primary, [name for name in measured if name not in primary]):
        if names:
            yield ""
            yield from _table(("metric", *MEANS), [(_named(name), *_mean(measured[name])) for name in names])
    for name in primary:
        rows = [(one_line(part), *_mean(found)) for part, found in by_slice(scores, name)]
        yield from _of_slices(f"{name} by slice", MEANS, rows)
    if explanation := few_groups(measured[name] for name in primary):
        yield from ("", explanation)
    yield from _failed(run, scores)


def comparison_lines(comparison: Comparison, verdict: Gate | None) -> Iterator[str]:
    """A comparison: primary and changed metrics, before and now, flips, and the gate's outcome."""
    shown = [one for one in comparison.differences if one.primary or _changed(one)]
    pairs = counted(len(comparison.pairs), "question")
    yield f"{one_line(comparison.old.suite)}, {comparison.old.started} → {comparison.new.started}: {pairs} paired"
    yield ""
    yield from _table(
        ("metric", *CHANGES, "verdict"), [(_named(one.metric), *_change(one), one.verdict or "") for one in shown]
    )
    for name in (one.metric for one in comparison.primary):
        rows = [
            (one_line(part), *_change(one))
            for part, found in comparison.slices.items()
            for one in found
            if one.metric == name
        ]
        yield from _of_slices(f"{name} by slice", CHANGES, rows)
    if explanation := few_groups(one.change for one in comparison.primary):
        yield from ("", explanation)
    if same := len(comparison.differences) - len(shown):
        yield f"No question's value changed of {counted(same, 'other metric')}."
    yield from _shortened([f"{one_line(case)}: left out, {one_line(why)}" for case, why in comparison.unpaired])
    yield from _shortened(
        [
            f"{one_line(flip.case)}: {flip.metric} {number(flip.old)} → {number(flip.new)}, "
            f"{'gained' if flip.improved else 'lost'}"
            for flip in comparison.flips
        ]
    )
    yield from _shortened([one_line(note) for note in comparison.notes])
    if verdict:
        yield ""
        yield f"Gate: {verdict.outcome}"
        yield from (f"  {one_line(reason)}" for reason in verdict.reasons)


def _changed(one: Difference) -> bool:
    return bool(one.change.n) and not one.same


class Progress(AbstractContextManager["Progress"]):
    """Shows a run's progress on standard error: a live line on a terminal, otherwise a line every 10 s."""

    def __init__(self, name: str) -> None:
        from rich.console import Console

        self._name = one_line(name)
        self._console = Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)
        self._status = self._console.status(f"{self._name}: getting ready…") if self._console.is_terminal else None
        self._said = time.monotonic()
        self._errored = 0

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def replied(self, record: Record, done: int, total: int) -> None:
        """Shows the progress of the run."""
        self._errored += record.status == "errored"
        self._say(f"{done:,} of {counted(total, 'question')}, {self._errored:,} errored")

    def ingested(self, report: IngestReport) -> None:
        """Shows the progress of the ingest."""
        self._say(f"{counted(report.added + report.updated + report.unchanged, 'article')} added")

    def _say(self, progress: str) -> None:
        line = f"{self._name}: {progress}"
        if self._status:
            self._status.update(line)
        elif time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._console.print(line)


def note(text: str) -> None:
    """Prints a line on standard error."""
    print(one_line(text), file=sys.stderr)


def _outcomes(run: Run) -> str:
    counts = [
        (status, sum(record.status == status for record in run.records))
        for status in ("answered", "declined", "errored")
    ]
    parts = [counted(len(run.records), "question"), *(f"{count:,} {status}" for status, count in counts)]
    cached = sum(record.cached for record in run.records)
    parts += [f"{cached:,} cached replies of an earlier run"] if cached else []
    return f"{', '.join(parts)}; {run.card.seconds:,.1f} s"


def _mean(found: Interval) -> tuple[str, ...]:
    return number(found.value), interval(found), f"{found.n:,}", f"{found.clusters:,}"


def _change(one: Difference) -> tuple[str, ...]:
    found = one.change
    shown = number(one.effect)
    return number(one.old), number(one.new), change(found), f"{found.n:,}", f"{found.clusters:,}", shown


def _named(metric: str) -> str:
    return f"{metric} (lower is better)" if _BETTER.get(metric) == "lower" else metric


def _of_slices(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if rows:
        yield ""
        yield from _table((title, *heads), rows[:SHOWN])
    if len(rows) > SHOWN:
        yield f"… and {len(rows) - SHOWN:,} more slices, in the report."


def _failed(run: Run, scores: Scores) -> Iterator[str]:
    missed: Mapping[str, tuple[str, ...]] = failures(run, scores)
    records = {record.case: record for record in run.records}
    lines = []
    for case in run.suite.cases:
        record = records[case.id]
        if record.reply is None:
            lines.append(f"{one_line(case.id)} errored: {one_line(record.error or '')}")
        elif case.id in missed:
            what = f"{one_line(case.id)} {one_line(case.kind)}: missed {', '.join(missed[case.id])}"
            lines.append(f"{what}\n  Q {one_line(case.question)}\n  A {one_line(record.reply.text)}")
    yield from _shortened(lines)


def _shortened(lines: Sequence[str]) -> Iterator[str]:
    """An empty line, the first lines, and the number of the others."""
    if lines:
        yield ""
        yield from lines[:SHOWN]
    if len(lines) > SHOWN:
        yield f"… and {len(lines) - SHOWN:,} more."


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Aligns columns, the first to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    for row in (heads, *rows):
        cells = [
            row[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
        ]
        yield "  ".join(cells).rstrip()
