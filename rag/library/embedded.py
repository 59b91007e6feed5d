"""The embedded library: one SQLite file, and a FAISS index that is derived from it.

Articles, paragraphs, words and vectors change in one transaction, so nothing that was acknowledged is lost whenever
a process dies. Several processes may read and write at once; a reader sees what another process took in.
"""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rag.articles import Article, Filters, IngestReport, Passage, Rejected, Source, normalize
from rag.embedding import Embedder
from rag.errors import BadInput, WrongModel
from rag.library import Generation, Keys, Scored
from rag.library.copies import back_up
from rag.library.damage import SOURCE, Damaged, find_damage, hash_of, read_article, source_of
from rag.library.filtering import ParagraphFilter, article_bounds, folded
from rag.library.index import VectorIndex
from rag.library.store import Store
from rag.library.words import articles_by_words, by_words, mask_of

# Articles and paragraphs together. The more of them the model is given at once, the less it pads: with 1,024 a
# twentieth of its work, with 256 a fifth.
FIRST_BATCH, LARGEST_BATCH = 256, 1024

Key = TypeVar("Key", bytes, int)


class EmbeddedLibrary:
    """A `Library` in a folder. The folder is made when the first article goes in."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._store = Store(folder)
        self._index = VectorIndex(folder, self._store.reading)
        self._filter = ParagraphFilter()
        self._embedder = embedder
        with self._store.reading():
            pass  # a damaged library is told of when it is opened, not at the first question

    def close(self) -> None:
        self._index.close()
        self._store.close()

    # -- taking in and taking out ---------------------------------------------------------------------

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        report = IngestReport()
        for batch in _batches(items):
            report = self._add_batch(batch, report)
            if on_progress is not None:
                on_progress(report)
        if report.added or report.updated:
            self._index.save()
        return report

    def remove(self, article_id: str) -> bool:
        if not self._store.exists():
            return False
        with self._store.writing() as connection:
            vectors = _delete(connection, normalize(article_id))
            _forget(connection, vectors or ())
        return vectors is not None

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        if not self._store.exists():
            return 0
        with self._store.reading() as connection:
            keys = [row[0] for row in connection.execute("SELECT key FROM vectors ORDER BY key")]
        made: dict[int, bytes] = {}
        for start in range(0, len(keys), LARGEST_BATCH):
            with self._store.reading() as connection:
                words = _words_of(connection, keys[start : start + LARGEST_BATCH])
            made |= self._embed(words)
            if on_progress is not None:
                on_progress(min(start + LARGEST_BATCH, len(keys)), len(keys))
        with self._store.writing() as connection:
            added = {row[0] for row in connection.execute("SELECT key FROM vectors")} - made.keys()
            made |= self._embed(_words_of(connection, added))  # what another process took in meanwhile
            connection.executemany(
                "UPDATE vectors SET vector = ? WHERE key = ?", [(vector, key) for key, vector in made.items()]
            )
            connection.execute("DELETE FROM changes")  # no index made until now fits any longer
            self._remember_model(connection)
        self._index.save()
        return len(made)

    def _add_batch(self, batch: Sequence[Article | Rejected], report: IngestReport) -> IngestReport:
        rejected = [item for item in batch if isinstance(item, Rejected)]
        articles = [item for item in batch if isinstance(item, Article)]
        changed, updated = self._put(articles) if articles else (0, 0)
        return IngestReport(
            added=report.added + changed - updated,
            updated=report.updated + updated,
            unchanged=report.unchanged + len(articles) - changed,
            rejected=(*report.rejected, *rejected),
        )

    def _put(self, articles: Sequence[Article]) -> tuple[int, int]:
        """Make the library hold these articles: how many were new or different, and how many of those different."""
        with self._store.reading() as connection:
            self._require_model(connection)
            changed, _ = _changed(connection, articles)
            hashes = {hash_of(words): words for one in changed for words in _evidence(one)}
            missing = _missing(connection, hashes)
        if not changed:
            return 0, 0
        vectors = self._embed({key: hashes[key] for key in missing})
        with self._store.writing() as connection:
            self._require_model(connection)
            self._remember_model(connection)
            # Another process may have changed the library while the model was at work.
            changed, updated = _changed(connection, changed)
            vectors |= self._embed({key: hashes[key] for key in _missing(connection, hashes) - vectors.keys()})
            connection.executemany("INSERT OR IGNORE INTO vectors (hash, vector) VALUES (?, ?)", vectors.items())
            replaced = [key for article in changed for key in _delete(connection, article.id) or ()]
            for article in changed:
                _insert(connection, article)
            _forget(connection, replaced)
        return len(changed), updated

    def _embed(self, words: dict[Key, str]) -> dict[Key, bytes]:
        vectors = self._embedder.encode(list(words.values())) if words else ()
        return {key: vector.tobytes() for key, vector in zip(words, vectors, strict=True)}

    # -- looking up -------------------------------------------------------------------------------------

    def get(self, article_id: str) -> Article | None:
        with self._store.reading() as connection:
            return read_article(connection, normalize(article_id))

    def page(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        after = _decoded(cursor)
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT {SOURCE} FROM articles a WHERE a.id > ? ORDER BY a.id LIMIT ?", (after, limit + 1)
            ).fetchall()
            sources = tuple(source_of(row) for row in rows[:limit])
        return sources, _encoded(sources[-1].id) if len(rows) > limit else None

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
        with self._store.looking_afresh() as connection:
            self._require_model(connection)
            for table in ("articles", "paragraphs", "vectors", "words"):
                connection.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1").fetchone()

    def verify(self) -> None:
        with self._store.looking_afresh() as connection:
            if found := find_damage(connection):
                raise Damaged(found)

    def backup(self, file: Path) -> None:
        with self._store.looking_afresh() as connection:
            back_up(connection, file)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        with self._store.reading() as connection:
            rows = connection.execute(
                f"SELECT {SOURCE}, p.number, p.start, p.end, w.text, p.key, v.hash "
                "FROM paragraphs p JOIN articles a ON a.key = p.article JOIN words w ON w.rowid = p.key "
                "JOIN vectors v ON v.key = p.vector WHERE p.key IN (SELECT value FROM json_each(?))",
                (json.dumps([int(key) for key in keys]),),
            ).fetchall()
            return {row[9]: _passage(row) for row in rows}

    def originals(self, keys: Sequence[int], allowed: Keys | None) -> dict[int, int]:
        # Paragraphs with the same words have had one vector since they were taken in.
        mask = None if allowed is None else mask_of(allowed)
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT p.key, o.key FROM paragraphs p JOIN paragraphs o ON o.vector = p.vector "
                "JOIN articles a ON a.key = o.article WHERE p.key IN (SELECT value FROM json_each(?1)) "
                "AND (?2 IS NULL OR substr(?2, o.key + 1, 1) = x'01') "
                "ORDER BY p.key, a.published IS NULL, a.published, o.key",
                (json.dumps([int(key) for key in keys]), mask),
            ).fetchall()
        earliest: dict[int, int] = {}
        for key, other in rows:
            earliest.setdefault(key, other)
        return {key: other for key, other in earliest.items() if other != key}

    # -- searching --------------------------------------------------------------------------------------

    def allowed(self, filters: Filters, as_of: date | None) -> Keys | None:
        with self._store.reading() as connection:
            return self._filter.allowed(connection, filters, as_of)

    def nearest(self, vector: np.ndarray, k: int, allowed: Keys | None) -> list[Scored]:
        with self._store.reading() as connection:
            self._require_model(connection)
        if allowed is not None and not len(allowed):
            return []
        return self._index.search(vector, k, allowed)

    def matching(self, query: str, k: int, allowed: Keys | None) -> list[Scored]:
        if allowed is not None and not len(allowed):
            return []
        with self._store.reading() as connection:
            return by_words(connection, query, k, allowed)

    def matching_articles(self, query: str, k: int, filters: Filters, as_of: date | None) -> list[tuple[str, float]]:
        with self._store.reading() as connection:
            return articles_by_words(connection, query, k, article_bounds(connection, filters, as_of))

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


def _batches(items: Iterable[Article | Rejected]) -> Iterator[list[Article | Rejected]]:
    """Items in batches, the first smaller, to be acknowledged soon; the same id does not come twice in one."""
    batch: list[Article | Rejected] = []
    ids: set[str] = set()
    size, limit = 0, FIRST_BATCH
    for item in items:
        if isinstance(item, Article) and item.id in ids:
            yield batch
            batch, ids, size = [], set(), 0
        batch.append(item)
        size += 1
        if isinstance(item, Article):
            ids.add(item.id)
            size += len(item.paragraphs)
        if size >= limit:
            yield batch
            batch, ids, size = [], set(), 0
            limit = min(2 * limit, LARGEST_BATCH)
    if batch:
        yield batch


def _changed(connection: sqlite3.Connection, articles: Sequence[Article]) -> tuple[list[Article], int]:
    """Those that the library does not hold as they are, and how many of them it holds otherwise."""
    known = dict(
        connection.execute(
            "SELECT id, fingerprint FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps([one.id for one in articles]),),
        )
    )
    changed = [one for one in articles if known.get(one.id) != one.fingerprint]
    return changed, sum(one.id in known for one in changed)


def _missing(connection: sqlite3.Connection, hashes: Iterable[bytes]) -> set[bytes]:
    """The hashes of words that have no vector."""
    find = "SELECT 1 FROM vectors WHERE hash = ?"
    return {one for one in hashes if connection.execute(find, (one,)).fetchone() is None}


def _words_of(connection: sqlite3.Connection, vectors: Iterable[int]) -> dict[int, str]:
    """The words that each vector is made of; a vector that is gone is left out."""
    return dict(
        connection.execute(
            "SELECT p.vector, w.text FROM paragraphs p JOIN words w ON w.rowid = p.key "
            "WHERE p.vector IN (SELECT value FROM json_each(?)) GROUP BY p.vector",
            (json.dumps(list(vectors)),),
        )
    )


def _insert(connection: sqlite3.Connection, article: Article) -> None:
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


def _delete(connection: sqlite3.Connection, article_id: str) -> list[int] | None:
    """Take an article out; the vectors of its paragraphs, perhaps no longer needed, or None where it is not there."""
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


def _forget(connection: sqlite3.Connection, vectors: Iterable[int]) -> None:
    """Drop those of the vectors that belong to no paragraph any longer."""
    connection.executemany(
        "DELETE FROM vectors WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM paragraphs WHERE vector = ?1)",
        [(key,) for key in vectors],
    )


def _evidence(article: Article) -> Iterator[str]:
    return (article.text[one.start : one.end] for one in article.paragraphs if one.evidence)


def _passage(row: Sequence[Any]) -> Passage:
    """The passage in a row of `passages`. Raises Damaged where its words are not those that were taken in."""
    number, start, end, words, _, known = row[5:]
    if hash_of(words) != known or end - start != len(words):
        raise Damaged(f"a paragraph of the article {row[0]!r} is not as it was taken in")
    return Passage(source_of(row), number, start, end, words, 0.0)


def _encoded(article_id: str) -> str:
    return base64.urlsafe_b64encode(article_id.encode()).decode().rstrip("=")


def _decoded(cursor: str | None) -> str:
    if cursor is None:
        return ""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (UnicodeError, binascii.Error) as error:
        raise BadInput("The cursor is not one that a listing gave: begin without one.", field="cursor") from error
