"""The desk as the service offers it: work in a bounded pool, and no more than it can do. Routes and chats call it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from datetime import date
from typing import Self

from rag.articles import Answer, Article, Filters, IngestReport, Passage, Question, Rejected, Source
from rag.desk import Desk, Found, Stated
from rag.settings import Settings
from rag.tracing import Match
from service.pool import Pool


class Gateway:
    """What a request may ask for. Whatever waits for the pool raises Busy when too much waits already."""

    def __init__(self, desk: Desk, pool: Pool) -> None:
        self._desk = desk
        self._pool = pool

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The gateway that the settings describe. Raises ConfigError, LibraryError."""
        pool = Pool(settings.max_waiting)
        return cls(Desk.open(settings, run=pool.run), pool)

    def close(self) -> None:
        """Let running work end, then close the desk."""
        self._pool.close()
        self._desk.close()

    async def warm_up(self) -> None:
        """Load the embedding model and the index, so that the first question does not wait for them."""
        await self._pool.run(self._desk.warm_up)

    async def ask(self, question: Question) -> Answer:
        """The question's cited answer. Raises Busy."""
        async for event in self.stream(question):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream of events ends with the answer")

    async def stream(self, question: Question) -> AsyncGenerator[Found | Stated | Answer]:
        """The passages, each statement as soon as it is checked, the answer. Raises Busy before the first event."""
        with self._pool.place():
            async with aclosing(self._desk.stream(question)) as events:
                async for event in events:
                    yield event

    async def search(self, query: str, k: int, filters: Filters, as_of: date | None) -> tuple[Passage, ...]:
        """The `k` passages that best fit the query. Raises Busy."""
        with self._pool.place():
            found: tuple[Passage, ...] = await self._pool.run(self._desk.search, query, k, filters, as_of)
        return found

    async def trace(self, excerpt: str) -> tuple[Match, ...]:
        """The articles that an excerpt is from. Raises Busy."""
        with self._pool.place():
            matches: tuple[Match, ...] = await self._pool.run(self._desk.trace, excerpt)
        return matches

    async def ingest(self, items: Iterable[Article | Rejected]) -> IngestReport:
        """Take articles in. Raises Busy."""
        with self._pool.place():
            report: IngestReport = await self._pool.run(self._desk.ingest, items)
        return report

    async def articles(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        """One page of the articles, and the next page's cursor."""
        page: tuple[tuple[Source, ...], str | None] = await self._pool.run(self._desk.articles, cursor, limit)
        return page

    async def article(self, article_id: str) -> Article:
        """The article of that id. Raises NotFound."""
        article: Article = await self._pool.run(self._desk.article, article_id)
        return article

    async def remove(self, article_id: str) -> None:
        """Take an article out. Raises NotFound."""
        await self._pool.run(self._desk.remove, article_id)

    async def count(self) -> int:
        """How many articles there are."""
        count: int = await self._pool.run(self._desk.count)
        return count
