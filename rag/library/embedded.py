"""The embedded library: one SQLite file, and a FAISS index that is derived from it.

Articles, paragraphs, words and vectors change in one transaction, so nothing that was acknowledged is lost whenever
a process dies. Several processes may read and write at once; a reader sees what another process took in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from rag.articles import Article, Filters, IngestReport, Paragraph, Passage, Rejected, Source, normalize
from rag.embedding import Embedder
from rag.errors import BadInput, LibraryError, WrongModel
from rag.library import Scored
from rag.library.index import VectorIndex
from rag.library.schema import migrate
from rag.words import content_words

BATCH_ARTICLES = 64
BATCH_PARAGRAPHS = 256
BUSY_TIMEOUT_S = 30.0
QUERY_WORDS = 32
TITLE_WEIGHT, OUTLET_WEIGHT = 1.0, 0.5
_SOURCE = "a.id, a.title, a.outlet, a.url, a.published"


class EmbeddedLibrary:
    """A `Library` in a folder. The folder is made when the first article goes in."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._file = folder / "library.sqlite"
        self._embedder = embedder
        self._index = VectorIndex(folder)
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        if folder.exists() and not folder.is_dir():
            raise LibraryError(f"{folder} is a file, not a folder: name another with --library or BYLINE_LIBRARY.")
        with self._reading():
            pass  # a damaged library is told of when it is opened, not at the first question

    # -- taking in and taking out ---------------------------------------------------------------------

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        report = IngestReport()
        for batch in _batches(items):
            report = self._add_batch(batch, report)
            if on_progress is not None:
                on_progress(report)
        return report

    def remove(self, article_id: str) -> bool:
        if not self._file.exists():
            return False
        with self._writing() as connection:
            return _delete(connection, article_id)

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        if not self._file.exists():
            return 0
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT p.hash, substr(a.text, p.start + 1, p.end - p.start) FROM paragraphs p "
                "JOIN articles a ON a.id = p.article_id WHERE p.evidence GROUP BY p.hash"
            ).fetchall()
        vectors: list[tuple[bytes, bytes]] = []
        for start in range(0, len(rows), BATCH_PARAGRAPHS):
            part = rows[start : start + BATCH_PARAGRAPHS]
            made = self._embedder.encode([text for _, text in part])
            vectors += [(key, vector.tobytes()) for (key, _), vector in zip(part, made, strict=True)]
            if on_progress is not None:
                on_progress(len(vectors), len(rows))
        with self._writing() as connection:
            if connection.execute("SELECT count(*) FROM vectors").fetchone()[0] != len(vectors):
                raise LibraryError("Another process changed the library meanwhile: run the command again.")
            connection.execute("DELETE FROM vectors")
            connection.executemany("INSERT INTO vectors VALUES (?, ?)", vectors)
            self._remember_model(connection)
        return len(rows)

    def _add_batch(self, batch: Sequence[Article | Rejected], report: IngestReport) -> IngestReport:
        rejected = [item for item in batch if isinstance(item, Rejected)]
        articles = {item.id: item for item in batch if isinstance(item, Article)}
        if not articles:
            return replace(report, rejected=(*report.rejected, *rejected))
        self._require_model()
        with self._reading() as connection:
            known = _fingerprints(connection, articles)
            changed = [one for one in articles.values() if known.get(one.id) != one.fingerprint]
            hashes = {_hash(words): words for one in changed for words in _evidence(one)}
            present = _present(connection, hashes)
        new = {key: words for key, words in hashes.items() if key not in present}
        vectors = self._embed(new)
        if changed:
            with self._writing() as connection:
                self._remember_model(connection)
                vectors |= self._embed({key: hashes[key] for key in present - _present(connection, present)})
                connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", vectors.items())
                for article in changed:
                    _delete(connection, article.id)
                    _insert(connection, article)
        updated = sum(one.id in known for one in changed)
        return IngestReport(
            added=report.added + len(changed) - updated,
            updated=report.updated + updated,
            unchanged=report.unchanged + len(batch) - len(rejected) - len(changed),
            rejected=(*report.rejected, *rejected),
        )

    def _embed(self, words: dict[bytes, str]) -> dict[bytes, bytes]:
        vectors = self._embedder.encode(list(words.values())) if words else ()
        return {key: vector.tobytes() for key, vector in zip(words, vectors, strict=True)}

    # -- looking up -------------------------------------------------------------------------------------

    def get(self, article_id: str) -> Article | None:
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT {_SOURCE}, a.text FROM articles a WHERE a.id = ?", (normalize(article_id),)
            ).fetchone()
            if row is None:
                return None
            paragraphs = connection.execute(
                "SELECT number, start, end, evidence FROM paragraphs WHERE article_id = ? ORDER BY number", (row[0],)
            )
            return Article(
                _source(row), row[5], tuple(Paragraph(n, start, end, bool(is_)) for n, start, end, is_ in paragraphs)
            )

    def page(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        after = _decoded(cursor)
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {_SOURCE} FROM articles a WHERE a.id > ? ORDER BY a.id LIMIT ?", (after, limit + 1)
            ).fetchall()
        sources = tuple(_source(row) for row in rows[:limit])
        return sources, _encoded(sources[-1].id) if len(rows) > limit else None

    def count(self) -> int:
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def newest_day(self) -> date | None:
        with self._reading() as connection:
            newest = connection.execute("SELECT max(published) FROM articles").fetchone()[0]
        return date.fromisoformat(newest) if newest else None

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT {_SOURCE}, p.number, p.start, p.end, substr(a.text, p.start + 1, p.end - p.start), p.key "
                "FROM paragraphs p JOIN articles a ON a.id = p.article_id "
                "WHERE p.key IN (SELECT value FROM json_each(?))",
                (json.dumps([int(key) for key in keys]),),
            ).fetchall()
        return {row[9]: Passage(_source(row), row[5], row[6], row[7], row[8], 0.0) for row in rows}

    # -- searching --------------------------------------------------------------------------------------

    def allowed(self, filters: Filters, as_of: date | None) -> np.ndarray | None:
        bounds: list[tuple[str, object]] = []
        if filters.outlets:
            folded = json.dumps([outlet.casefold() for outlet in filters.outlets])
            bounds.append(("a.outlet_folded IN (SELECT value FROM json_each(?))", folded))
        if filters.articles:
            bounds.append(("a.id IN (SELECT value FROM json_each(?))", json.dumps(list(filters.articles))))
        for day, relation in ((filters.published_from, ">="), (filters.published_to, "<="), (as_of, "<=")):
            if day is not None:
                bounds.append((f"(a.published IS NULL OR a.published {relation} ?)", day.isoformat()))
        if not bounds:
            return None
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT p.key FROM articles a JOIN paragraphs p ON p.article_id = a.id WHERE p.evidence AND "
                + " AND ".join(clause for clause, _ in bounds),
                [value for _, value in bounds],
            ).fetchall()
        return np.sort(np.array([row[0] for row in rows], dtype=np.int64))

    def nearest(self, vector: np.ndarray, k: int, allowed: np.ndarray | None) -> list[Scored]:
        with self._reading() as connection:
            self._require_model()
            return self._index.search(connection, vector, k, allowed)

    def matching(self, query: str, k: int, allowed: np.ndarray | None) -> list[Scored]:
        match = _match(query)
        if not match:
            return []
        within, values = "", []
        if allowed is not None:
            within, values = "AND rowid IN (SELECT value FROM json_each(?))", [json.dumps(allowed.tolist())]
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT rowid, -bm25(words, 1.0, {TITLE_WEIGHT}, {OUTLET_WEIGHT}) FROM words "
                f"WHERE words MATCH ? {within} ORDER BY 2 DESC, rowid LIMIT ?",
                (match, *values, k),
            ).fetchall()
        return [Scored(key, score) for key, score in rows]

    # -- the file ---------------------------------------------------------------------------------------

    def close(self) -> None:
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
            self._local = threading.local()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection whose reads all see one state of the library; an empty library where there is none yet."""
        with self._telling():
            connection = self._connection() if self._file.exists() else _empty()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is whole on the disk when it ends, and not there at all when it fails."""
        with self._telling():
            self._folder.mkdir(parents=True, exist_ok=True)
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'generation'")
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._file, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")  # an acknowledged article outlives a power cut
                migrate(connection)
            except BaseException:
                connection.close()
                raise
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """SQLite's and the file system's troubles, as errors that say what to do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            what = {
                "database is locked": "another process has been writing to it for long: try again when it is done",
                "attempt to write a readonly database": "it cannot be written: check the rights of its folder",
                "database or disk is full": "the disk is full: make room and try again",
                "unable to open database file": "it cannot be opened: check the rights of its folder",
            }.get(str(error), f"SQLite says: {error}")
            raise LibraryError(f"The library {self._folder} could not be used, {what}.") from error
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"The library {self._folder} is damaged ({error}): restore it from a copy, or move it away and "
                "ingest its articles again."
            ) from error
        except OSError as error:
            raise LibraryError(f"The library {self._folder} could not be used: {error.strerror}.") from error

    # -- the model ----------------------------------------------------------------------------------------

    def _require_model(self) -> None:
        with self._reading() as connection:
            known = dict(connection.execute("SELECT name, value FROM meta WHERE name LIKE 'model%'"))
        if known and known["model_fingerprint"] != self._embedder.fingerprint:
            raise WrongModel(
                f"The library {self._folder} was embedded with {known['model']!r}, not with "
                f"{self._embedder.name!r}: set BYLINE_EMBEDDING_MODEL back, or run `byline ingest --re-embed`."
            )

    def _remember_model(self, connection: sqlite3.Connection) -> None:
        model = {
            "model": self._embedder.name,
            "model_dimension": self._embedder.dimension,
            "model_fingerprint": self._embedder.fingerprint,
        }
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", model.items())


def _batches(items: Iterable[Article | Rejected]) -> Iterator[list[Article | Rejected]]:
    """Items in batches small enough to be acknowledged often; the same id does not come twice in one."""
    batch: list[Article | Rejected] = []
    ids: set[str] = set()
    paragraphs = 0
    for item in items:
        if isinstance(item, Article) and item.id in ids:
            yield batch
            batch, ids, paragraphs = [], set(), 0
        batch.append(item)
        if isinstance(item, Article):
            ids.add(item.id)
            paragraphs += len(item.paragraphs)
        if len(batch) >= BATCH_ARTICLES or paragraphs >= BATCH_PARAGRAPHS:
            yield batch
            batch, ids, paragraphs = [], set(), 0
    if batch:
        yield batch


def _fingerprints(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT id, fingerprint FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
    )


def _present(connection: sqlite3.Connection, hashes: Iterable[bytes]) -> set[bytes]:
    find = "SELECT 1 FROM vectors WHERE hash = ?"
    return {key for key in hashes if connection.execute(find, (key,)).fetchone()}


def _insert(connection: sqlite3.Connection, article: Article) -> None:
    source = article.source
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            source.id, source.title, source.outlet, source.outlet.casefold() if source.outlet else None, source.url,
            source.published.isoformat() if source.published else None, article.text, article.fingerprint,
        ),
    )  # fmt: skip
    for one in article.paragraphs:
        words = article.text[one.start : one.end]
        key = connection.execute(
            "INSERT INTO paragraphs (article_id, number, start, end, evidence, hash) VALUES (?, ?, ?, ?, ?, ?)",
            (source.id, one.number, one.start, one.end, one.evidence, _hash(words) if one.evidence else None),
        ).lastrowid
        if one.evidence:
            connection.execute(
                "INSERT INTO words (rowid, text, title, outlet) VALUES (?, ?, ?, ?)",
                (key, words, source.title, source.outlet or ""),
            )


def _delete(connection: sqlite3.Connection, article_id: str) -> bool:
    rows = connection.execute("SELECT key, hash FROM paragraphs WHERE article_id = ?", (article_id,)).fetchall()
    connection.executemany("DELETE FROM words WHERE rowid = ?", [(key,) for key, _ in rows])
    connection.execute("DELETE FROM paragraphs WHERE article_id = ?", (article_id,))
    connection.executemany(
        "DELETE FROM vectors WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM paragraphs WHERE hash = ?1)",
        [(key,) for _, key in rows if key is not None],
    )
    return connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount > 0


def _evidence(article: Article) -> Iterator[str]:
    return (article.text[one.start : one.end] for one in article.paragraphs if one.evidence)


def _hash(words: str) -> bytes:
    return hashlib.sha256(words.encode()).digest()


def _source(row: Sequence[object]) -> Source:
    article_id, title, outlet, url, published = row[:5]
    day = date.fromisoformat(str(published)) if published else None
    return Source(
        str(article_id), str(title), None if outlet is None else str(outlet), None if url is None else str(url), day
    )


def _match(query: str) -> str:
    """The query's words as an FTS5 expression: any of them, each quoted, so that none is taken as an operator."""
    words = content_words(query)[:QUERY_WORDS] or tuple(re.findall(r"\w+", query))[:QUERY_WORDS]
    return " OR ".join(f'"{word}"' for word in words)


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


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection
