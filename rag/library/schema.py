"""The embedded library's tables, as numbered migrations. Only `embedded.py` calls it."""

from __future__ import annotations

import sqlite3

from rag.errors import LibraryError

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('generation', '0');
    CREATE TABLE articles (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, outlet TEXT, outlet_folded TEXT, url TEXT, published TEXT,
        text TEXT NOT NULL, fingerprint TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX articles_published ON articles (published);
    -- A vector belongs to the words it was made of: paragraphs with the same words share it.
    CREATE TABLE vectors (hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
    -- Keys are never used twice, and a paragraph never changes: so an older FAISS index is a part of a newer one.
    CREATE TABLE paragraphs (
        key INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL, number INTEGER NOT NULL,
        start INTEGER NOT NULL, end INTEGER NOT NULL, evidence INTEGER NOT NULL, hash BLOB
    );
    CREATE INDEX paragraphs_article ON paragraphs (article_id);
    CREATE INDEX paragraphs_hash ON paragraphs (hash);
    CREATE VIRTUAL TABLE words USING fts5 (
        text, title, outlet, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database to the newest schema. Raises LibraryError for one that a newer Byline has written."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise LibraryError("The library was written by a newer version of Byline: update Byline to open it.")
    while version < len(MIGRATIONS):
        connection.executescript(
            f"BEGIN IMMEDIATE; {MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;"
        )
        version += 1
