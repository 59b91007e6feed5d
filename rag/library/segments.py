"""Segments of a vector index in FAISS: vectors at half precision, and short codes of them where there are many.

Without codes, a search compares every vector. With codes, it compares all codes by tables that fit the processor's
registers (product quantization, André et al. 2015), and then the vectors of the best.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import faiss

Rows = tuple[np.ndarray, np.ndarray]  # keys (n,) int64 and their vectors (n, d) float32
Scores = list[tuple[int, float]]  # keys and inner products

DIMENSIONS_OF_CODE = 4  # dimensions that share four bits
TRAINED_ON = 50_000  # vectors
# Over a million vectors made of 30,000 paragraphs of news: recall of the ten nearest 0.998, docs/measurements.md
COMPARED = 500  # vectors that are compared after the codes
LEAST_SHARE = 1 / 8  # of the vectors: where a filter passes fewer, these are compared without codes


class Segment:
    """A FAISS index of vectors by key. Immutable; several threads may search it at once."""

    def __init__(self, index: faiss.IndexIDMap) -> None:
        import faiss

        self.index = index
        self.count = int(index.ntotal)
        self._keys = faiss.vector_to_array(index.id_map)
        self._codes, self._vectors = _parts(index)

    @property
    def has_codes(self) -> bool:
        return self._codes is not None

    def search(self, query: np.ndarray, k: int, chosen: np.ndarray | None) -> Scores:
        """The k nearest to `query`, (1, d) float32; `chosen` (n,) bool: for each key whether to search it."""
        import faiss

        faiss.omp_set_num_threads(1)  # for this thread: searches run in parallel, each in one thread
        if self._codes is not None:
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
        assert self._codes is not None
        share = 1.0 if chosen is None else min(1.0, np.count_nonzero(chosen) / self.count)
        if share < LEAST_SHARE:
            return []
        _, (places,) = self._codes.search(query, min(self.count, int(max(COMPARED, 4 * k) / share)))
        places = places[places >= 0]
        if chosen is not None:
            places = places[_looked_up(chosen, self._keys[places])]
        scores = self._vectors.reconstruct_batch(places) @ query[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return _pairs(self._keys, places[best], scores[best])

    def contents(self) -> Rows:
        """All keys and vectors."""
        return self._keys, self._vectors.reconstruct_n(0, self.count)


def exact_index(rows: Iterable[Rows]) -> faiss.IndexIDMap:
    """Builds an index that compares every vector, at half precision: docs/decisions/004."""
    index = None
    for keys, vectors in rows:
        if index is None:
            index = _mapped(_half_precision(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
    return index if index is not None else _mapped(_half_precision(1))


def coded_index(rows: Callable[[], Iterator[Rows]], count: int) -> faiss.IndexIDMap:
    """Builds an index that compares codes first: docs/decisions/009. `rows` is called twice."""
    import faiss

    rng = np.random.default_rng(0)
    sample = np.concatenate([vectors[rng.random(len(vectors)) < TRAINED_ON / count] for _, vectors in rows()])
    dimension = sample.shape[1]
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    codes = faiss.IndexPQFastScan(dimension, dimension // DIMENSIONS_OF_CODE, 4, faiss.METRIC_INNER_PRODUCT)
    codes.train(sample)
    refined = faiss.IndexRefine(codes, _half_precision(dimension))
    refined.is_trained = True
    index = _mapped(refined)
    for keys, vectors in rows():
        index.add_with_ids(vectors, keys)
    return index


def updated_index(index: faiss.IndexIDMap, gone: np.ndarray, rows: Iterable[Rows]) -> faiss.IndexIDMap:
    """Updates a coded index in memory: removes the keys `gone` and adds rows."""
    import faiss

    keys = faiss.vector_to_array(index.id_map)
    places = np.flatnonzero(np.isin(keys, gone))
    codes, vectors = _parts(index)
    if len(places) and codes is not None:
        codes.remove_ids(places)
        vectors.remove_ids(places)
        faiss.copy_array_to_vector(np.delete(keys, places), index.id_map)
        index.ntotal = index.index.ntotal = vectors.ntotal
    for more_keys, more in rows:
        index.add_with_ids(more, more_keys)
    return index


def open_file(file: Path) -> Segment:
    """Opens a segment's file, memory-mapped. Raises RuntimeError where FAISS cannot read it."""
    import faiss

    return Segment(faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC))


def load_index(file: Path) -> faiss.IndexIDMap:
    """Reads an index into memory, where it can be changed."""
    import faiss

    return faiss.read_index(str(file))


def write_index(index: faiss.Index, file: Path) -> None:
    """Writes an index to a file. Raises RuntimeError, for example where the disk is full."""
    import faiss

    faiss.write_index(index, str(file))


def _half_precision(dimension: int) -> faiss.Index:
    import faiss

    return faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def _mapped(index: faiss.Index) -> faiss.IndexIDMap:
    import faiss

    return faiss.IndexIDMap(index)


def _parts(index: faiss.IndexIDMap) -> tuple[faiss.Index | None, faiss.Index]:
    """The index of codes (None without codes) and the index of vectors."""
    import faiss

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
