"""Formats a run or a comparison as Markdown, short enough for a comment on a pull request."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence

from eval.comparing import Comparison, Flip, Gate
from eval.differences import Difference
from eval.failures import failures
from eval.figures import NONE, by_slice, counted, few_groups, interval, number, probability, signed
from eval.runs import Card, Run
from eval.scores import Interval, Scores

SHOWN = 50  # cases in a folded list
ROOM = 8_000  # characters of one list or table: six of them stay below GitHub's limit of 65,536
LONGEST = 300  # characters of a question or an answer

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$])")
_CALLING = re.compile(r"([@#])(?=\w)")

MEANS = ("value", "95% interval", "n", "groups")
CHANGES = ("before", "now", "change", "95% interval", "n", "groups", "detectable")

OUTCOMES = {
    "passed": "✅ **passed**",
    "failed": "❌ **failed**",
    "inconclusive": "⚠️ **inconclusive**",
}


def run_summary(run: Run, scores: Scores) -> str:
    """A run: metrics with intervals, the primary ones first, then folded lists of failures and errors."""
    missed = failures(run, scores)
    said = {record.case: record.error or (record.reply.text if record.reply else "") for record in run.records}
    cases = counted(len(run.suite.cases), "question")
    return _page(
        f"### Evaluation: {safe(run.card.suite)}",
        f"{cases}, {len(missed)} failed, {len(scores.errored)} errored. {_made_with(run.card)}",
        _scores(run, scores),
        _slices(scores, run.suite.primary),
        few_groups(scores.overall[name] for name in run.suite.primary if name in scores.overall),
        _folded("failed", [(case, ", ".join(names), said.get(case, "")) for case, names in missed.items()], run),
        _folded("errored", [(case, "errored", said.get(case, "")) for case in scores.errored], run),
    )


def comparison_summary(comparison: Comparison, run: Run, verdict: Gate | None = None) -> str:
    """A comparison with `run` as the new run: the gate's outcome, the differences, and a folded list of flips."""
    lost, gained = ([flip for flip in comparison.flips if flip.improved is improved] for improved in (False, True))
    return _page(
        f"### Evaluation: {safe(comparison.new.suite)}, compared",
        _outcome(verdict) if verdict else "",
        f"{counted(len(comparison.pairs), 'question')} paired; margin {number(comparison.margin)}.",
        _differences(comparison.primary, primary=True),
        _details("Other metrics", _differences([one for one in comparison.differences if not one.primary])),
        _slices_compared(comparison),
        few_groups(one.change for one in comparison.primary),
        _folded("lost", [_flip(flip) for flip in lost], run),
        _folded("gained", [_flip(flip) for flip in gained], run),
        _details(
            f"{counted(len(comparison.unpaired), 'question')} left out",
            _fitting(f"- {safe(case)}: {safe(reason)}" for case, reason in comparison.unpaired),
        ),
        _fitting(f"- {safe(note)}" for note in comparison.notes),
    )


def safe(text: str) -> str:
    """Escapes text for Markdown, on one line: no markup, no table separators, no mentions."""
    text = " ".join(text.split())
    if len(text) > LONGEST:
        text = f"{text[:LONGEST].rstrip()}…"
    escaped = html.escape(_CALLING.sub("\\1\u2060", text), quote=False)  # a word joiner unlinks @name and #1
    return _SPECIAL.sub(r"\\\1", escaped)


def _page(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def _made_with(card: Card) -> str:
    model = f", model {safe(card.model)}" if card.model else ""
    return f"Asked {safe(card.target)} ({safe(card.mode or 'search')}{model}) on {safe(card.started)}."


def _scores(run: Run, scores: Scores) -> str:
    measured = {name: found for name, found in scores.overall.items() if found.n}
    primary = {name: measured[name] for name in run.suite.primary if name in measured}
    others = {name: found for name, found in measured.items() if name not in primary}
    if not primary:
        return _table(("metric", *MEANS), _rows(others.items()))
    return _page(
        _table(("metric", *MEANS), _rows(primary.items())),
        _details("Other metrics", _table(("metric", *MEANS), _rows(others.items()))),
    ).rstrip()


def _rows(found: Iterable[tuple[str, Interval]]) -> Iterator[tuple[str, ...]]:
    for name, one in found:
        yield safe(name), number(one.value), interval(one), f"{one.n:,}", f"{one.clusters:,}"


def _slices(scores: Scores, primary: Sequence[str]) -> str:
    rows = [
        (safe(part), *row) for name in primary for part, one in by_slice(scores, name) for row in _rows([(name, one)])
    ]
    return _details("By slice", _table(("slice", "metric", *MEANS), rows))


def _slices_compared(comparison: Comparison) -> str:
    rows = [
        (safe(part), safe(one.metric), *_change(one)) for part, found in comparison.slices.items() for one in found
    ]
    return _details("By slice", _table(("slice", "metric", *CHANGES), sorted(rows, key=lambda row: row[1])))


def _outcome(verdict: Gate) -> str:
    return f"Gate: {OUTCOMES[verdict.outcome]}\n\n{_fitting(f'- {safe(reason)}' for reason in verdict.reasons)}"


def _differences(differences: Sequence[Difference], *, primary: bool = False) -> str:
    if not differences:
        return ""
    heads = ("metric", *CHANGES, "p")
    rows = [
        (
            f"{safe(one.metric)}{' (lower is better)' if one.better == 'lower' else ''}",
            *_change(one),
            probability(one.p),
        )
        for one in differences
    ]
    if not primary:
        return _table(heads, rows)
    judged = zip(rows, differences, strict=True)
    return _table(
        (*heads, "p, Holm", "verdict"),
        [(*row, probability(one.adjusted), f"**{one.verdict}**") for row, one in judged],
    )


def _change(one: Difference) -> tuple[str, ...]:
    found = one.change
    if not found.n:
        return (NONE, NONE, NONE, NONE, "0", "0", NONE)
    values = (number(one.old), number(one.new), signed(found.value), interval(found))
    return (*values, f"{found.n:,}", f"{found.clusters:,}", number(one.effect))


def _flip(flip: Flip) -> tuple[str, str, str]:
    return flip.case, f"{flip.metric} {number(flip.old)} → {number(flip.new)}", ""


def _folded(what: str, cases: Sequence[tuple[str, str, str]], run: Run) -> str:
    """A folded list of cases, each with its question, the reason, and the answer."""
    questions = {case.id: case.question for case in run.suite.cases}
    lines = [
        f"- **{safe(case)}** {safe(questions.get(case, ''))} ({safe(why)}){f'<br>{safe(said)}' if said else ''}"
        for case, why, said in cases
    ]
    return _details(f"{counted(len(cases), 'question')} {what}", _fitting(lines))


def _fitting(lines: Iterable[str], most: int = SHOWN) -> str:
    """As many lines as fit, and the number of the others."""
    every = list(lines)
    kept, room = 0, ROOM
    while kept < min(len(every), most) and len(every[kept]) < room:
        room -= len(every[kept]) + 1
        kept += 1
    rest = [f"- … and {len(every) - kept} more, in the report."] if kept < len(every) else []
    return "\n".join([*every[:kept], *rest])


def _details(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>" if body else ""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    if not lines:
        return ""
    rule = "|---" + "|---:" * (len(heads) - 1) + "|"
    return "\n".join(["| " + " | ".join(heads) + " |", rule, _fitting(lines, most=len(lines))])
