"""Reads and writes articles, paragraphs and vectors as rows of an embedded library."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from rag.articles import Article
from rag.library.batches import folded, hash_of


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
