"""The facade: one object that takes articles in, searches them and answers questions with citations.

`service/` and `eval/` know this room and the types of `rag.articles`, and nothing behind them.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np

from rag.articles import (
    Answer,
    Article,
    Checked,
    Citation,
    Disagreement,
    Draft,
    Filters,
    IngestReport,
    Passage,
    Question,
    Rejected,
    Source,
    Span,
    Statement,
    Timings,
    Usage,
    Version,
)
from rag.attribution.citations import Ledger, with_markers
from rag.cancellation import in_thread
from rag.conflicts import Difference, differences
from rag.cross_encoding import load_cross_encoder
from rag.deadlines import Deadline
from rag.embedding import Embedder, load_embedder
from rag.errors import NotFound, TimedOut, WriterError
from rag.generation.extractive import Extractive
from rag.generation.llm import LlmWriter, Written
from rag.ingestion.boilerplate_model import is_recurring
from rag.library import Generation, Library, open_library, restore_library
from rag.marks import without_markers, without_markup
from rag.mishaps import Mishaps
from rag.plain import plain_text
from rag.plain_passages import PlainPassages
from rag.query import Asked, understand
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.snapshots import Snapshot
from rag.tracing import Match, Tracer
from rag.verification import Checker, Refused, Review, SecondOpinion, is_addressed, load_opinion

log = logging.getLogger(__name__)

CLOSEST = 3
OVERVIEW_PASSAGES = 40  # that are looked up for a summary or a comparison, of which each article gives its opening
MOST_OF_THE_REST = 60  # paragraphs beside those found that a model's sentence may be cited to
STORY = 3  # passages that are looked up to see which articles the last answer was told from
SAME_MATTER = 5  # passages that are looked up to hear who else tells of what the answer leads with
CUT_SHORT = "The time for an answer was over: it may lack statements, and what the articles say differently."
WRITER_TOO_SLOW = "The language model took too long: answered from the articles' own words."
UNKNOWN = "The articles do not say."
EMPTY = "The library holds no articles yet: fill it with `byline ingest PATH…` or POST /v1/articles."


@dataclass(frozen=True, slots=True)
class Found:
    """The passages that a question's answer may rest on."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement that passed the check, with the citations it points to."""

    statement: Statement
    citations: tuple[Citation, ...]


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
        library = open_library(settings.library, embedder)
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
        watch = _Stopwatch()
        work = _Work(question)
        snapshot, plain = Snapshot(self._library.get), PlainPassages()
        question = _plain_question(question)
        asked = await self._understand(question, work, deadline)
        with watch("embed"):
            vectors = await self._run(self._embedder.encode, asked.queries)
        with watch("retrieve"):
            passages = await self._run(
                self._retriever.search_each,
                tuple(zip(asked.queries, vectors, strict=True)),
                question.passages,
                question.filters,
                question.as_of,
            )
        if asked.context and question.history:
            asked, passages = await self._run(self._with_the_story, asked, vectors[0], passages)
        passages = await self._run(snapshot.kept, passages)
        passages = tuple(one for one in passages if not is_recurring(one.text, _copies(one)))
        yield Found(passages)
        pool, told, searched = await self._run(_pool, passages, snapshot, plain)
        stored = plain.stored(pool)

        if self._writer is not None and question.mode != "extractive":
            citable = await self._run(_with_the_rest, pool[:searched], snapshot, plain)
            ledger = Ledger(plain.stored(citable), snapshot.article)
            async for stated in self._ask_the_writer(
                self._writer, asked, pool[:told], citable, plain, ledger, work, watch, deadline
            ):
                yield stated
            if work.finished:
                yield await self._answer(work, ledger, citable, plain, watch)
                return
        elif question.mode == "llm":
            work.notes.append(
                "No language model is configured (set BYLINE_MODEL): answered from the articles' own words."
            )

        def find(text: str) -> list[Passage]:
            found = snapshot.kept(self.search(text, SAME_MATTER, question.filters, question.as_of))
            return _evidence(_unfolded(found), plain)

        work.begin("extractive")
        if asked.form != "question":
            pool, searched = await self._run(self._openings, asked, snapshot, plain)
            stored = plain.stored(pool)
        ledger = Ledger(stored, snapshot.article)
        with watch("answer"):
            drafts = await self._run(self._extractive.write, asked, pool, searched, find, work.mishaps)
        try:
            for draft in drafts:
                with watch("verify"):
                    checked = await self._run(work.checked, self._checker, draft, pool)
                if isinstance(checked, Refused):
                    work.refused += 1
                elif statement := await self._run(work.state, plain.exact_of(checked, pool), checked.spans, ledger):
                    yield statement
        except TimedOut:
            if not work.statements:
                raise
            work.cut_short()
        yield await self._answer(work, ledger, pool, plain, watch)

    def _with_the_story(
        self, asked: Asked, vector: np.ndarray, passages: Sequence[Passage]
    ) -> tuple[Asked, tuple[Passage, ...]]:
        """A follow-up with the articles that the last answer was told from, and passages, half of them from these."""
        question = asked.question
        answer = next((turn.content for turn in reversed(question.history) if turn.role == "assistant"), "")
        told = self.search(without_markers(answer), STORY, question.filters, question.as_of) if answer else ()
        story = tuple(dict.fromkeys(passage.source.id for passage in told))
        if not story:
            return asked, tuple(passages)
        among = replace(question.filters, articles=story)
        own = self._retriever.search(asked.query, vector, question.passages // 2, among, question.as_of)
        known = {(passage.source.id, passage.start) for passage in own}
        others = [one for one in passages if (one.source.id, one.start) not in known]
        return replace(asked, story=frozenset(story)), (*own, *others)[: question.passages]

    def _openings(self, asked: Asked, snapshot: Snapshot, plain: PlainPassages) -> tuple[list[Passage], int]:
        """Of each article on a topic, best first, the paragraph that its news begin with."""
        question = asked.question
        found: dict[str, Passage] = {}
        searched = self.search(asked.text, OVERVIEW_PASSAGES, question.filters, question.as_of)
        for passage in _unfolded(snapshot.kept(searched)):
            article = snapshot.article(passage.source.id)
            first = next(one for one in article.paragraphs if one.evidence)
            words = article.text[first.start : first.end]
            opening = Passage(article.source, first.number, first.start, first.end, words, passage.score)
            found.setdefault(article.id, opening)
        openings = _evidence(found.values(), plain)
        return openings, len(openings)

    async def _understand(self, question: Question, work: _Work, deadline: Deadline) -> Asked:
        """The question as one that can be read alone; a writer resolves a follow-up better than rules do."""
        if self._writer is not None and question.history and question.mode != "extractive":
            try:
                text, usage = await deadline.for_the_writer().within(self._writer.condense(question))
                work.usage += usage
                return understand(replace(question, text=text, history=()))
            except (WriterError, TimedOut) as error:
                work.notes.append(f"The follow-up was read without the language model: {error}")
        return understand(question)

    async def _ask_the_writer(
        self,
        writer: LlmWriter,
        asked: Asked,
        passages: Sequence[Passage],
        citable: Sequence[Passage],
        plain: PlainPassages,
        ledger: Ledger,
        work: _Work,
        watch: _Stopwatch,
        deadline: Deadline,
    ) -> AsyncIterator[Stated]:
        """Statements of the language model that pass the check; `work.finished` tells whether they stand.

        It is told the `passages`, and its sentences may rest on all that are `citable`.
        """
        if not passages:
            return
        work.begin("llm")
        bounded = deadline.for_the_writer()
        review = Review(self._checker, self._opinion, citable, self._run, work.mishaps, bounded.within)
        written: Written | None = None

        async def state(ready: Iterable[Checked]) -> list[Stated]:
            """What the review lets pass, entered in the ledger."""
            found = [
                await self._run(work.state, plain.exact_of(checked, citable), checked.spans, ledger)
                for checked in ready
            ]
            return [one for one in found if one is not None]

        try:
            with watch("answer"):
                async for draft in bounded.each(writer.write(asked.question, passages, asked.query)):
                    if isinstance(draft, Written):
                        written = draft
                    elif not work.has_said(text := plain_text(draft.text)):
                        with watch("verify"):
                            ready = await review.add(replace(draft, text=text))
                        for stated in await state(ready):
                            yield stated
                with watch("verify"):
                    ready = await review.close()
                for stated in await state(ready):
                    yield stated
            work.finish(written, review)
            if not work.finished:
                work.notes.append(
                    "Nothing that the language model wrote could be verified: answered from the articles' own words."
                )
        except TimedOut:
            for stated in await state(await review.close(ask=False)):
                yield stated
            work.finish(written, review)
            work.finished = bool(work.statements)
            work.notes.append(CUT_SHORT if work.finished else WRITER_TOO_SLOW)
        except WriterError as error:
            work.notes.append(f"The language model failed ({error}): answered from the articles' own words.")
            log.warning("the language model failed: %s", error)

    async def _answer(
        self, work: _Work, ledger: Ledger, pool: Sequence[Passage], plain: PlainPassages, watch: _Stopwatch
    ) -> Answer:
        answered = bool(work.statements)
        disagreements: tuple[Disagreement, ...] = ()
        remarks: tuple[str, ...] = ()
        unknown = UNKNOWN if answered or await self._run(self._library.count) else EMPTY
        if answered:
            try:
                with watch("verify"):
                    found = await self._run(work.mishaps.guarded, (), differences, work.spans, pool)
                exact = [_stored_difference(one, plain, pool) for one in found]
                disagreements = await self._run(work.mishaps.guarded, (), _disagreements, exact, ledger)
                remarks = await self._run(work.mishaps.guarded, (), ledger.remarks)
            except TimedOut:
                work.cut_short()
        return Answer(
            id=f"ans_{uuid.uuid4().hex}",
            question=work.question.text,
            answered=answered,
            mode=work.mode,
            model=work.model,
            text=with_markers(work.statements, disagreements) if answered else unknown,
            statements=tuple(work.statements),
            citations=ledger.citations,
            disagreements=disagreements,
            closest=() if answered else tuple(plain.stored(pool)[:CLOSEST]),
            notes=(*work.notes, *remarks),
            timings=watch.timings(),
            usage=work.usage,
            refused=work.refused,
            failed=work.mishaps.count,
        )


def restore(settings: Settings, file: Path, *, force: bool = False) -> None:
    """Put what a backup holds in the place of what the library of the settings holds; `force` where it is not empty.

    Services that use the library see it as they see an ingest. Raises ConfigError, LibraryError.
    """
    restore_library(settings.library, file, force=force)


class _Work:
    """What is known of an answer while it is being made."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.mishaps = Mishaps()
        self.notes: list[str] = []
        self.usage = Usage()
        self.refused = 0
        self.begin("extractive")

    def begin(self, mode: Literal["llm", "extractive"]) -> None:
        self.mode: Literal["llm", "extractive"] = mode
        self.model: str | None = None
        self.statements: list[Statement] = []
        self.spans: list[Span] = []
        self._drafted: set[str] = set()
        self.finished = False

    def checked(self, checker: Checker, draft: Draft, pool: Sequence[Passage]) -> Checked | Refused:
        """What the check makes of a draft; one that cannot be checked is refused."""
        failed: Checked | Refused = Refused(draft.text, "it could not be checked")
        return self.mishaps.guarded(failed, checker.check, draft, pool)

    def state(self, checked: Checked, spans: Iterable[Span], ledger: Ledger) -> Stated | None:
        """State what was checked; `spans` are its places in the plain passages. None where its sources fail us."""
        statement = self.mishaps.guarded(None, ledger.state, checked)
        if statement is None:
            return None
        self.statements.append(statement)
        self.spans += spans
        return Stated(statement, ledger.cited(statement.citations))

    def cut_short(self) -> None:
        """Say that the answer is what stood when the time was over."""
        if CUT_SHORT not in self.notes:
            self.notes.append(CUT_SHORT)

    def has_said(self, text: str) -> bool:
        """Whether a draft with these very words has come already."""
        bare = text.casefold().rstrip(".!? ")
        known = bare in self._drafted
        self._drafted.add(bare)
        return known

    def finish(self, written: Written | None, review: Review) -> None:
        """Take in what the model and the review of its sentences end with."""
        if written is not None:
            self.model, self.usage = written.model, self.usage + written.usage
            self.finished = written.declined or bool(self.statements)
            if written.cut:
                self.notes.append("The language model broke off: its last sentence was left out.")
        self.usage += review.usage
        self.refused += review.tally.quoted + review.tally.left_out
        if review.failure:
            self.notes.append(f"The second opinion failed ({review.failure}): the articles' own words stand instead.")
        if note := review.tally.note():
            self.notes.append(note)


class _Stopwatch:
    """Milliseconds by step; a step entered while another runs is taken off that one."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spent: dict[str, float] = {}
        self._running: list[str] = []

    @contextmanager
    def __call__(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        self._running.append(step)
        try:
            yield
        finally:
            self._running.remove(step)
            spent = (time.perf_counter() - began) * 1000
            self._spent[step] = self._spent.get(step, 0.0) + spent
            for outer in self._running:
                self._spent[outer] = self._spent.get(outer, 0.0) - spent

    def timings(self) -> Timings:
        total = (time.perf_counter() - self._began) * 1000
        return Timings(**{step: round(ms, 3) for step, ms in self._spent.items()}, total=round(total, 3))


def _unfolded(passages: Sequence[Passage]) -> list[Passage]:
    """The passages in order, then every reprint that was folded into one of them."""
    return [*passages, *(reprint for passage in passages for reprint in passage.reprints)]


def _plain_question(question: Question) -> Question:
    """The question and what was said before it, as they read."""
    history = tuple(replace(turn, content=plain_text(turn.content)) for turn in question.history)
    return replace(question, text=plain_text(question.text), history=history)


def _pool(passages: Sequence[Passage], snapshot: Snapshot, plain: PlainPassages) -> tuple[list[Passage], int, int]:
    """All that may be cited; how much of it a model is told, and how much was found for the question.

    The passages in order, the reprints folded into them, then the paragraph before each, for what it explains.
    """
    first, found = _evidence(passages, plain), _evidence(_unfolded(passages), plain)
    known = {(passage.source.id, passage.start) for passage in found}
    before = [_paragraph_before(passage, snapshot.article(passage.source.id)) for passage in found]
    new = [one for one in before if one is not None and (one.source.id, one.start) not in known]
    return found + _evidence(new, plain), len(first), len(found)


def _with_the_rest(found: Sequence[Passage], snapshot: Snapshot, plain: PlainPassages) -> list[Passage]:
    """The passages, then the other paragraphs of their articles, the best article first."""
    known = {(passage.source.id, passage.start) for passage in found}
    articles = (snapshot.article(article_id) for article_id in dict.fromkeys(one.source.id for one in found))
    rest = (
        Passage(article.source, one.number, one.start, one.end, article.text[one.start : one.end], 0.0)
        for article in articles
        for one in article.paragraphs
        if one.evidence and (article.id, one.start) not in known
    )
    return [*found, *_evidence(islice(rest, MOST_OF_THE_REST), plain)]


def _evidence(passages: Iterable[Passage], plain: PlainPassages) -> list[Passage]:
    """The passages as they read, without those that give orders to whoever answers."""
    return [passage for passage in plain.of(passages) if not is_addressed(passage.text)]


def _paragraph_before(passage: Passage, article: Article) -> Passage | None:
    earlier = [one for one in article.paragraphs if one.evidence and one.end <= passage.start]
    if not earlier:
        return None
    last = earlier[-1]
    return Passage(article.source, last.number, last.start, last.end, article.text[last.start : last.end], 0.0)


def _stored_difference(found: Difference, plain: PlainPassages, pool: Sequence[Passage]) -> Difference:
    """The difference, its places those of the stored articles."""
    tellings = (replace(one, spans=tuple(plain.exact(span, pool) for span in one.spans)) for one in found.tellings)
    return replace(found, tellings=tuple(tellings))


def _copies(passage: Passage) -> int:
    """How many other articles of its outlet have the passage's words."""
    own = {other.source.id for other in passage.reprints if other.source.outlet == passage.source.outlet}
    return len(own - {passage.source.id})


def _disagreements(found: Iterable[Difference], ledger: Ledger) -> tuple[Disagreement, ...]:
    return tuple(_disagreement(difference, ledger) for difference in found)


def _disagreement(difference: Difference, ledger: Ledger) -> Disagreement:
    versions = tuple(
        Version(without_markers(without_markup(telling.value)), ledger.numbers(telling.spans))
        for telling in difference.tellings
    )
    return Disagreement(without_markers(without_markup(difference.about)), difference.kind, versions)
