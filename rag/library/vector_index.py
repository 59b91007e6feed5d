"""The FAISS index of an embedded library: inner-product search over the vectors of evidence paragraphs.

Vectors are kept at half precision (docs/decisions/004). A search compares every vector. Where there are many, it
compares short codes of all first, by tables that fit the processor's registers (product quantization, André et al.
2015), and then the vectors of the best (docs/decisions/009).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import faiss
import numpy as np

from rag.library import Scored
from rag.library.cache_files import CacheFiles
from rag.library.derived_index import DerivedIndex, Reading, Snapshot, Write
from rag.library.rows import Damaged

Rows = tuple[np.ndarray, np.ndarray]  # keys (n,) int64 and their vectors (n, d) float32
Scores = list[tuple[int, float]]  # keys and inner products

LOADED_AT_ONCE = 20_000  # vectors
CODED_FROM = 100_000  # paragraphs; below that, comparing every vector takes less time than encoding the query
DIMENSIONS_OF_CODE = 4  # dimensions that share four bits
TRAINED_ON = 50_000  # vectors
# Over a million vectors made of 30,000 paragraphs of news: recall of the ten nearest 0.998, docs/measurements.md
COMPARED = 500  # vectors that are compared after the codes
LEAST_SHARE = 1 / 8  # of the vectors: where a filter passes fewer, these are compared without codes


class Segment:
    """A FAISS index of vectors by key. Immutable; several threads may search it at once."""

    def __init__(self, index: faiss.IndexIDMap) -> None:
        self.index = index
        self.count = int(index.ntotal)
        self._keys = faiss.vector_to_array(index.id_map)
        self.codes, self._vectors = _parts(index)

    def search(self, query: np.ndarray, k: int, chosen: np.ndarray | None) -> Scores:
        """The k nearest to `query`, (1, d) float32; `chosen` (n,) bool: for each key whether to search it."""
        faiss.omp_set_num_threads(1)  # for this thread: searches run in parallel, each in one thread
        if self.codes is not None:
            found = self._by_codes(query, k, chosen)
            if len(found) >= k:
                return found
        parameters = None
        if chosen is not None:
            bits = np.packbits(_looked_up(chosen, self._keys), bitorder="little")
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
        scores, places = self._vectors.search(query, min(k, self.count), params=parameters)
        return _pairs(self._keys, places[0], scores[0])

    def _by_codes(self, query: np.ndarray, k: int, chosen: np.ndarray | None) -> Scores:
        """As `search`, but may find fewer than k where a filter excludes most of the nearest."""
        assert self.codes is not None
        share = 1.0 if chosen is None else min(1.0, np.count_nonzero(chosen) / self.count)
        if share < LEAST_SHARE:
            return []
        _, (places,) = self.codes.search(query, min(self.count, int(max(COMPARED, 4 * k) / share)))
        places = places[places >= 0]
        if chosen is not None:
            places = places[_looked_up(chosen, self._keys[places])]
        scores = self._vectors.reconstruct_batch(places) @ query[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return _pairs(self._keys, places[best], scores[best])

    def contents(self) -> Rows:
        """All keys and vectors."""
        return self._keys, self._vectors.reconstruct_n(0, self.count)


class VectorIndex(DerivedIndex[Segment]):
    """Vectors of all evidence paragraphs, at half precision. Searches run in parallel."""

    def __init__(self, folder: Path, reading: Reading) -> None:
        super().__init__(CacheFiles(folder, "index", ".faiss"), reading)

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None) -> list[Scored]:
        """The k nearest paragraphs in the current library, of those `allowed`, (n,) bool; none for a zero vector."""
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
        return Segment(faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC))

    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterator[Segment]:
        for rows in _vectors(connection, after):
            yield Segment(exact_index([rows]))

    def _joined(self, one: Segment, other: Segment) -> Segment:
        return Segment(exact_index([one.contents(), other.contents()]))

    def _build(self, connection: sqlite3.Connection, before: Snapshot[Segment]) -> Write:
        index = _whole_index(connection, before)
        return lambda place: faiss.write_index(index, str(place))


def _whole_index(connection: sqlite3.Connection, before: Snapshot[Segment]) -> faiss.Index:
    """Builds a FAISS index of the whole library, with codes where it is large."""
    total = int(connection.execute("SELECT count(*) FROM paragraphs WHERE vector IS NOT NULL").fetchone()[0])
    if total < CODED_FROM:
        return exact_index(_vectors(connection, 0))
    known = before.saved is not None and before.saved.codes is not None
    return coded_index(lambda: _vectors(connection, 0), total, before.file if known else None)


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


def exact_index(rows: Iterable[Rows]) -> faiss.IndexIDMap:
    """Builds an index that compares every vector."""
    index = None
    for keys, vectors in rows:
        if index is None:
            index = faiss.IndexIDMap(_half_precision(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
    return index if index is not None else faiss.IndexIDMap(_half_precision(1))


def coded_index(rows: Callable[[], Iterator[Rows]], count: int, trained: Path | None) -> faiss.IndexIDMap:
    """Builds an index that compares codes first, those of the index in the file `trained`; None: new ones.

    `rows` is called once or twice, and gives `count` vectors.
    """
    if trained is not None:
        index = faiss.read_index(str(trained))
        index.reset()
    else:
        rng = np.random.default_rng(0)
        sample = np.concatenate([vectors[rng.random(len(vectors)) < TRAINED_ON / count] for _, vectors in rows()])
        dimension = sample.shape[1]
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        codes = faiss.IndexPQFastScan(dimension, dimension // DIMENSIONS_OF_CODE, 4, faiss.METRIC_INNER_PRODUCT)
        codes.train(sample)
        refined = faiss.IndexRefine(codes, _half_precision(dimension))
        refined.is_trained = True
        index = faiss.IndexIDMap(refined)
    for keys, vectors in rows():
        index.add_with_ids(vectors, keys)
    return index


def _half_precision(dimension: int) -> faiss.Index:
    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _parts(index: faiss.IndexIDMap) -> tuple[faiss.Index | None, faiss.Index]:
    """The index of codes (None without codes) and the index of vectors."""
    inner = faiss.downcast_index(index.index)
    if isinstance(inner, faiss.IndexRefine):
        return faiss.downcast_index(inner.base_index), faiss.downcast_index(inner.refine_index)
    return None, inner


def _looked_up(chosen: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """(n,) bool: `chosen` at each key; false for keys beyond its end."""
    if not len(keys) or keys.max() < len(chosen):
        return np.asarray(chosen[keys])
    known = keys < len(chosen)
    known[known] = chosen[keys[known]]
    return known


def _pairs(keys: np.ndarray, places: np.ndarray, scores: np.ndarray) -> Scores:
    return [(int(keys[place]), float(score)) for place, score in zip(places, scores, strict=True) if place >= 0]
