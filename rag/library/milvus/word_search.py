"""BM25 in Milvus, scored as in an embedded library.

Milvus finds candidates by its own BM25, which counts words in each segment or shard by itself and weighs them by
another formula. So it is asked for more than are wanted, how many texts have each word, and the candidates' terms:
their scores are then those that an embedded library with the same articles gives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from rag.library import Generation
from rag.library.bm25 import RARE_MATCHES, saturated, split, weight
from rag.library.milvus.client import Client
from rag.library.milvus.collections import both
from rag.library.milvus.stems import counts_in, query_terms

CANDIDATES = 2  # for each text that is wanted
SAMPLE = 16_000  # texts of which the mean length is taken: of a library with fewer, it is exact; beyond, to 1%
AT_ONCE = 8  # words that are counted
MOST_TERMS = 50_000  # whose frequencies are cached


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of one collection; `having` caches document frequencies of the terms queried so far."""

    generation: Generation
    texts: int
    mean_length: float
    having: dict[str, int] = field(default_factory=dict)


class WordSearch:
    """Searches a collection, or the rows that match `rows`. Safe to share between threads.

    `hashed` is a field of hashes, another in each text.
    """

    def __init__(self, client: Client, generation: Callable[[], Generation], hashed: str, rows: str = "") -> None:
        self._client = client
        self._generation = generation
        self._hash = hashed
        self._rows = rows
        self._known = Statistics((0, ""), 0, 1.0)

    def best(self, collection: str, query: str, k: int, scope: str) -> list[tuple[str, float]]:
        """Keys and scores of the k best rows in the scope, best first."""
        terms = query_terms(query)
        statistics = self._statistics(collection)
        numbers = self._numbers(statistics, collection, terms)
        rare, common = split(numbers, k)
        where = both(self._rows, scope)
        if common and scope and self._client.count(collection, where) <= RARE_MATCHES:
            rare, common = [*rare, *common], []
        if not rare:
            return []
        wanted = [terms[place] for place in (*rare, *common)]
        weights = np.array([weight(statistics.texts, numbers[place]) for place in (*rare, *common)])
        fields = ["key", "words", "length"]
        found = self._client.search(collection, "by_words", " ".join(wanted), CANDIDATES * k, where, fields)
        counts = np.array([counts_in(row["words"], wanted) for row, _ in found]).reshape(len(found), len(wanted))
        lengths = np.array([[row["length"]] for row, _ in found], np.float64).reshape(len(found), 1)
        scores = (saturated(counts, lengths, statistics.mean_length) * weights).sum(axis=1)
        rare_counts = counts[:, : len(rare)].sum(axis=1)
        scored = [
            (str(row["key"]), float(score))
            for (row, _), score, count in zip(found, scores, rare_counts, strict=True)
            if count
        ]
        return sorted(scored, key=lambda one: (-one[1], one[0]))[:k]

    def _statistics(self, collection: str) -> Statistics:
        """The statistics of the library's current state."""
        generation = self._generation()
        if self._known.generation != generation:
            texts = self._client.count(collection, self._rows or 'key > ""')
            # Rows whose hash is below a bound are drawn at random.
            drawn = f'{self._hash} < "{int(min(1.0, SAMPLE / max(1, texts)) * 0xFFFFFFFF):08x}"'
            where = drawn if texts > SAMPLE else 'key > ""'
            lengths = [row["length"] for row in self._client.rows(collection, both(self._rows, where), ["length"])]
            self._known = Statistics(generation, texts, sum(lengths) / max(1, len(lengths)) or 1.0)
        return self._known

    def _numbers(self, statistics: Statistics, collection: str, terms: Sequence[str]) -> list[int]:
        """Document frequencies of the terms."""

        def count(term: str) -> int:
            return self._client.count(collection, both(self._rows, self._client.having("words", term)))

        known = {term: number for term in terms if (number := statistics.having.get(term)) is not None}
        if unknown := [term for term in terms if term not in known]:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                known.update(zip(unknown, pool.map(count, unknown), strict=True))
            if len(statistics.having) < MOST_TERMS:
                statistics.having.update(known)
        return [known[term] for term in terms]
