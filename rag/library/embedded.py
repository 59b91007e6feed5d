"""The embedded library: one SQLite file, and search indexes derived from it.

Articles, paragraphs, words and vectors change in one transaction, so that a crash loses nothing acknowledged. Several
processes may read and write at once, and see each other's changes.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rag.articles import Article, IngestReport, Passage, Rejected, Source, normalize
from rag.embedding import Embedder
from rag.errors import WrongModel
from rag.library import EVERYTHING, Generation, Key, Scope, Scored
from rag.library.backups import back_up
from rag.library.batches import LARGEST_BATCH, decoded_cursor, encoded_cursor, evidence, hash_of, take_in
from rag.library.filtering import ParagraphFilter
from rag.library.fts5 import articles_by_words, by_words
from rag.library.rows import (
    SOURCE,
    Damaged,
    changed_of,
    delete,
    find_damage,
    forget,
    insert,
    missing_vectors,
    read_article,
    source_of,
    words_of,
)
from rag.library.store import Store
from rag.library.vector_index import VectorIndex
from rag.library.word_index import ARTICLES, PARAGRAPHS, WordIndex, by_postings

Of = TypeVar("Of", bytes, int)


class EmbeddedLibrary:
    """A `Library` in a folder, which is created with the first article."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._store = Store(folder)
        self._index = VectorIndex(folder, self._store.reading)
        self._words = WordIndex(folder, self._store.reading, PARAGRAPHS)
        self._article_words = WordIndex(folder, self._store.reading, ARTICLES)
        self._caches = (self._index, self._words, self._article_words)
        self._filter = ParagraphFilter()
        self._embedder = embedder
        with self._store.reading():
            pass  # fails here for a damaged library, not at the first question

    def close(self) -> None:
        for cache in self._caches:
            cache.close()
        self._store.close()

    # -- changing ---------------------------------------------------------------------------------------

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        report = take_in(items, self._put, on_progress)
        if report.added or report.updated:
            self._save()
        return report

    def remove(self, article_id: str) -> bool:
        if not self._store.exists():
            return False
        with self._store.writing() as connection:
            vectors = delete(connection, normalize(article_id))
            forget(connection, vectors or ())
        return vectors is not None

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        if not self._store.exists():
            return 0
        with self._store.reading() as connection:
            keys = [row[0] for row in connection.execute("SELECT key FROM vectors ORDER BY key")]
        made: dict[int, bytes] = {}
        for start in range(0, len(keys), LARGEST_BATCH):
            with self._store.reading() as connection:
                words = words_of(connection, keys[start : start + LARGEST_BATCH])
            made |= self._embed(words)
            if on_progress is not None:
                on_progress(min(start + LARGEST_BATCH, len(keys)), len(keys))
        with self._store.writing() as connection:
            added = {row[0] for row in connection.execute("SELECT key FROM vectors")} - made.keys()
            made |= self._embed(words_of(connection, added))  # added by another process meanwhile
            connection.executemany(
                "UPDATE vectors SET vector = ? WHERE key = ?", [(vector, key) for key, vector in made.items()]
            )
            connection.execute("DELETE FROM changes")  # invalidates every index built before
            self._remember_model(connection)
        self._save()
        return len(made)

    def _put(self, articles: Sequence[Article]) -> tuple[int, int]:
        """Adds or updates articles; returns how many were new or changed, and how many of these were changed."""
        with self._store.reading() as connection:
            self._require_model(connection)
            changed, _ = changed_of(connection, articles)
            hashes = {hash_of(words): words for one in changed for words in evidence(one)}
            missing = missing_vectors(connection, hashes)
        if not changed:
            return 0, 0
        vectors = self._embed({key: hashes[key] for key in missing})
        with self._store.writing() as connection:
            self._require_model(connection)
            self._remember_model(connection)
            # Another process may have changed the library during encoding.
            changed, updated = changed_of(connection, changed)
            vectors |= self._embed({key: hashes[key] for key in missing_vectors(connection, hashes) - vectors.keys()})
            connection.executemany("INSERT OR IGNORE INTO vectors (hash, vector) VALUES (?, ?)", vectors.items())
            replaced = [key for article in changed for key in delete(connection, article.id) or ()]
            for article in changed:
                insert(connection, article)
            forget(connection, replaced)
        return len(changed), updated

    def _embed(self, words: dict[Of, str]) -> dict[Of, bytes]:
        vectors = self._embedder.encode(list(words.values())) if words else ()
        return {key: vector.tobytes() for key, vector in zip(words, vectors, strict=True)}

    # -- looking up -------------------------------------------------------------------------------------

    def get(self, article_id: str) -> Article | None:
        with self._store.reading() as connection:
            return read_article(connection, normalize(article_id))

    def page(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        after = decoded_cursor(cursor)
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT {SOURCE} FROM articles a WHERE a.id > ? ORDER BY a.id LIMIT ?", (after, limit + 1)
            ).fetchall()
            sources = tuple(source_of(row) for row in rows[:limit])
        return sources, encoded_cursor(sources[-1].id) if len(rows) > limit else None

    def count(self) -> int:
        with self._store.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def newest_day(self) -> date | None:
        with self._store.reading() as connection:
            newest = connection.execute("SELECT max(published) FROM articles").fetchone()[0]
        return date.fromisoformat(newest) if newest else None

    def generation(self) -> Generation:
        with self._store.reading() as connection:
            newest: Generation | None = connection.execute(
                "SELECT number, token FROM changes ORDER BY number DESC LIMIT 1"
            ).fetchone()
        return newest or (0, "")

    def check(self) -> None:
        with self._store.uncached() as connection:
            self._require_model(connection)
            for table in ("articles", "paragraphs", "vectors", "words"):
                connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()

    def verify(self) -> None:
        with self._store.uncached() as connection:
            if found := find_damage(connection):
                raise Damaged(found)

    def backup(self, file: Path) -> None:
        with self._store.uncached() as connection:
            back_up(connection, file)

    def passages(self, keys: Sequence[Key]) -> dict[Key, Passage]:
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT {SOURCE}, p.number, p.start, p.end, w.text, p.key, v.hash "
                "FROM paragraphs p JOIN articles a ON a.key = p.article JOIN words w ON w.rowid = p.key "
                "JOIN vectors v ON v.key = p.vector WHERE p.key IN (SELECT value FROM json_each(?))",
                (json.dumps([int(key) for key in keys]),),
            ).fetchall()
            return {row[9]: _passage(row) for row in rows}

    def originals(self, keys: Sequence[Key], scope: Scope = EVERYTHING) -> dict[Key, Key]:
        # Paragraphs with the same words share a vector.
        with self._store.reading() as connection:
            allowed = self._filter.allowed(connection, scope)
            rows = connection.execute(
                "SELECT p.key, o.key FROM paragraphs p JOIN paragraphs o ON o.vector = p.vector "
                "JOIN articles a ON a.key = o.article WHERE p.key IN (SELECT value FROM json_each(?1)) "
                "AND (?2 IS NULL OR substr(?2, o.key + 1, 1) = x'01') "
                "ORDER BY p.key, a.published IS NULL, a.published, a.id, o.number",
                (json.dumps([int(key) for key in keys]), None if allowed is None else allowed.tobytes()),
            ).fetchall()
        earliest: dict[Key, Key] = {}
        for key, other in rows:
            earliest.setdefault(key, other)
        return {key: other for key, other in earliest.items() if other != key}

    def vectors(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        find = "SELECT vector FROM vectors WHERE hash = ?"
        with self._store.reading() as connection:
            self._require_model(connection)
            found = {text: connection.execute(find, (hash_of(text),)).fetchone() for text in texts}
        return {text: np.frombuffer(row[0], np.float32) for text, row in found.items() if row}

    # -- searching --------------------------------------------------------------------------------------

    def nearest(self, vector: np.ndarray, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        with self._store.reading() as connection:
            self._require_model(connection)
        return self._index.search(vector, k, self._allowed(scope))

    def matching(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        allowed = self._allowed(scope)
        if (postings := self._words.current()) is not None:
            return [Scored(key, score) for key, score in by_postings(postings, query, k, allowed)]
        with self._store.reading() as connection:
            return by_words(connection, query, k, allowed)

    def matching_articles(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[tuple[str, float]]:
        allowed = self._allowed(scope)
        if (postings := self._article_words.current()) is not None:
            return self._named(by_postings(postings, query, k, allowed))
        with self._store.reading() as connection:
            return articles_by_words(connection, query, k, allowed)

    def _allowed(self, scope: Scope) -> np.ndarray | None:
        with self._store.reading() as connection:
            return self._filter.allowed(connection, scope)

    def _named(self, found: Sequence[tuple[int, float]]) -> list[tuple[str, float]]:
        """Replaces each article's key, that of its first evidence paragraph, by its id."""
        with self._store.reading() as connection:
            ids = dict(
                connection.execute(
                    "SELECT p.key, a.id FROM paragraphs p JOIN articles a ON a.key = p.article "
                    "WHERE p.key IN (SELECT value FROM json_each(?))",
                    (json.dumps([key for key, _ in found]),),
                )
            )
        named = [(ids[key], score) for key, score in found if key in ids]
        return sorted(named, key=lambda one: (-one[1], one[0]))

    def _save(self) -> None:
        for cache in self._caches:
            cache.save()

    # -- the model ----------------------------------------------------------------------------------------

    def _require_model(self, connection: sqlite3.Connection) -> None:
        known = dict(connection.execute("SELECT name, value FROM meta WHERE name LIKE 'model%'"))
        if known and known["model_fingerprint"] != self._embedder.fingerprint:
            other = repr(known["model"]) if known["model"] != self._embedder.name else "another version of it"
            raise WrongModel(
                f"The library {self._store.folder} was not embedded with {self._embedder.name!r} but with {other}: "
                "set BYLINE_EMBEDDING_MODEL back, or run `byline ingest --re-embed`."
            )

    def _remember_model(self, connection: sqlite3.Connection) -> None:
        known = ("model_fingerprint", self._embedder.fingerprint)
        if connection.execute("SELECT 1 FROM meta WHERE name = ? AND value = ?", known).fetchone():
            return
        model = {
            "model": self._embedder.name,
            "model_dimension": self._embedder.dimension,
            "model_fingerprint": self._embedder.fingerprint,
        }
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", model.items())


def _passage(row: Sequence[Any]) -> Passage:
    """The passage in a row of `passages`. Raises Damaged where its text does not match its hash."""
    number, start, end, words, _, known = row[5:]
    if hash_of(words) != known or end - start != len(words):
        raise Damaged(f"a paragraph of the article {row[0]!r} does not match its hash")
    return Passage(source_of(row), number, start, end, words, 0.0)
