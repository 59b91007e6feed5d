"""Finds damage: articles and paragraphs carry hashes of their words.

SQLite tells a broken structure, not a changed letter. So whatever is read to be shown is hashed again.
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
    """Something that was read is not what was written. The store tells it as it tells SQLite's own findings."""


def source_of(row: Sequence[object]) -> Source:
    """The source in a row that begins with the columns of `SOURCE`. Raises Damaged."""
    if not all(isinstance(one, str) for one in row[:2]) or not all(isinstance(one, str | None) for one in row[2:5]):
        raise Damaged("a source is of another type")
    try:
        day = date.fromisoformat(str(row[4])) if row[4] else None
    except ValueError:
        raise Damaged("a day of publication is no day") from None
    outlet, url = (None if one is None else str(one) for one in row[2:4])
    return Source(str(row[0]), str(row[1]), outlet, url, day)


def read_article(connection: sqlite3.Connection, article_id: str) -> Article | None:
    """The article of that id as it was taken in. Raises Damaged where it is not."""
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
        raise Damaged(f"the article {article_id!r} is not as it was taken in")
    return article


def find_damage(connection: sqlite3.Connection) -> str | None:
    """What is wrong with a whole library, in a few words; None for one that is sound. Reads all of it."""
    try:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            return str(found).splitlines()[0]
        for (article_id,) in connection.execute("SELECT id FROM articles ORDER BY key").fetchall():
            if read_article(connection, article_id) is None:
                return f"the article {article_id!r} is in no index"
        rows = connection.execute(
            "SELECT w.text, v.hash FROM paragraphs p LEFT JOIN words w ON w.rowid = p.key "
            "LEFT JOIN vectors v ON v.key = p.vector WHERE p.vector IS NOT NULL"
        )
        if not all(isinstance(words, str) and hash_of(words) == known for words, known in rows):
            return "a paragraph is not as it was taken in"
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        return without_content(error)
    return None


def without_content(error: Exception) -> str:
    """An error's message without what it quotes from an article."""
    return "text that is no UTF-8" if "UTF-8" in str(error) or isinstance(error, UnicodeError) else str(error)
