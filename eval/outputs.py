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
    """A run with its scores, worked out anew: both sides of a comparison by the same metrics."""
    run = read_run(folder.expanduser())
    return run, score(run)


def write_scores(folder: Path, run: Run, scores: Scores, report: bool) -> None:
    """Write the scores of a run beside it, with `report` also for a browser, a pull request and a pipeline."""
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
    """Write a comparison to the files, and its report to the folder, that are named."""
    if junit and verdict:
        _write(junit, gate_junit(comparison, verdict))
    if markdown:
        _write(markdown, comparison_summary(comparison, new[0], verdict))
    if report:
        _write_report(report, new, comparison, old[0])


def print_run(folder: Path, run: Run, scores: Scores, as_json: bool) -> None:
    """Print what a run scored."""
    if not as_json:
        _print(run_lines(run, scores))
        return
    told = _SCORES.dump_python(scores, mode="json", exclude={"cases"})
    card = _CARD.dump_python(run.card, mode="json")
    print_json({"folder": str(folder), "card": card, **told, "failed": failures(run, scores)})


def print_comparison(comparison: Comparison, verdict: Gate | None, as_json: bool) -> None:
    """Print what changed, and whether the gate is passed where it was asked for."""
    if not as_json:
        _print(comparison_lines(comparison, verdict))
        return
    gate = _GATE.dump_python(verdict, mode="json")
    print_json({"comparison": _COMPARISON.dump_python(comparison, mode="json"), "gate": gate})


def print_json(told: object) -> None:
    """One line of JSON in ASCII, which neither an encoding nor a terminal can take amiss."""
    typer.echo(json.dumps(told))


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
