"""Reads a whole library in Milvus and holds every article against the edition that its row names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rag.articles import Article
from rag.errors import LibraryError
from rag.library import Library
from rag.library.milvus.collections import edition_of

AT_ONCE = 200  # articles


def verify(library: Library, stored: Callable[[Sequence[Article]], Mapping[str, tuple[str, str]]]) -> None:
    """Raises LibraryError at the first article that is not as it was taken in; `stored` tells editions by id."""
    cursor: str | None = None
    while True:
        sources, cursor = library.page(cursor, AT_ONCE)
        articles = [article for source in sources if (article := library.get(source.id)) is not None]
        editions = stored(articles)
        for article in articles:
            if editions.get(article.id, ("", ""))[0] != edition_of(article):
                raise LibraryError(f"The article {article.id!r} is damaged: remove it and add it again.")
        if cursor is None:
            return
