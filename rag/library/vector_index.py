"""The FAISS index of an embedded library: inner-product search over the vectors of evidence paragraphs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.library import Scored
from rag.library.cache_files import CacheFiles
from rag.library.changes import gone_since
from rag.library.damage import Damaged
from rag.library.derived_index import DerivedIndex, Reading, Snapshot, Write
from rag.library.filtering import Keys
from rag.library.segments import (
    Rows,
    Segment,
    coded_index,
    exact_index,
    load_index,
    open_file,
    updated_index,
    write_index,
)

if TYPE_CHECKING:
    import faiss

LOADED_AT_ONCE = 20_000  # vectors
CODED_FROM = 100_000  # paragraphs; below that, comparing every vector takes less time than encoding the query


class VectorIndex(DerivedIndex[Segment]):
    """Vectors of all evidence paragraphs, at half precision. Searches run in parallel."""

    def __init__(self, folder: Path, reading: Reading) -> None:
        super().__init__(CacheFiles(folder, "index", ".faiss"), reading)

    def search(self, vector: np.ndarray, k: int, allowed: Keys | None) -> list[Scored]:
        """The k nearest paragraphs in the current library; none for a zero vector."""
        snapshot = self.current()
        if snapshot is None:
            return []
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if not query.any():  # every score would be zero
            return []
        chosen = snapshot.chosen(allowed)
        found = [pair for one in snapshot.parts for pair in one.search(query, k, chosen)]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return [Scored(key, score) for key, score in found[:k]]

    def _open(self, file: Path) -> Segment:
        return open_file(file)

    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterator[Segment]:
        for rows in _vectors(connection, after):
            yield Segment(exact_index([rows]))

    def _joined(self, one: Segment, other: Segment) -> Segment:
        return Segment(exact_index([one.contents(), other.contents()]))

    def _build(self, connection: sqlite3.Connection, before: Snapshot[Segment]) -> Write:
        index = _build_index(connection, before)
        return lambda place: write_index(index, place)


def _build_index(connection: sqlite3.Connection, before: Snapshot[Segment]) -> faiss.Index:
    """Builds a FAISS index of the whole library, with codes where it is large."""
    total = int(connection.execute("SELECT count(*) FROM paragraphs WHERE vector IS NOT NULL").fetchone()[0])
    if total < CODED_FROM:
        return exact_index(_vectors(connection, 0))
    if before.file is None or not before.saved or not before.saved.has_codes:
        return coded_index(lambda: _vectors(connection, 0), total)
    gone = gone_since(connection, before.saved_state)
    return updated_index(load_index(before.file), gone, _vectors(connection, before.saved_state.last_key))


def _vectors(connection: sqlite3.Connection, after: int) -> Iterator[Rows]:
    """Reads the keys after that one, in order, with their vectors."""
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
            raise Damaged("a vector has the wrong length")
        vectors = np.frombuffer(b"".join(row[1] for row in found), dtype=np.float32)
        yield np.array([row[0] for row in found], np.int64), vectors.reshape(len(found), -1)
