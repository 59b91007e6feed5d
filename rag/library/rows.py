"""Reads and writes articles, paragraphs and vectors as rows of an embedded library, and detects damaged ones.

SQLite detects a broken structure, but no changed letter. So every text that is read to be shown is hashed again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date

from rag.articles import Article, Paragraph, Source
from rag.library.batches import folded, hash_of

SOURCE = "a.id, a.title, a.outlet, a.url, a.published"  # the columns that `source_of` reads
PARAGRAPHS = "SELECT number, start, end, vector IS NOT NULL FROM paragraphs WHERE article = ? ORDER BY number"


def changed_of(connection: sqlite3.Connection, articles: Sequence[Article]) -> tuple[list[Article], int]:
    """The articles that are new or changed, and how many of these are changed."""
    known = dict(
        connection.execute(
            "SELECT id, fingerprint FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([one.id for one in articles]),),
        )
    )
    changed = [one for one in articles if known.get(one.id) != one.fingerprint]
    return changed, sum(one.id in known for one in changed)


def missing_vectors(connection: sqlite3.Connection, hashes: Iterable[bytes]) -> set[bytes]:
    """Those of the hashes that have no vector yet."""
    find = "SELECT 1 FROM vectors WHERE hash = ?"
    return {one for one in hashes if connection.execute(find, (one,)).fetchone() is None}


def words_of(connection: sqlite3.Connection, vectors: Iterable[int]) -> dict[int, str]:
    """The paragraph text of each vector; deleted ones are left out."""
    return dict(
        connection.execute(
            "SELECT p.vector, w.text FROM paragraphs p JOIN words w ON w.rowid = p.key "
            "WHERE p.vector IN (SELECT value FROM json_each(?)) GROUP BY p.vector",
            (json.dumps(list(vectors)),),
        )
    )


def insert(connection: sqlite3.Connection, article: Article) -> None:
    source = article.source
    outlet = None if source.outlet is None else folded(source.outlet)
    published = source.published.isoformat() if source.published else None
    key = connection.execute(
        "INSERT INTO articles (id, title, outlet, outlet_folded, url, published, fingerprint, text) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (source.id, source.title, source.outlet, outlet, source.url, published, article.fingerprint, article.text),
    ).lastrowid
    for one in article.paragraphs:
        words = article.text[one.start : one.end]
        paragraph = connection.execute(
            "INSERT INTO paragraphs (article, number, start, end, vector) "
            "VALUES (?, ?, ?, ?, (SELECT key FROM vectors WHERE hash = ?))",
            (key, one.number, one.start, one.end, hash_of(words) if one.evidence else None),
        ).lastrowid
        if one.evidence:
            connection.execute(
                "INSERT INTO words (rowid, text, title, outlet) VALUES (?, ?, ?, ?)",
                (paragraph, words, source.title, source.outlet or ""),
            )


def delete(connection: sqlite3.Connection, article_id: str) -> list[int] | None:
    """Deletes an article; returns the keys of its paragraphs' vectors, None where there is no such article."""
    found = connection.execute("SELECT key FROM articles WHERE id = ?", (article_id,)).fetchone()
    if found is None:
        return None
    rows = connection.execute(
        "SELECT key, vector FROM paragraphs WHERE article = ? AND vector IS NOT NULL", found
    ).fetchall()
    connection.executemany("DELETE FROM words WHERE rowid = ?", [(key,) for key, _ in rows])
    connection.execute("DELETE FROM paragraphs WHERE article = ?", found)
    connection.execute("DELETE FROM articles WHERE key = ?", found)
    return [vector for _, vector in rows]


def forget(connection: sqlite3.Connection, vectors: Iterable[int]) -> None:
    """Deletes those of the vectors that no paragraph uses any longer."""
    connection.executemany(
        "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM paragraphs WHERE vector = ?1)",
        [(key,) for key in vectors],
    )


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
