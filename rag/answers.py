"""Builds one answer: statements that passed the check, disagreements between the articles, notes and usage."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.articles import Answer, Checked, Citation, Disagreement, Draft, Question, Statement, Timings, Usage, Version
from rag.attribution.citations import Ledger, difference, with_markers
from rag.conflicts import Conflict, ConflictingValue, asked, find_conflicts
from rag.generation.llm import Written
from rag.generation.prompt import UNKNOWN
from rag.marks import without_marks
from rag.mishaps import Mishaps
from rag.retrieval.evidence import Evidence
from rag.verification import Checker, Refused, Review, is_asserted

CLOSEST = 3
EMPTY = "The library holds no articles yet: fill it with `byline ingest PATH…` or POST /v1/articles."
CUT_SHORT = "The time limit was reached: statements or disagreements may be missing."


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that passed the check, with the citations it points to.

    `lead` precedes the first statement in the answer's text; `citations` include those of both.
    """

    statement: Statement
    citations: tuple[Citation, ...]
    lead: str = ""


class AnswerBuilder:
    """Collects the parts of an answer. Call `begin` before anything else."""

    def __init__(self, question: Question) -> None:
        self.mishaps = Mishaps()
        self.notes: list[str] = []
        self.usage = Usage()
        self.refused = 0
        self._question = question

    def begin(self, mode: Literal["llm", "extractive"], evidence: Evidence) -> None:
        """Starts over with the evidence that a writer may use; notes and usage are kept."""
        self.evidence = evidence
        self.statements: list[Statement] = []
        self.is_finished = False
        self._mode: Literal["llm", "extractive"] = mode
        self._model: str | None = None
        self._cited: list[Checked] = []
        self._drafted: set[str] = set()
        self._disagreements: tuple[Disagreement, ...] = ()
        self._lead = ""
        self._remarks: tuple[str, ...] = ()
        self._ledger = Ledger(evidence.stored, evidence.articles)

    def checked(self, checker: Checker, draft: Draft) -> Checked | Refused:
        """Checks a draft. A draft whose check crashes is refused."""
        failed: Checked | Refused = Refused(draft.text, "it could not be checked")
        return self.mishaps.guarded(failed, checker.check, draft, self.evidence.passages)

    def state(self, checked: Checked) -> Stated | None:
        """Adds a checked sentence to the answer. None where its citations cannot be built."""
        statement = self.mishaps.guarded(None, self._ledger.state, self.evidence.exact_of(checked))
        if statement is None:
            return None
        self.statements.append(statement)
        self._cited.append(checked)
        return Stated(statement, self._ledger.cited(statement.citations))

    def is_repeated(self, text: str) -> bool:
        """Whether a draft with the same words came before; remembers this one."""
        bare = text.casefold().rstrip(".!? ")
        known = bare in self._drafted
        self._drafted.add(bare)
        return known

    def compare(self) -> None:
        """Finds disagreements between the statements and the other articles, and statements with a common origin."""
        spans = [span for checked in self._cited for span in checked.spans]
        nothing: tuple[Conflict, ...] = ()
        found = self.mishaps.guarded(nothing, find_conflicts, spans, self.evidence.passages)
        self._disagreements = self.mishaps.guarded((), self._cited_disagreements, found)
        if self._mode == "extractive":  # what a model writes is shown before it is compared
            differing = self._disagreements
            self._lead_with(self.mishaps.guarded(None, asked, self._question.text, self.statements, differing))
        self._remarks = self.mishaps.guarded((), self._ledger.remarks)

    def _lead_with(self, found: Disagreement | None) -> None:
        if found:
            self._disagreements = (found, *(one for one in self._disagreements if one is not found))
            self._lead = difference(found)

    def led(self, stated: Sequence[Stated], answer: Answer) -> Sequence[Stated]:
        """The statements to show; the first carries the lead of the answer's text, if there is one."""
        if not (answer.lead and stated):
            return stated
        numbers = [number for version in answer.disagreements[0].versions for number in version.citations]
        first = stated[0].statement
        return [Stated(first, self._ledger.cited((*first.citations, *numbers)), answer.lead), *stated[1:]]

    def _cited_disagreements(self, found: Iterable[Conflict]) -> tuple[Disagreement, ...]:
        stated = (one for one in found if all(map(self._is_asserted, one.values)))
        return tuple(
            Disagreement(without_marks(one.about), one.kind, tuple(map(self._version, one.values))) for one in stated
        )

    def _version(self, value: ConflictingValue) -> Version:
        return Version(without_marks(value.value), self._ledger.numbers(map(self.evidence.exact, value.spans)))

    def _is_asserted(self, version: ConflictingValue) -> bool:
        """Whether every source asserts the value itself: text after a colon may be a planted instruction."""
        return all(is_asserted(version.value, span.words(self.evidence.passages)) for span in version.spans)

    def note(self, text: str) -> None:
        """Adds a note for the reader, once."""
        if text not in self.notes:
            self.notes.append(text)

    def add_review(self, written: Written | None, review: Review) -> None:
        """Adds the model's usage, the review's usage and notes on what was cut off, quoted or left out."""
        if written is not None:
            self._model, self.usage = written.model, self.usage + written.usage
            self.is_finished = written.declined or bool(self.statements)
            if written.cut:
                self.note("The language model broke off: its last sentence was left out.")
        self.usage += review.usage
        self.refused += review.tally.quoted + review.tally.left_out
        if review.failure:
            self.note(f"The second opinion failed ({review.failure}): the articles' own words stand instead.")
        if note := review.tally.note():
            self.note(note)

    def answer(self, timings: Timings, unknown: str = UNKNOWN) -> Answer:
        """The finished answer; `unknown` is its text where there is no statement."""
        answered = bool(self.statements)
        return Answer(
            id=f"ans_{uuid.uuid4().hex}",
            question=self._question.text,
            answered=answered,
            mode=self._mode,
            model=self._model,
            text=self._text() if answered else unknown,
            statements=tuple(self.statements),
            citations=self._ledger.citations,
            disagreements=self._disagreements,
            lead=self._lead,
            closest=() if answered else self.evidence.stored[:CLOSEST],
            notes=(*self.notes, *self._remarks),
            timings=timings,
            usage=self.usage,
            refused=self.refused,
            failed=self.mishaps.count,
        )

    def _text(self) -> str:
        text = with_markers(self.statements, self._disagreements[bool(self._lead) :])
        return f"{self._lead} {text}".lstrip()
