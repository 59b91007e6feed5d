"""Computes the questions of a report: expected answers, replies, citations, passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.cases import Case
from eval.comparing import Comparison
from eval.figures import number
from eval.replies import Cited, Differing, Reply, Retrieved, SourceRef, Stated
from eval.runs import Record, Run, SourceText
from eval.scores import Scores

AROUND = 500  # characters of a paragraph on either side of a quote
EXCERPT = 220  # characters of a passage
PASSAGES = 12  # passages listed of a reply


@dataclass(frozen=True, slots=True)
class Quote:
    """A citation's words within their paragraph; `fault` describes a citation whose quote does not match."""

    number: int
    source: SourceRef
    before: str
    lit: str
    after: str
    fault: str
    right: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A passage that was found, and whether its article is right."""

    source: SourceRef
    excerpt: str
    right: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One run's reply to a question; `anchor` is the prefix of its citations' ids."""

    anchor: str
    status: str
    error: str
    text: str
    statements: tuple[Stated, ...]
    quotes: tuple[Quote, ...]
    disagreements: tuple[Differing, ...]
    places: tuple[Place, ...]
    notes: tuple[str, ...]
    seconds: float
    cached: bool

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of all citations."""
        return frozenset(quote.number for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class Shown:
    """A question of the report. `marks` are for filtering, `flips` are changes since the old run."""

    anchor: str
    case: Case
    status: str
    marks: tuple[str, ...]
    missed: tuple[str, ...]
    expected: tuple[str, ...]
    scope: tuple[str, ...]
    flips: tuple[str, ...]
    improved: bool
    values: tuple[tuple[str, float], ...]
    now: Said
    before: Said | None


def shown(
    run: Run, scores: Scores, missed: Mapping[str, Sequence[str]], comparison: Comparison | None, old: Run | None
) -> tuple[Shown, ...]:
    """Every question of the run, in the suite's order."""
    now, before = _Replies(run), _Replies(old) if old else None
    questions = []
    for index, case in enumerate(run.suite.cases, start=1):
        flips = [flip for flip in comparison.flips if flip.case == case.id] if comparison else []
        said = now.said(case, f"q{index}")
        marks = (*(("failed",) if case.id in missed else ()), *(("flipped",) if flips else ()))
        questions.append(
            Shown(
                anchor=f"q{index}",
                case=case,
                status=said.status,
                marks=(*marks, said.status) if said.status != "answered" else marks,
                missed=tuple(missed.get(case.id, ())),
                expected=_expected(case),
                scope=_scope(case),
                flips=tuple(f"{flip.metric} {number(flip.old)} → {number(flip.new)}" for flip in flips),
                improved=all(flip.improved for flip in flips),
                values=tuple((name, cases[case.id]) for name, cases in scores.cases.items() if case.id in cases),
                now=said,
                before=before.said(case, f"q{index}-before") if before and flips else None,
            )
        )
    return tuple(questions)


class _Replies:
    """A run's replies by case."""

    def __init__(self, run: Run) -> None:
        self._texts = run.texts
        self._records = {record.case: record for record in run.records}

    def said(self, case: Case, anchor: str) -> Said:
        record = self._records.get(case.id) or Record(case.id, "errored", 0.0, error="The run never reached it.")
        reply = record.reply or Reply(answered=False, text="")
        right = {*case.articles, *(one for group in case.reprints if {*group} & {*case.articles} for one in group)}
        return Said(
            anchor=anchor,
            status=record.status,
            error=record.error or ("There is no reply." if record.reply is None else ""),
            text=reply.text,
            statements=reply.statements,
            quotes=tuple(_quote(cited, self._texts.get(cited.article.id), right) for cited in reply.citations),
            disagreements=reply.disagreements,
            places=tuple(_place(passage, right) for passage in reply.passages[:PASSAGES]),
            notes=reply.notes,
            seconds=record.seconds,
            cached=record.cached,
        )


def _expected(case: Case) -> tuple[str, ...]:
    """The expected answer, a line for each fact."""
    if not case.answerable:
        return () if case.articles or case.evidence or case.grades else ("to decline",)
    return tuple(" or ".join(fact) for fact in case.answers) + ((case.label,) if case.label is not None else ())


def _scope(case: Case) -> tuple[str, ...]:
    """The question's earlier turns, filters and day."""
    filters = case.filters
    bounds = {
        "outlets": ", ".join(filters.outlets),
        "published from": filters.published_from,
        "published to": filters.published_to,
        "articles": f"{len(filters.articles)} named" if filters.articles else "",
        "asked on": case.as_of,
    }
    turns = tuple(f"{turn.role}: {turn.content}" for turn in case.history)
    return turns + tuple(f"{name}: {value}" for name, value in bounds.items() if value)


def _quote(cited: Cited, text: SourceText | None, right: set[str]) -> Quote:
    """The citation's words in the stored article, with the rest of their paragraph."""
    is_right = cited.article.id in right
    if text is None:
        return Quote(cited.number, cited.article, "", cited.quote, "", "The article could not be read.", is_right)
    whole = text.text
    start, end = sorted((min(max(cited.start, 0), len(whole)), min(max(cited.end, 0), len(whole))))
    fault = "" if whole[start:end] == cited.quote else f"The citation quotes something else: “{cited.quote}”"
    first = max(whole.rfind("\n", 0, start) + 1, start - AROUND)
    line_end = whole.find("\n", end)
    last = min(len(whole) if line_end < 0 else line_end, end + AROUND)
    before = f"…{whole[first:start]}" if first == start - AROUND else whole[first:start]
    after = f"{whole[end:last]}…" if last == end + AROUND else whole[end:last]
    return Quote(cited.number, cited.article, before, whole[start:end], after, fault, is_right)


def _place(passage: Retrieved, right: set[str]) -> Place:
    text = " ".join(passage.text.split())
    excerpt = text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…"
    return Place(passage.article, excerpt, passage.article.id in right)
