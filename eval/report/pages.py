"""Computes the values for a report's template."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from eval.comparing import Comparison, Gate, gate
from eval.differences import Difference
from eval.failures import failures
from eval.figures import by_slice, few_groups
from eval.metrics import METRICS, SET_METRICS, risk_coverage
from eval.metrics.metric import Metric, SetMetric
from eval.report import charts, curves
from eval.report.questions import Shown, shown
from eval.runs import Card, Run
from eval.scores import Interval, Scores
from eval.scoring import observations

HEADLINES = 4  # metrics shown as cards where a suite names no primary ones


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric with its value, for a row or a card."""

    name: str
    about: str
    source: str
    family: str
    better: str
    found: Interval
    drawn: Markup
    primary: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart with a title and an explanation."""

    title: str
    about: str
    drawn: Markup


@dataclass(frozen=True, slots=True)
class Sliced:
    """A primary metric's mean by slice."""

    metric: str
    rows: tuple[tuple[str, Interval], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison: the gate's outcome, if any, and a row with a chart for each metric."""

    comparison: Comparison
    verdict: Gate | None
    rows: tuple[tuple[Difference, Markup], ...]
    slices: tuple[tuple[str, Difference], ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report. `filters` are the marks that questions can be filtered by, with counts."""

    card: Card
    about: str
    cards: tuple[Measured, ...]
    measured: tuple[Measured, ...]
    few_groups: str
    slices: tuple[Sliced, ...]
    drawings: tuple[Drawing, ...]
    compared: Compared | None
    questions: tuple[Shown, ...]
    filters: tuple[tuple[str, int], ...]
    statuses: tuple[tuple[str, int], ...]


def page_of(run: Run, scores: Scores, comparison: Comparison | None, old: Run | None) -> Page:
    """Computes the values of a run's report."""
    measured = _measured(run, scores)
    questions = shown(run, scores, failures(run, scores), comparison, old)
    marks = Counter(mark for one in questions for mark in one.marks)
    kinds = ("failed", "declined", "errored") + (("flipped",) if comparison else ())
    statuses = Counter(one.status for one in questions)
    cards = tuple(one for one in measured if one.primary) or measured[:HEADLINES]
    sliced = (Sliced(one.name, tuple(by_slice(scores, one.name))) for one in cards)
    return Page(
        card=run.card,
        about=run.suite.about,
        cards=cards,
        few_groups=few_groups(one.found for one in cards),
        slices=tuple(one for one in sliced if one.rows),
        measured=measured,
        drawings=_drawings(run, scores, measured),
        compared=_compared(comparison) if comparison else None,
        questions=questions,
        filters=(("all", len(questions)), *((kind, marks[kind]) for kind in kinds)),
        statuses=tuple((status, statuses[status]) for status in ("answered", "declined", "errored")),
    )


def _measured(run: Run, scores: Scores) -> tuple[Measured, ...]:
    """A row for each metric with a value, the primary ones first."""
    known: dict[str, Metric | SetMetric] = {one.name: one for one in METRICS} | {one.name: one for one in SET_METRICS}
    primary = [name for name in run.suite.primary if name in scores.overall]
    rows = []
    for name in (*primary, *(name for name in scores.overall if name not in primary)):
        found, metric = scores.overall[name], known.get(name)
        if not found.n:
            continue
        about, source = (metric.about, metric.source) if metric else ("", "")
        family, better = (metric.family, metric.better) if metric else ("other", "higher")
        rows.append(Measured(name, about, source, family, better, found, charts.range_chart(found), name in primary))
    return tuple(rows)


def _drawings(run: Run, scores: Scores, measured: tuple[Measured, ...]) -> tuple[Drawing, ...]:
    names = [one.name for one in measured if one.name in scores.cases]
    metric = names[0] if names else ""
    drawings = [
        Drawing(
            f"{metric} by {name}",
            "The bar is the mean, the line at its end the 95% interval; the number of questions is in brackets.",
            charts.slice_chart(values, metric),
        )
        for name, values in curves.by_slice(scores, metric).items()
    ]
    drawings += [
        Drawing(
            "Risk and coverage",
            "The share of wrong replies among the most confident ones; the area below is the aurc. Lower is better.",
            charts.risk_chart(risk_coverage(observations(run))),
        ),
        Drawing(
            "Noise",
            "How the metric falls with more irrelevant documents; the band is the 95% interval.",
            charts.noise_chart(curves.noise(scores, metric), metric),
        ),
        Drawing(
            "Time by stage",
            "The bar ends at the median, the line at the 95th percentile; cached replies are left out.",
            charts.stage_chart(curves.stages(run.records)),
        ),
    ]
    return tuple(one for one in drawings if one.drawn)


def _compared(comparison: Comparison) -> Compared:
    """The rows of a comparison; charts of shares have one scale, other metrics have none."""
    shares = [one.change for one in comparison.differences if _is_share(one)]
    widest = max((abs(end) for one in shares for end in (one.low, one.high) if end is not None), default=0.0)
    widest = max(widest, 2 * comparison.margin) if shares else 0.0
    rows = tuple(
        (
            one,
            charts.change_chart(one.change, comparison.margin * (-1 if one.better == "lower" else 1), widest)
            if _is_share(one)
            else Markup(""),
        )
        for one in comparison.differences
    )
    slices = tuple((name, one) for name, several in comparison.slices.items() for one in several)
    slices = tuple(sorted(slices, key=lambda row: row[1].metric))
    return Compared(comparison, gate(comparison) if comparison.primary else None, rows, slices)


def _is_share(one: Difference) -> bool:
    return 0 <= one.old <= 1 and 0 <= one.new <= 1
