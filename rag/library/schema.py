"""The embedded library's tables, as numbered migrations."""

from __future__ import annotations

import sqlite3

from rag.errors import LibraryError

TOKENIZE = "porter unicode61 remove_diacritics 2"  # as in the migrations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    -- Every change has a number and a token of its own: the token tells a copy that was restored and went on from
    -- there apart from the library that it was copied from, though their numbers are the same.
    CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL);
    CREATE TABLE articles (
        key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, outlet TEXT, outlet_folded TEXT,
        url TEXT, published TEXT, fingerprint TEXT NOT NULL, text TEXT NOT NULL
    );
    CREATE INDEX articles_published ON articles (published);
    -- A vector belongs to the words it was made of: paragraphs with the same words share it.
    CREATE TABLE vectors (key INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, vector BLOB NOT NULL);
    -- A paragraph's key is never used twice, and what it names never changes: so an older FAISS index is mended by
    -- adding what it lacks and removing what is gone. `vector` is null where the paragraph is no evidence.
    CREATE TABLE paragraphs (
        key INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL, number INTEGER NOT NULL,
        start INTEGER NOT NULL, end INTEGER NOT NULL, vector INTEGER
    );
    CREATE INDEX paragraphs_article ON paragraphs (article, vector);
    CREATE INDEX paragraphs_vector ON paragraphs (vector) WHERE vector IS NOT NULL;
    CREATE VIRTUAL TABLE words USING fts5 (
        text, title, outlet, tokenize = 'porter unicode61 remove_diacritics 2'
    );
    """,
    # BM25 over whole articles. The index keeps no text of its own, and triggers keep it in step with `articles`.
    """
    CREATE VIRTUAL TABLE article_words USING fts5 (
        title, text, content = 'articles', content_rowid = 'key', tokenize = 'porter unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER articles_inserted AFTER INSERT ON articles BEGIN
        INSERT INTO article_words (rowid, title, text) VALUES (new.key, new.title, new.text);
    END;
    CREATE TRIGGER articles_deleted AFTER DELETE ON articles BEGIN
        INSERT INTO article_words (article_words, rowid, title, text) VALUES ('delete', old.key, old.title, old.text);
    END;
    INSERT INTO article_words (article_words) VALUES ('rebuild');
    """,
    # A trigger records deleted paragraphs, so that caches can drop them.
    """
    CREATE TABLE gone (number INTEGER PRIMARY KEY AUTOINCREMENT, key INTEGER NOT NULL);
    CREATE TRIGGER paragraphs_gone AFTER DELETE ON paragraphs WHEN old.vector IS NOT NULL
    BEGIN INSERT INTO gone (key) VALUES (old.key); END;
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Brings a database to the newest schema. Raises LibraryError for one written by a newer Byline."""
    while (version := _version(connection)) != len(MIGRATIONS):
        require_known(connection)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection) == version:  # no other process was faster
                for statement in _statements(MIGRATIONS[version]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


def require_known(connection: sqlite3.Connection) -> None:
    """Raises LibraryError where a newer Byline has migrated the database, even while this one has it open."""
    if _version(connection) > len(MIGRATIONS):
        raise LibraryError("The library was written by a newer version of Byline: update Byline to open it.")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> list[str]:
    """Splits a script into statements: `executescript` would commit the transaction."""
    statements, begun = [], ""
    for line in script.splitlines(keepends=True):
        begun += line
        if sqlite3.complete_statement(begun):
            statements.append(begun)
            begun = ""
    return statements
