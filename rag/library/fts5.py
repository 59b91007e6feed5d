"""BM25 by FTS5 in an embedded library: over paragraphs with title and outlet, and over whole articles."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from rag.library import Scored
from rag.library.bm25 import RARE_MATCHES, split, words_of

TITLE_WEIGHT, OUTLET_WEIGHT = 1.0, 0.5  # in a paragraph's score; the text has weight 1
ARTICLE_TITLE_WEIGHT = 1.0  # in an article's score; the text has weight 1


def by_words(connection: sqlite3.Connection, query: str, k: int, allowed: np.ndarray | None) -> list[Scored]:
    """The k paragraphs with the best BM25 score of the query, of those `allowed`, (n,) bool by key (None: all)."""
    rare, common = _rare_and_common(connection, "words", query, k)
    if allowed is not None and np.count_nonzero(allowed) <= RARE_MATCHES:
        rare, common = (*rare, *common), ()
    best: dict[int, float] = {}
    for match in _matches(rare, common):
        best |= _by_bm25(connection, match, k, allowed)
    return [Scored(key, score) for key, score in sorted(best.items(), key=lambda one: (-one[1], one[0]))[:k]]


def articles_by_words(
    connection: sqlite3.Connection, query: str, k: int, allowed: np.ndarray | None
) -> list[tuple[str, float]]:
    """Ids and scores of the k articles with the best BM25 score, of those with a paragraph that is `allowed`."""
    rare, common = _rare_and_common(connection, "article_words", query, k)
    within, values = "", []
    if allowed is not None:
        within = "AND EXISTS (SELECT 1 FROM paragraphs p WHERE p.article = a.key AND substr(?, p.key + 1, 1) = x'01')"
        values = [allowed.tobytes()]
    best: dict[str, float] = {}
    for match in _matches(rare, common):
        best |= connection.execute(
            f"SELECT a.id, -bm25(article_words, {ARTICLE_TITLE_WEIGHT}, 1.0) FROM article_words "
            f"JOIN articles a ON a.key = article_words.rowid WHERE article_words MATCH ? {within} "
            "ORDER BY 2 DESC, a.id LIMIT ?",
            (match, *values, k),
        ).fetchall()
    return sorted(best.items(), key=lambda one: (-one[1], one[0]))[:k]


def _rare_and_common(
    connection: sqlite3.Connection, table: str, query: str, k: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The rare and the common ones of the query's words in the table, quoted so that none is an FTS5 operator."""
    words = [f'"{one}"' for one in words_of(query)]
    count = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"
    rare, common = split([connection.execute(count, (word,)).fetchone()[0] for word in words], k)
    return tuple(words[place] for place in rare), tuple(words[place] for place in common)


def _matches(rare: Sequence[str], common: Sequence[str]) -> Iterator[str]:
    """FTS5 expressions that match texts with a rare word: one scores the rare words, the other the common ones too.

    Texts with common words only are skipped: they are most of a large library, and never among the best.
    """
    if rare:
        yield " OR ".join(rare)
    if common:
        yield f"({' OR '.join(rare)}) AND ({' OR '.join(common)})"


def _by_bm25(
    connection: sqlite3.Connection, match: str, k: int, allowed: np.ndarray | None
) -> list[tuple[int, float]]:
    within, values = "", []
    if allowed is not None:
        within, values = "AND substr(?, rowid + 1, 1) = x'01'", [allowed.tobytes()]
    return connection.execute(
        f"SELECT rowid, -bm25(words, 1.0, {TITLE_WEIGHT}, {OUTLET_WEIGHT}) FROM words "
        f"WHERE words MATCH ? {within} ORDER BY 2 DESC, rowid LIMIT ?",
        (match, *values, k),
    ).fetchall()
