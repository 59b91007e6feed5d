"""Parses questions: the kind of answer they ask for, and a follow-up rewritten so that it can be read alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.articles import Question, Turn, squeeze
from rag.language.follow_ups import asked_anew, is_elliptic, leans_back, points_at_the_answer, resolved
from rag.language.names import names
from rag.language.passage_references import says_unknown
from rag.language.questions import OPENING, Kind, comparison, kind_of, parts_of, summary_topic, without_frame
from rag.language.words import content_words
from rag.marks import without_markers

Form = Literal["question", "summary", "comparison"]

ANSWER_CONTEXT_CHARACTERS = 300
LEAD_CHARACTERS = 300  # of an earlier answer, enough to find the articles behind it
EARLIER_ANSWERS = 2


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A parsed question.

    `text` is the question with its pronouns resolved; `context` the earlier question or answer that a follow-up
    refers to (empty otherwise); `query` both, for searching. For a summary or a comparison of `outlets`, `text` is
    the topic.
    """

    question: Question
    text: str
    context: str
    kind: Kind
    form: Form = "question"
    outlets: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        return f"{self.context} {self.text}".strip()

    @property
    def queries(self) -> tuple[str, ...]:
        """The search queries: the whole query, and each part of a question that asks several things."""
        parts = self.parts
        return (self.query, *(part.query for part in parts)) if len(parts) > 1 else (self.query,)

    @property
    def earlier_answers(self) -> tuple[str, ...]:
        """The beginnings of earlier answers, newest first; none where the question is not a follow-up."""
        said = (turn.content for turn in reversed(self.question.history) if turn.role == "assistant" and self.context)
        leads = (without_markers(squeeze(text))[:LEAD_CHARACTERS] for text in said)
        return tuple(text for text in leads if text and not says_unknown(text))[:EARLIER_ANSWERS]

    @property
    def parts(self) -> tuple[ParsedQuestion, ...]:
        """The parts of a question: "Who won, and when was it?" has two, the second resolved against the first."""
        texts = parts_of(self.text)
        if len(texts) == 1:
            return (self,)
        first = replace(self, text=texts[0], kind=kind_of(texts[0]))
        rest = (self._with(texts[0], text) for text in texts[1:])
        return (first, *rest)

    def _with(self, first: str, text: str) -> ParsedQuestion:
        """A later part of a question; one without content words of its own repeats the first."""
        if len(content_words(text)) <= 1:
            return replace(self, text=f"{first} {text}", kind=kind_of(text))
        return replace(self, text=resolved(text, first, ""), context=first, kind=kind_of(text))


def understand(question: Question) -> ParsedQuestion:
    """Parses a question, resolving a follow-up from its history."""
    text = without_frame(squeeze(question.text))
    if request := _request(question, text):
        return request
    if not question.history or not (leans_back(text) or not names(text)):
        return ParsedQuestion(question, text, "", kind_of(text))
    place = max((place for place, turn in enumerate(question.history) if turn.role == "user"), default=0)
    before = replace(question, text=question.history[place].content, history=question.history[:place])
    earlier, answer = understand(before).text, without_markers(_last(question.history, "assistant"))
    bare = OPENING.sub("", text)
    if anew := asked_anew(bare, earlier):
        return ParsedQuestion(question, anew, earlier, kind_of(anew))
    alone = resolved(bare, earlier, answer)
    about_the_answer = alone == bare and points_at_the_answer(bare)
    context = answer[:ANSWER_CONTEXT_CHARACTERS] if about_the_answer and answer else earlier
    kind = kind_of(bare)
    return ParsedQuestion(
        question, alone, context, kind_of(earlier) if is_elliptic(bare) and kind == "what" else kind
    )


def _request(question: Question, text: str) -> ParsedQuestion | None:
    """Parses a request for a summary or for a comparison of outlets; None for any other question."""
    if compared := comparison(text):
        outlets, topic = compared
        return ParsedQuestion(question, topic, "", "what", "comparison", outlets)
    topic_of_summary = summary_topic(text)
    return ParsedQuestion(question, topic_of_summary, "", "what", "summary") if topic_of_summary else None


def _last(history: Sequence[Turn], role: str) -> str:
    return next((squeeze(turn.content) for turn in reversed(history) if turn.role == role), "")
