"""Detects damaged articles and paragraphs by their hashes.

SQLite detects a broken structure, but no changed letter. So every text that is read to be shown is hashed again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from rag.articles import Article, Paragraph, Source
from rag.library.batches import hash_of

SOURCE = "a.id, a.title, a.outlet, a.url, a.published"  # the columns that `source_of` reads
PARAGRAPHS = "SELECT number, start, end, vector IS NOT NULL FROM paragraphs WHERE article = ? ORDER BY number"


class Damaged(sqlite3.DatabaseError):
    """What was read is not what was written. The store reports it as it reports damage found by SQLite."""


def source_of(row: Sequence[object]) -> Source:
    """Reads a source from a row that begins with the columns of `SOURCE`. Raises Damaged."""
    if not all(isinstance(one, str) for one in row[:2]) or not all(isinstance(one, str | None) for one in row[2:5]):
        raise Damaged("an article's metadata have the wrong type")
    try:
        day = date.fromisoformat(str(row[4])) if row[4] else None
    except ValueError:
        raise Damaged("a publication date is not a date") from None
    outlet, url = (None if one is None else str(one) for one in row[2:4])
    return Source(str(row[0]), str(row[1]), outlet, url, day)


def read_article(connection: sqlite3.Connection, article_id: str) -> Article | None:
    """Reads the article with that id. Raises Damaged where it does not match its hash."""
    row = connection.execute(
        f"SELECT {SOURCE}, a.text, a.key, a.fingerprint FROM articles a WHERE a.id = ?", (article_id,)
    ).fetchone()
    if row is None:
        return None
    paragraphs = connection.execute(PARAGRAPHS, (row[6],)).fetchall()
    article = Article(
        source_of(row), row[5], tuple(Paragraph(n, start, end, bool(is_)) for n, start, end, is_ in paragraphs)
    )
    if article.id != article_id or article.fingerprint != row[7]:
        raise Damaged(f"the article {article_id!r} does not match its hash")
    return article


def find_damage(connection: sqlite3.Connection) -> str | None:
    """Reads a whole library; returns a short description of the first damage, None for a sound one."""
    try:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            return str(found).splitlines()[0]
        for (article_id,) in connection.execute("SELECT id FROM articles ORDER BY key").fetchall():
            if read_article(connection, article_id) is None:
                return f"the article {article_id!r} is missing from an index"
        rows = connection.execute(
            "SELECT w.text, v.hash FROM paragraphs p LEFT JOIN words w ON w.rowid = p.key "
            "LEFT JOIN vectors v ON v.key = p.vector WHERE p.vector IS NOT NULL"
        )
        if not all(isinstance(words, str) and hash_of(words) == known for words, known in rows):
            return "a paragraph does not match its hash"
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        return without_content(error)
    return None


def without_content(error: Exception) -> str:
    """An error's message without any text of an article."""
    return "text is not UTF-8" if "UTF-8" in str(error) or isinstance(error, UnicodeError) else str(error)
