"""The facade: one object that ingests articles, searches them and answers questions with citations.

`ask` parses the question, retrieves passages, lets a writer draft sentences, checks and cites each of them, and looks
for disagreements. `service/` and suites use this facade and the types of `rag.articles` only.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rag.answers import CUT_SHORT, EMPTY, AnswerBuilder, Stated
from rag.articles import Answer, Article, Filters, IngestReport, Passage, Question, Rejected
from rag.cancellation import in_thread
from rag.cross_encoding import load_cross_encoder
from rag.deadlines import Deadline
from rag.embedding import Embedder, load_embedder
from rag.errors import NotFound, TimedOut, WriterError
from rag.generation.extractive import Extractive
from rag.generation.llm import LlmWriter
from rag.libraries import library_of
from rag.library import Library
from rag.llm_answers import write_statements
from rag.plain import plain_text
from rag.query import ParsedQuestion, understand
from rag.retrieval import Retriever
from rag.retrieval.evidence import Evidence, Snapshot, gather, gather_openings
from rag.retrieval.question_search import Retrieved, find_passages, texts_to_encode
from rag.settings import Settings
from rag.stopwatch import Stopwatch
from rag.tracing import Match, Tracer
from rag.verification import (
    Checker,
    Refused,
    Review,
    SecondOpinion,
    is_addressed,
    is_turned_round,
    load_opinion,
)

__all__ = ["CUT_SHORT", "Desk", "Found", "Stated"]

NO_MODEL = "No language model is configured (set BYLINE_MODEL): answered from the articles' own words."


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that a question's answer may rest on."""

    passages: tuple[Passage, ...]


