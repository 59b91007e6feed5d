"""Writes and prints runs and comparisons."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import typer
from pydantic import TypeAdapter

from eval.comparing import Comparison, Gate, Scored
from eval.failures import failures
from eval.junit import gate_junit, run_junit
from eval.markdown import comparison_summary, run_summary
from eval.runs import Card, Run, read_run
from eval.scores import Scores
from eval.scoring import score
from eval.terminal import comparison_lines, run_lines
from rag.errors import BadInput

_CARD, _SCORES = TypeAdapter(Card), TypeAdapter(Scores)
_COMPARISON, _GATE = TypeAdapter(Comparison), TypeAdapter(Gate | None)


def scored(folder: Path) -> Scored:
    """Reads a run and scores it again, so that both sides of a comparison use the same metrics."""
    run = read_run(folder.expanduser())
    return run, score(run)


def write_scores(folder: Path, run: Run, scores: Scores, report: bool) -> None:
    """Writes a run's scores into its folder; with `report`, also report.html, summary.md and junit.xml."""
    _write(folder / "scores.json", _SCORES.dump_json(scores, indent=1).decode() + "\n")
    if report:
        _write(folder / "summary.md", run_summary(run, scores))
        _write(folder / "junit.xml", run_junit(run, scores))
        _write_report(folder, (run, scores))


def write_comparison(
    comparison: Comparison,
    verdict: Gate | None,
    old: Scored,
    new: Scored,
    *,
    junit: Path | None,
    markdown: Path | None,
    report: Path | None,
) -> None:
    """Writes a comparison to the given files, and its report into the given folder."""
    if junit and verdict:
        _write(junit, gate_junit(comparison, verdict))
    if markdown:
        _write(markdown, comparison_summary(comparison, new[0], verdict))
    if report:
        _write_report(report, new, comparison, old[0])


def print_run(folder: Path, run: Run, scores: Scores, as_json: bool) -> None:
    """Prints a run's scores."""
    if not as_json:
        _print(run_lines(run, scores))
        return
    values = _SCORES.dump_python(scores, mode="json", exclude={"cases"})
    card = _CARD.dump_python(run.card, mode="json")
    print_json({"folder": str(folder), "card": card, **values, "failed": failures(run, scores)})


def print_comparison(comparison: Comparison, verdict: Gate | None, as_json: bool) -> None:
    """Prints a comparison, and the gate's outcome if there is one."""
    if not as_json:
        _print(comparison_lines(comparison, verdict))
        return
    gate = _GATE.dump_python(verdict, mode="json")
    print_json({"comparison": _COMPARISON.dump_python(comparison, mode="json"), "gate": gate})


def print_json(value: object) -> None:
    """Prints one line of JSON in ASCII, which is safe in any encoding and terminal."""
    typer.echo(json.dumps(value))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _write_report(folder: Path, new: Scored, comparison: Comparison | None = None, old: Run | None = None) -> None:
    from eval.report import write_report

    try:
        write_report(folder, *new, comparison, old=old)
    except OSError as error:
        raise BadInput(f"{folder} cannot be written to: {error.strerror}.") from error


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
