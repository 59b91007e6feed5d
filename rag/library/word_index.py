"""BM25 for large libraries, without SQLite: postings of paragraphs and articles, built from the FTS5 tables.

FTS5 looks up the length of every text that it scores, one by one; postings hold them in an array. Changes since the
file was written are tokenized by FTS5 in memory, so that both have the same terms.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.library.bm25 import RARE_MATCHES, split, tokenizing, tokens, words_of
from rag.library.cache_files import CacheFiles
from rag.library.changes import State
from rag.library.derived_index import DerivedIndex, Reading, Snapshot, Write
from rag.library.fts5 import OUTLET_WEIGHT
from rag.library.postings import Postings, Term, best_texts, build, join, open_file, write_file

FROM = 20_000  # paragraphs; for fewer, FTS5 takes a few milliseconds and needs no file
UPDATED_AT_ONCE = 20_000  # paragraphs, which takes about a second; for more, FTS5 is used until the file is written

_HALVES = f"CASE col WHEN 'outlet' THEN {int(2 * OUTLET_WEIGHT)} ELSE 2 END"
_VOCABULARY = f"SELECT term, group_concat(4 * doc + {_HALVES}) FROM temp.vocabulary GROUP BY term"


@dataclass(frozen=True, slots=True)
class Kind:
    """An FTS5 table, the SQL of its new rows, and whether its rows are articles or paragraphs.

    An article gets the key of its first evidence paragraph, since keys of articles are reused.
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


class WordIndex(DerivedIndex[Postings]):
    """Postings of paragraphs or articles. Searches run in parallel."""

    def __init__(self, folder: Path, reading: Reading, kind: Kind) -> None:
        super().__init__(CacheFiles(folder, kind.table, ".postings"), reading)
        self._kind = kind

    def _is_wanted(self, state: State) -> bool:
        return state.last_key - state.last_gone >= FROM

    def _can_update(self, known: Snapshot[Postings], state: State) -> bool:
        return known.saved is not None and state.last_key - known.state.last_key <= UPDATED_AT_ONCE

    def _open(self, file: Path) -> Postings:
        return open_file(file)

    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterator[Postings]:
        rows = connection.execute(self._kind.new, (after,)).fetchall()
        if rows:
            with closing(tokenizing(self._kind.columns)) as scratch:
                marks = ", ".join("?" * len(rows[0]))
                scratch.executemany(f"INSERT INTO words (rowid, {self._kind.columns}) VALUES ({marks})", rows)
                yield build(_listed(scratch), rows[0][0], rows[-1][0])

    def _joined(self, one: Postings, other: Postings) -> Postings:
        return join(one, other)

    def _build(self, connection: sqlite3.Connection, before: Snapshot[Postings]) -> Write:
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, {self._kind.table}, instance)"
        )
        try:
            last = connection.execute("SELECT max(key) FROM paragraphs").fetchone()[0] or 0
            keys = _first_paragraphs(connection) if self._kind.of_articles else None
            made = build(_listed(connection, keys), 0, last)
        finally:
            connection.execute("DROP TABLE temp.vocabulary")
        return lambda place: write_file(made, place)


def by_postings(
    snapshot: Snapshot[Postings], query: str, k: int, allowed: np.ndarray | None
) -> list[tuple[int, float]]:
    """Keys and scores of the k texts with the best BM25 score of the query."""
    words = [_terms(word) for word in words_of(query)]
    few = allowed is not None and np.count_nonzero(allowed) <= RARE_MATCHES
    return best_texts(
        snapshot.parts,
        words,
        k,
        snapshot.chosen(allowed),
        lambda numbers: (range(len(numbers)), ()) if few else split(numbers, k),
    )


def _listed(connection: sqlite3.Connection, keys: np.ndarray | None = None) -> Iterator[Term]:
    """Reads every term of the vocabulary, with the keys of its occurrences and their weights in halves.

    `keys` (n,) int64 maps rows to keys, 0 for none. One string per term is several times faster to fetch than one row
    per occurrence.
    """
    for name, packed in connection.execute(_VOCABULARY):
        places = np.fromstring(packed, np.int64, sep=",")
        rows, halves = places >> 2, places & 3
        if keys is not None:
            rows = keys[rows]
            order = np.argsort(rows, kind="stable")
            order = order[rows[order] > 0]
            rows, halves = rows[order], halves[order]
        yield name.encode(), rows, halves


def _first_paragraphs(connection: sqlite3.Connection) -> np.ndarray:
    """(n,) int64: for each article's key that of its first evidence paragraph, 0 where it has none."""
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
