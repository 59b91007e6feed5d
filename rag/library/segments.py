"""Parts of a vector index in FAISS: exact ones that compare every vector, and clustered ones for many vectors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import faiss

Rows = tuple[np.ndarray, np.ndarray]  # keys (n,) int64 and their vectors (n, d) float32

LISTS_PER_ROOT = 2.0
TRAINED_ON = 48  # vectors for each list
# Fixed on a million vectors made of 30,000 paragraphs of news: docs/measurements.md#a-million-paragraphs
PROBED_SHARE = 1 / 32  # of the lists


class Segment:
    """A FAISS index of vectors by their keys. Searched by several threads at once, never changed."""

    def __init__(self, index: faiss.Index, file: Path | None = None) -> None:
        self.index = index
        self.file = file
        self.count = int(index.ntotal)
        self.lists = int(getattr(index, "nlist", 0))  # 0: exact

    def search(self, query: np.ndarray, k: int, chosen: np.ndarray | None, share: float) -> list[tuple[int, float]]:
        """Keys and inner products of the k nearest to `query`, (1, d) float32.

        `chosen` is a bitmap of the keys to look at, None for all; `share` is about how many of all those are. The
        fewer they are, the more lists are looked through, for as many comparisons.
        """
        import faiss

        selector = None if chosen is None else faiss.IDSelectorBitmap(chosen)
        if self.lists:
            probes = min(self.lists, math.ceil(PROBED_SHARE * self.lists / max(share, 1e-9)))
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        else:
            parameters = faiss.SearchParameters(sel=selector)
        scores, keys = self.index.search(query, min(k, self.count), params=parameters)
        return [(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]

    def contents(self) -> Rows:
        """The keys and vectors of an exact segment."""
        import faiss

        return faiss.vector_to_array(self.index.id_map), self.index.index.reconstruct_n(0, self.count)


def exact(rows: Iterable[Rows]) -> faiss.Index:
    """An index that compares every vector, at half precision: docs/decisions/004."""
    import faiss

    index = None
    for keys, vectors in rows:
        if index is None:
            held = faiss.IndexScalarQuantizer(
                vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
            index = faiss.IndexIDMap2(held)
        index.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
    return index if index is not None else faiss.IndexIDMap2(faiss.IndexFlatIP(1))


def lists_for(count: int) -> int:
    """How many lists an index of that many vectors is divided into: a power of two."""
    return int(2 ** round(math.log2(LISTS_PER_ROOT * math.sqrt(max(count, 1)))))


def clustered(rows: Callable[[], Iterator[Rows]], count: int) -> faiss.Index:
    """An index divided into lists by k-means, of which a search looks through some. `rows` is gone through twice."""
    import faiss

    lists = lists_for(count)
    rng = np.random.default_rng(0)
    share = min(1.0, TRAINED_ON * lists / count)
    sample = np.concatenate([vectors[rng.random(len(vectors)) < share] for _, vectors in rows()])
    dimension = sample.shape[1]
    quantizer = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        quantizer, dimension, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )
    index.cp.spherical = True
    index.train(sample)
    for keys, vectors in rows():
        index.add_with_ids(vectors, keys)
    return index


def merged(saved: Segment, gone: np.ndarray, rows: Iterable[Rows]) -> faiss.Index:
    """A clustered segment's index read into memory, without the keys that are gone, with more rows."""
    import faiss

    index: Any = faiss.read_index(str(saved.file))
    if len(gone):
        index.remove_ids(gone)
    for keys, vectors in rows:
        index.add_with_ids(vectors, keys)
    return index
