"""Tokenizes texts as an embedded library does: by FTS5 itself, in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from rag.library.schema import TOKENIZE


def tokens(texts: Sequence[str]) -> list[list[str]]:
    """The terms of each text, in order: lower case, without accents, stemmed."""
    found: list[list[str]] = [[] for _ in texts]
    with closing(tokenizing("text")) as scratch:
        scratch.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", enumerate(texts))
        for text, term in scratch.execute("SELECT doc, term FROM temp.vocabulary ORDER BY doc, offset"):
            found[text].append(term)
    return found


def tokenizing(columns: str) -> sqlite3.Connection:
    """Creates an empty FTS5 table, `words`, with its vocabulary, in memory."""
    scratch = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    scratch.execute(f"CREATE VIRTUAL TABLE words USING fts5 ({columns}, tokenize = '{TOKENIZE}')")
    scratch.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, words, instance)")
    return scratch
