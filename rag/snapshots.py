"""A snapshot of the articles that one answer rests on, as they stood when they were found.

Articles are removed and updated while questions are answered. What an answer reads, it reads once; a passage whose
article changed between the search and that moment is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.articles import Article, Passage


class Snapshot:
    """Articles, each read once. `read` gives the article of an id, or None where there is none (any more)."""

    def __init__(self, read: Callable[[str], Article | None]) -> None:
        self._read = read
        self._articles: dict[str, Article | None] = {}

    def article(self, article_id: str) -> Article:
        """The article of a passage that was kept."""
        article = self._article(article_id)
        assert article is not None, "only passages whose article was read are kept"
        return article

    def kept(self, passages: Iterable[Passage]) -> tuple[Passage, ...]:
        """The passages whose article is there with these very words; a reprint may stand in for one that is not."""
        return tuple(one for passage in passages if (one := self._whole(passage)) is not None)

    def _whole(self, passage: Passage) -> Passage | None:
        reprints = tuple(other for other in passage.reprints if self._stands(other))
        if self._stands(passage):
            return replace(passage, reprints=reprints) if len(reprints) < len(passage.reprints) else passage
        return replace(reprints[0], score=passage.score, reprints=reprints[1:]) if reprints else None

    def _stands(self, passage: Passage) -> bool:
        article = self._article(passage.source.id)
        return article is not None and article.text[passage.start : passage.end] == passage.text

    def _article(self, article_id: str) -> Article | None:
        if article_id not in self._articles:
            self._articles[article_id] = self._read(article_id)
        return self._articles[article_id]
