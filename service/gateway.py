"""The desk behind bounded queues, a cache of answers and metrics, as the service uses it.

There are two pools, so that neither delays the other: one for work of this machine's processor, and one for questions
to a language model, many of which may wait for it at once.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from datetime import date
from typing import Any, Self

from rag.articles import Answer, Article, Filters, IngestReport, Passage, Question, Rejected, Source
from rag.deadlines import Deadline
from rag.desk import CUT_SHORT, Desk
from rag.errors import Busy, LibraryError
from rag.settings import Settings
from rag.tracing import Match
from service.cache import Answers, Asked, Event, as_new_answer, asked_of
from service.metrics import Metrics
from service.pool import Pool
from service.spans import Spans

AHEAD = 100  # earlier requests that a search or a trace, which is short, may overtake

Run = Callable[..., Awaitable[Any]]


class Gateway:
    """Everything that a request can do. Methods raise Busy when too many requests are waiting.

    `llm_pool` is for questions to a language model; None where none is configured.
    """

    def __init__(
        self,
        desk: Desk,
        pool: Pool,
        llm_pool: Pool | None = None,
        cached_answers: int = 0,
        answer_timeout_s: float | None = None,
    ) -> None:
        self._desk = desk
        self._pool = pool
        self._llm_pool = llm_pool
        self._answer_timeout_s = answer_timeout_s
        self._answers = Answers(cached_answers)
        self._held_articles = False
        self.metrics = Metrics()
        self.spans = Spans()
        self.closing = False
        self.metrics.pool("searching", lambda: pool.under_way, pool.most)
        if llm_pool:
            self.metrics.pool("llm", lambda: llm_pool.under_way, llm_pool.most)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Opens a gateway as configured. Raises ConfigError, LibraryError."""
        pool = Pool(settings.max_waiting)
        # Half as many threads, so that many such questions leave the processor free for searches.
        llm_pool = Pool(settings.max_llm_questions, max(1, pool.threads // 2)) if settings.model else None
        desk = Desk.open(settings, run=pool.run)
        return cls(desk, pool, llm_pool, settings.cached_answers, settings.answer_timeout_s)

    def close(self) -> None:
        """Waits for running work, then closes the desk."""
        self._pool.close()
        if self._llm_pool:
            self._llm_pool.close()
        self._desk.close()

    async def warm_up(self) -> None:
        """Loads models and indexes, so that no question waits for them."""
        await self._pool.run(self._desk.warm_up)
        await self._pool.run(_freeze_loaded_objects)

    async def check(self) -> int:
        """How many articles can be searched now. Raises LibraryError, also where the library's files have vanished.

        Runs in a thread of its own, so that readiness does not depend on the queues.
        """
        return await asyncio.to_thread(self._checked)

    def _checked(self) -> int:
        self._desk.library.check()
        generation, _ = self._desk.library.generation()
        if self._held_articles and not generation:
            raise LibraryError("The library's files have vanished: restore them, or restart the service.")
        self._held_articles = self._held_articles or generation > 0
        count = self._desk.library.count()
        self.metrics.library(count, generation)
        return count

    # -- questions ----------------------------------------------------------------------------------

    async def ask(self, question: Question, *, fresh: bool = False) -> Answer:
        """Answers a question with citations; `fresh` bypasses the cache. Raises Busy, TimedOut."""
        async with aclosing(self.stream(question, fresh=fresh)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
        raise AssertionError("a stream of events ends with the answer")

    async def stream(self, question: Question, *, fresh: bool = False) -> AsyncGenerator[Event]:
        """Yields the passages, each checked statement, and the answer.

        Raises Busy before the first event; TimedOut where the deadline passes before the first statement.
        """
        deadline = Deadline(self._answer_timeout_s)
        pool = self._llm_pool if self._llm_pool and question.mode != "extractive" else self._pool
        with self._place(pool) as run:
            events = made = self._desk.running(run).stream(question, deadline)
            if self._answers.most:
                generation = await deadline.within(run(self._desk.library.generation))
                asked = asked_of(question, generation)
                events = self._cached_or_made(
                    question, asked, made, deadline, fresh=fresh, by_model=pool is self._llm_pool
                )
            async with aclosing(made), aclosing(events):
                async for event in events:
                    if isinstance(event, Answer):
                        self.metrics.answered(event)
                        self.spans.answered(event)
                    yield event

    async def _cached_or_made(
        self,
        question: Question,
        asked: Asked,
        events: AsyncGenerator[Event],
        deadline: Deadline,
        *,
        fresh: bool,
        by_model: bool,
    ) -> AsyncGenerator[Event]:
        began = time.perf_counter()
        kept = None if fresh else await deadline.within(self._answers.find(asked))
        self.metrics.cache_lookup(found=kept is not None)
        for event in kept or ():
            yield as_new_answer(event, question, (time.perf_counter() - began) * 1000)
        if kept is not None:
            return
        made: list[Event] = []
        with self._answers.in_progress(asked) as shared:
            async for event in events:
                made.append(event)
                if isinstance(event, Answer) and _is_complete(event):
                    if not by_model:  # a model may answer better next time
                        self._answers.keep(asked, made)
                    if not by_model or event.mode == "llm":
                        shared += made
                yield event

    async def search(self, query: str, k: int, filters: Filters, as_of: date | None) -> tuple[Passage, ...]:
        """The `k` passages that match the query best. Raises Busy, TimedOut."""
        with self._place(self._pool, AHEAD) as run:
            work = run(self._desk.search, query, k, filters, as_of)
            found: tuple[Passage, ...] = await Deadline(self._answer_timeout_s).within(work)
        return found

    async def trace(self, excerpt: str) -> tuple[Match, ...]:
        """The articles that an excerpt is from. Raises Busy."""
        with self._place(self._pool, AHEAD) as run:
            work = run(self._desk.trace, excerpt)
            matches: tuple[Match, ...] = await Deadline(self._answer_timeout_s).within(work)
        return matches

    @contextmanager
    def _place(self, pool: Pool, ahead: int = 0) -> Iterator[Run]:
        with ExitStack() as stack:
            try:
                run = stack.enter_context(pool.place(ahead))
            except Busy:
                self.metrics.refused("busy")
                raise
            yield run

    # -- articles -----------------------------------------------------------------------------------

    async def ingest(self, items: Iterable[Article | Rejected]) -> IngestReport:
        """Adds or updates articles. Raises Busy."""
        with self._place(self._pool) as run:
            report: IngestReport = await run(self._desk.ingest, items)
        return report

    async def articles(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        """A page of articles, and the next page's cursor."""
        page: tuple[tuple[Source, ...], str | None] = await self._pool.run(self._desk.library.page, cursor, limit)
        return page

    async def article(self, article_id: str) -> Article:
        """The article with that id. Raises NotFound."""
        article: Article = await self._pool.run(self._desk.article, article_id)
        return article

    async def remove(self, article_id: str) -> None:
        """Removes an article. Raises NotFound."""
        await self._pool.run(self._desk.remove, article_id)

    async def count(self) -> int:
        """The number of articles."""
        count: int = await self._pool.run(self._desk.library.count)
        return count


def _freeze_loaded_objects() -> None:
    """Freezes loaded objects: a full collection over them would pause all threads for up to a second."""
    gc.collect()
    gc.freeze()


def _is_complete(answer: Answer) -> bool:
    """Whether no step of the answer crashed or was cut short."""
    return not answer.failed and CUT_SHORT not in answer.notes
