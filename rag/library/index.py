"""The FAISS index of an embedded library: inner-product search over the vectors of its evidence paragraphs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.library import Scored
from rag.library.cache_files import CacheFiles
from rag.library.caches import Cache, Reading, Snapshot, Write
from rag.library.changes import gone_since
from rag.library.damage import Damaged
from rag.library.filtering import Keys
from rag.library.segments import Rows, Segment, coded, exact, mapped_file, merged, read_file, written

if TYPE_CHECKING:
    import faiss

LOADED_AT_ONCE = 20_000  # vectors
CODED_FROM = 100_000  # paragraphs; up to there comparing all costs less than encoding the query


class VectorIndex(Cache[Segment]):
    """The vectors of all of a library's evidence paragraphs, at half precision. Searches run in parallel."""

    def __init__(self, folder: Path, reading: Reading) -> None:
        super().__init__(CacheFiles(folder, "index", ".faiss"), reading)

    def search(self, vector: np.ndarray, k: int, allowed: Keys | None) -> list[Scored]:
        """The k nearest paragraphs of the library as it now stands; none to a vector of zeros."""
        snapshot = self._now()
        if snapshot is None:
            return []
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if not query.any():  # as near to everything as to nothing
            return []
        chosen = snapshot.chosen(allowed)
        found = [pair for one in snapshot.parts for pair in one.search(query, k, chosen)]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return [Scored(key, score) for key, score in found[:k]]

    def _open(self, file: Path) -> Segment:
        return mapped_file(file)

    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterator[Segment]:
        for rows in _vectors(connection, after):
            yield Segment(exact([rows]))

    def _joined(self, one: Segment, other: Segment) -> Segment:
        return Segment(exact([one.contents(), other.contents()]))

    def _whole(self, connection: sqlite3.Connection, before: Snapshot[Segment]) -> Write:
        index = _whole(connection, before)
        return lambda place: written(index, place)


def _whole(connection: sqlite3.Connection, before: Snapshot[Segment]) -> faiss.Index:
    """A FAISS index of the whole library, with codes where it is large."""
    total = int(connection.execute("SELECT count(*) FROM paragraphs WHERE vector IS NOT NULL").fetchone()[0])
    if total < CODED_FROM:
        return exact(_vectors(connection, 0))
    if before.file is None or not before.saved or not before.saved.has_codes:
        return coded(lambda: _vectors(connection, 0), total)
    gone = gone_since(connection, before.saved_state)
    return merged(read_file(before.file), gone, _vectors(connection, before.saved_state.last_key))


def _vectors(connection: sqlite3.Connection, after: int) -> Iterator[Rows]:
    """Keys after that one with their vectors, in order."""
    while True:
        found = connection.execute(
            "SELECT p.key, v.vector FROM paragraphs p JOIN vectors v ON v.key = p.vector "
            "WHERE p.key > ? ORDER BY p.key LIMIT ?",
            (after, LOADED_AT_ONCE),
        ).fetchall()
        if not found:
            return
        after = found[-1][0]
        if any(not isinstance(row[1], bytes) or len(row[1]) != len(found[0][1]) for row in found):
            raise Damaged("a vector has another length")
        vectors = np.frombuffer(b"".join(row[1] for row in found), dtype=np.float32)
        yield np.array([row[0] for row in found], np.int64), vectors.reshape(len(found), -1)