class Desk:
    """Ingests articles and answers questions. Safe to share between threads and tasks.

    `library` is the store: it counts, lists, checks and backs up articles. `run` runs work that would block the event
    loop: `await run(function, *arguments)`.
    """

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        *,
        retriever: Retriever | None = None,
        opinion: SecondOpinion | None = None,
        writer: LlmWriter | None = None,
        run: Callable[..., Awaitable[Any]] = in_thread,
        answer_timeout_s: float | None = None,
    ) -> None:
        self.library = library
        self._embedder = embedder
        self._retriever = retriever or Retriever(library)
        self._checker = Checker(consults=opinion is not None)
        self._opinion = opinion
        self._extractive = Extractive(embedder)
        self._tracer = Tracer(library, embedder)
        self._writer = writer
        self._run = run
        self._answer_timeout_s = answer_timeout_s

    @classmethod
    def open(cls, settings: Settings, *, run: Callable[..., Awaitable[Any]] = in_thread) -> Desk:
        """Opens a desk as configured.

        Raises ConfigError for an unusable setting, LibraryError where the library cannot be opened.
        """
        embedder = load_embedder(settings.embedding_model)
        library = library_of(settings, embedder)
        writer = LlmWriter.configured(settings) if settings.model else None
        return cls(
            library,
            embedder,
            retriever=Retriever(library, load_cross_encoder(settings.reranker)),
            opinion=load_opinion(settings, writer),
            writer=writer,
            run=run,
            answer_timeout_s=settings.answer_timeout_s,
        )

    def running(self, run: Callable[..., Awaitable[Any]]) -> Desk:
        """The same desk with another `run`."""
        other = copy(self)
        other._run = run
        return other

    def close(self) -> None:
        """Closes the library; the desk cannot be used afterwards."""
        self.library.close()

    def warm_up(self) -> None:
        """Loads models and indexes, so that the first question need not wait. Do not call it in an event loop."""
        ready = Question("Who said what on Monday?", mode="extractive")
        asyncio.run(self.running(in_thread).ask(ready, Deadline()))
        if self._writer is not None:
            self._writer.warm_up()

    # -- articles -----------------------------------------------------------------------------------

    def ingest(
        self,
        items: Iterable[Article | Rejected],
        on_progress: Callable[[IngestReport], None] | None = None,
    ) -> IngestReport:
        """Adds or updates articles. Whatever `on_progress` has reported is already on the disk."""
        return self.library.add(items, on_progress)

    def article(self, article_id: str) -> Article:
        """The article with that id. Raises NotFound."""
        article = self.library.get(article_id)
        if article is None:
            raise NotFound(f"No article has the id {article_id!r}: `byline articles list` shows all ids.")
        return article

    def remove(self, article_id: str) -> None:
        """Removes an article from the library. Raises NotFound."""
        if not self.library.remove(article_id):
            raise NotFound(f"No article has the id {article_id!r}: nothing was removed.")

    # -- questions ----------------------------------------------------------------------------------

    def search(
        self, query: str, k: int = 10, filters: Filters = Filters(), as_of: date | None = None
    ) -> tuple[Passage, ...]:
        """The `k` passages that match the query best, best first, no two with the same words."""
        vector = self._embedder.encode([query])[0]
        return self._retriever.search(query, vector, k, filters, as_of)

    def trace(self, excerpt: str) -> tuple[Match, ...]:
        """Finds the articles that an excerpt was taken from, with its exact place in each and every edit.

        Exact matches come before near and edited ones, the earliest published first among equals.
        """
        return self._tracer.trace(excerpt)

    async def ask(self, question: Question, deadline: Deadline | None = None) -> Answer:
        """Answers a question with citations. Raises TimedOut."""
        async for event in self.stream(question, deadline):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream of events ends with the answer")

    async def stream(
        self, question: Question, deadline: Deadline | None = None
    ) -> AsyncGenerator[Found | Stated | Answer]:
        """Yields the passages, then each statement, then the whole answer.

        A model's statement comes as soon as it is checked; extracts come once all are checked and compared.

        Raises TimedOut where the deadline passes before the first statement; later, the answer is cut short instead.
        """
        deadline = deadline or Deadline(self._answer_timeout_s)
        async with aclosing(self.running(deadline.bounded(self._run))._stream(question, deadline)) as events:
            async for event in events:
                yield event

    async def _stream(self, question: Question, deadline: Deadline) -> AsyncGenerator[Found | Stated | Answer]:
        watch, builder = Stopwatch(), AnswerBuilder(question)
        parsed = await self._parse(_plain_question(question), builder, deadline)
        with watch("embed"):
            vectors = await self._run(self._embedder.encode, texts_to_encode(parsed))
        with watch("retrieve"):
            retrieved = await self._run(find_passages, self._retriever, parsed, vectors)
        found, evidence, openings = await self._run(self._gather, parsed, retrieved)
        yield Found(found)

        if self._writer is not None and question.mode != "extractive" and evidence.searched:
            builder.begin("llm", await self._run(evidence.widened, _is_usable))
            early = deadline.for_the_writer()
            review = Review(
                self._checker, self._opinion, builder.evidence.passages, self._run, builder.mishaps, early.within
            )
            async for stated in write_statements(self._writer, parsed, builder, review, early, self._run, watch):
                yield stated
            if builder.is_finished:
                yield await self._concluded(builder, watch)
                return
        elif self._writer is None and question.mode == "llm":
            builder.note(NO_MODEL)

        builder.begin("extractive", openings or evidence)
        with watch("answer"):
            drafts = await self._run(self._extractive.write, parsed, builder.evidence, builder.mishaps)
        passed: list[Stated] = []
        try:
            for draft in drafts:
                with watch("verify"):
                    checked = await self._run(builder.checked, self._checker, draft)
                if isinstance(checked, Refused):
                    builder.refused += 1
                elif stated := await self._run(builder.state, checked):
                    passed.append(stated)
        except TimedOut:
            if not builder.statements:
                raise
            builder.note(CUT_SHORT)
        answer = await self._concluded(builder, watch)
        for stated in builder.led(passed, answer):
            yield stated
        yield answer

    async def _parse(self, question: Question, builder: AnswerBuilder, deadline: Deadline) -> ParsedQuestion:
        """Parses the question; a language model rewrites a follow-up better than rules do."""
        if self._writer is not None and question.history and question.mode != "extractive":
            try:
                text, usage = await deadline.for_the_writer().within(self._writer.condense(question))
                builder.usage += usage
                return understand(replace(question, text=text, history=()))
            except (WriterError, TimedOut) as error:
                builder.note(f"The follow-up was read without the language model: {error}")
        return understand(question)

    def _gather(
        self, parsed: ParsedQuestion, retrieved: Retrieved
    ) -> tuple[tuple[Passage, ...], Evidence, Evidence | None]:
        """The passages to show, the evidence for an answer, and for an overview each article's opening."""
        snapshot = Snapshot(self.library.get)
        kept = snapshot.kept(retrieved.passages)
        found = kept[: parsed.question.passages]
        evidence = gather(found, snapshot.articles, _is_usable, retrieved.story)
        overview = parsed.form != "question"
        return found, evidence, gather_openings(kept, snapshot.articles, _is_usable) if overview else None

    async def _concluded(self, builder: AnswerBuilder, watch: Stopwatch) -> Answer:
        """Compares the statements with the other articles, and builds the answer."""
        if not builder.statements and not await self._run(self.library.count):
            return builder.answer(watch.timings(), EMPTY)
        if builder.statements:
            try:
                with watch("verify"):
                    await self._run(builder.compare)
            except TimedOut:
                builder.note(CUT_SHORT)
        return builder.answer(watch.timings())


def _is_usable(text: str) -> bool:
    """Whether a passage may be evidence: it neither instructs a model nor shows its characters in another order."""
    return not is_turned_round(text) and not is_addressed(plain_text(text))


def _plain_question(question: Question) -> Question:
    """The question and its history without invisible characters."""
    history = tuple(replace(turn, content=plain_text(turn.content)) for turn in question.history)
    return replace(question, text=plain_text(question.text), history=history)
