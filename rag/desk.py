"""The facade: one object that takes articles in, searches them and answers questions with citations.

A question goes one way: it is parsed, passages are found for it, a writer drafts sentences from them, each is checked
and cited, and what stands is held against the other articles. `service/` and `eval/` know this module and the types
of `rag.articles`, and nothing behind them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.answers import CUT_SHORT, AnswerBuilder, Stated
from rag.articles import Answer, Article, Filters, IngestReport, Passage, Question, Rejected, Source
from rag.cancellation import in_thread
from rag.cross_encoding import load_cross_encoder
from rag.deadlines import Deadline
from rag.embedding import Embedder, load_embedder
from rag.errors import NotFound, TimedOut, WriterError
from rag.generation.extractive import Extractive
from rag.generation.llm import LlmWriter
from rag.libraries import library_of
from rag.library import Generation, Library
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
UNKNOWN = "The articles do not say."
EMPTY = "The library holds no articles yet: fill it with `byline ingest PATH…` or POST /v1/articles."


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that a question's answer may rest on."""

    passages: tuple[Passage, ...]


class Desk:
    """Where articles come in and questions are answered. Safe to share between threads and tasks.

    `run` is how work that would block the event loop is run: `await run(function, *arguments)`.
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
        self._library = library
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
        """The desk that the settings describe.

        Raises ConfigError where a setting cannot be used, LibraryError where the library cannot be opened.
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
        """The same desk, whose work is run in another way."""
        other = copy(self)
        other._run = run
        return other

    def close(self) -> None:
        """Close the library; the desk is of no use afterwards."""
        self._library.close()

    def warm_up(self) -> None:
        """Load what answers need, so that the first question does not wait for it. Not for an event loop's thread."""
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
        """Take articles in; what `on_progress` has reported is on the disk, whatever happens next."""
        return self._library.add(items, on_progress)

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Embed every paragraph anew with the model configured; how many there were."""
        return self._library.re_embed(on_progress)

    def check(self) -> None:
        """Look whether the library can be searched, without loading the model. Raises LibraryError, WrongModel."""
        self._library.check()

    def verify(self) -> None:
        """Read the whole library and hold every article against its hash. Raises LibraryError."""
        self._library.verify()

    def generation(self) -> Generation:
        """The state of the library: two that are the same hold the same articles."""
        return self._library.generation()

    def backup(self, file: Path) -> None:
        """Write the library as it stands into a new file, while others read and write it. Raises LibraryError."""
        self._library.backup(file)

    def articles(self, cursor: str | None = None, limit: int = 50) -> tuple[tuple[Source, ...], str | None]:
        """One page of the library's articles, and the cursor of the next page (None at the end)."""
        return self._library.page(cursor, limit)

    def article(self, article_id: str) -> Article:
        """The article with that id. Raises NotFound."""
        article = self._library.get(article_id)
        if article is None:
            raise NotFound(f"No article has the id {article_id!r}: `byline articles list` shows those that are here.")
        return article

    def remove(self, article_id: str) -> None:
        """Take an article out of the library. Raises NotFound."""
        if not self._library.remove(article_id):
            raise NotFound(f"No article has the id {article_id!r}: nothing was removed.")

    def count(self) -> int:
        """How many articles the library holds."""
        return self._library.count()

    # -- questions ----------------------------------------------------------------------------------

    def search(
        self, query: str, k: int = 10, filters: Filters = Filters(), as_of: date | None = None
    ) -> tuple[Passage, ...]:
        """The `k` passages that best fit the query, best first, no two with the same words."""
        vector = self._embedder.encode([query])[0]
        return self._retriever.search(query, vector, k, filters, as_of)

    def trace(self, excerpt: str) -> tuple[Match, ...]:
        """The articles that the excerpt is from, with the exact place and every edit; none where it is in none.

        Exact before near before edited, the earliest published first among equals.
        """
        return self._tracer.trace(excerpt)

    async def ask(self, question: Question, deadline: Deadline | None = None) -> Answer:
        """The question's cited answer. Raises TimedOut."""
        async for event in self.stream(question, deadline):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream of events ends with the answer")

    async def stream(
        self, question: Question, deadline: Deadline | None = None
    ) -> AsyncGenerator[Found | Stated | Answer]:
        """The passages, then each statement as soon as it is checked, then the whole answer.

        Raises TimedOut where the time is over before a statement stands; after that, the answer is what there is.
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
        for stated in builder.led(passed):
            yield stated
        yield answer

    async def _parse(self, question: Question, builder: AnswerBuilder, deadline: Deadline) -> ParsedQuestion:
        """The question as one that can be read alone; a writer resolves a follow-up better than rules do."""
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
        """The passages to show, what an answer may rest on, and the openings of articles for an overview."""
        snapshot = Snapshot(self._library.get)
        kept = snapshot.kept(retrieved.passages)
        found = kept[: parsed.question.passages]
        evidence = gather(found, snapshot.articles, _is_usable, retrieved.story)
        overview = parsed.form != "question"
        return found, evidence, gather_openings(kept, snapshot.articles, _is_usable) if overview else None

    async def _concluded(self, builder: AnswerBuilder, watch: Stopwatch) -> Answer:
        """The answer, with what other articles say differently where something was stated."""
        unknown = UNKNOWN if builder.statements or await self._run(self._library.count) else EMPTY
        if builder.statements:
            try:
                with watch("verify"):
                    await self._run(builder.compare)
            except TimedOut:
                builder.note(CUT_SHORT)
        return builder.answer(unknown, watch.timings())


def _is_usable(text: str) -> bool:
    """Whether a passage may stand behind an answer: not where it gives orders or is shown in another order."""
    return not is_turned_round(text) and not is_addressed(plain_text(text))


def _plain_question(question: Question) -> Question:
    """The question and what was said before it, as they read."""
    history = tuple(replace(turn, content=plain_text(turn.content)) for turn in question.history)
    return replace(question, text=plain_text(question.text), history=history)
