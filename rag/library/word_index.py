"""Postings of a large library's paragraphs and articles, taken from its FTS5 tables: BM25 without asking SQLite.

FTS5 looks up the length of every text that it scores, one by one; postings hold them in an array. What has changed
since the file was written is tokenized anew, by FTS5 in memory, so that both have the same terms.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.library.cache_files import CacheFiles
from rag.library.caches import Cache, Reading, Snapshot, Write
from rag.library.changes import State
from rag.library.filtering import Keys
from rag.library.postings import Postings, Term, best, collected, joined, opened, write
from rag.library.tokenizing import tokenizing, tokens
from rag.library.words import OUTLET_WEIGHT, RARE_MATCHES, split, words_of

FROM = 20_000  # paragraphs; for fewer FTS5 takes a few milliseconds, and needs no file
MENDED_AT_ONCE = 20_000  # paragraphs, of which that takes about a second; beyond it FTS5 is asked meanwhile

_HALVES = f"CASE col WHEN 'outlet' THEN {int(2 * OUTLET_WEIGHT)} ELSE 2 END"
_VOCABULARY = f"SELECT term, group_concat(4 * doc + {_HALVES}) FROM temp.vocabulary GROUP BY term"


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of words, the SQL of its new rows, and whether its rows are articles, and not paragraphs.

    An article has the key of its first evidence paragraph, since keys of articles are used again.
    """

    table: str
    columns: str
    new: str
    of_articles: bool


PARAGRAPHS = Kind(
    "words", "text, title, outlet", "SELECT rowid, text, title, outlet FROM words WHERE rowid > ?", of_articles=False
)
ARTICLES = Kind(
    "article_words",
    "title, text",
    "SELECT min(p.key), a.title, a.text FROM paragraphs p JOIN articles a ON a.key = p.article "
    "WHERE p.key > ? AND p.vector IS NOT NULL GROUP BY p.article ORDER BY 1",
    of_articles=True,
)


class WordIndex(Cache[Postings]):
    """BM25 over paragraphs or articles by their words. Searches run in parallel."""

    def __init__(self, folder: Path, reading: Reading, kind: Kind) -> None:
        super().__init__(CacheFiles(folder, kind.table, ".postings"), reading)
        self._kind = kind

    def current(self) -> Snapshot[Postings] | None:
        """The postings of the library as it now stands; None where FTS5 is to be asked instead."""
        return self._now()

    def _is_wanted(self, state: State) -> bool:
        return state.last_key - state.last_gone >= FROM

    def _can_mend(self, known: Snapshot[Postings], state: State) -> bool:
        return known.saved is not None and state.last_key - known.state.last_key <= MENDED_AT_ONCE

    def _open(self, file: Path) -> Postings:
        return opened(file)

    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterator[Postings]:
        rows = connection.execute(self._kind.new, (after,)).fetchall()
        if rows:
            with closing(tokenizing(self._kind.columns)) as scratch:
                marks = ", ".join("?" * len(rows[0]))
                scratch.executemany(f"INSERT INTO words (rowid, {self._kind.columns}) VALUES ({marks})", rows)
                yield collected(_listed(scratch), rows[0][0], rows[-1][0])

    def _joined(self, one: Postings, other: Postings) -> Postings:
        return joined(one, other)

    def _whole(self, connection: sqlite3.Connection, before: Snapshot[Postings]) -> Write:
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, {self._kind.table}, instance)"
        )
        try:
            last = connection.execute("SELECT max(key) FROM paragraphs").fetchone()[0] or 0
            keys = _first_paragraphs(connection) if self._kind.of_articles else None
            made = collected(_listed(connection, keys), 0, last)
        finally:
            connection.execute("DROP TABLE temp.vocabulary")
        return lambda place: write(made, place)


def by_postings(snapshot: Snapshot[Postings], query: str, k: int, allowed: Keys | None) -> list[tuple[int, float]]:
    """Keys and scores of the k texts that the query's words fit best."""
    words = [_terms(word) for word in words_of(query)]
    few = allowed is not None and len(allowed) <= RARE_MATCHES
    return best(
        snapshot.parts,
        words,
        k,
        snapshot.chosen(allowed),
        lambda numbers: (range(len(numbers)), ()) if few else split(numbers, k),
    )


def _listed(connection: sqlite3.Connection, keys: np.ndarray | None = None) -> Iterator[Term]:
    """Every term of the vocabulary with the keys of its places and what each weighs in halves.

    `keys` (n,) int64 tells for each row the key to take, 0 for none. One string for each term is several times
    quicker to take over than as many rows.
    """
    for name, told in connection.execute(_VOCABULARY):
        places = np.fromstring(told, np.int64, sep=",")
        rows, halves = places >> 2, places & 3
        if keys is not None:
            rows = keys[rows]
            order = np.argsort(rows, kind="stable")
            order = order[rows[order] > 0]
            rows, halves = rows[order], halves[order]
        yield name.encode(), rows, halves


def _first_paragraphs(connection: sqlite3.Connection) -> np.ndarray:
    """(n,) int64: for each key of an article that of its first evidence paragraph, 0 where it has none."""
    rows = connection.execute(
        "SELECT article, min(key) FROM paragraphs WHERE vector IS NOT NULL GROUP BY article"
    ).fetchall()
    last = connection.execute("SELECT max(key) FROM articles").fetchone()[0] or 0
    keys = np.zeros(last + 1, np.int64)
    for article, key in rows:
        keys[article] = key
    return keys


@lru_cache(maxsize=4096)
def _terms(word: str) -> tuple[bytes, ...]:
    """The terms that FTS5 makes of a word; several where it has marks inside."""
    (found,) = tokens([word])
    return tuple(dict.fromkeys(term.encode() for term in found))
