"""Searches one library: fuses paragraph vectors, paragraph BM25 and article BM25; prefers named days and outlets."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import TypeVar

import numpy as np

from rag.articles import Filters, Passage
from rag.cross_encoding import CrossEncoder
from rag.library import Library, Scope, Scored
from rag.retrieval.cues import Cues, read_cues
from rag.retrieval.folding import folded

LEAST_DEPTH, SPARE = 50, 60  # candidates of each search: of what is wanted four times, at most so many more
RERANKED = 50
Of = TypeVar("Of", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights in a passage's score; 0 switches a part off.

    `vectors`, `words` and `articles` weigh the three searches against each other; `days` and `outlet` are the bonus
    for articles of the preferred days and of a named outlet.
    """

    vectors: float
    words: float
    articles: float
    days: float
    outlet: float


# Fixed on RealTimeQA 2023, docs/measurements.md#retrieval.
WEIGHTS = Weights(vectors=0.5, words=1.0, articles=0.5, days=0.5, outlet=1.0)


class Retriever:
    """Searches one library. Safe to share between threads."""

    def __init__(self, library: Library, reranker: CrossEncoder | None = None, weights: Weights = WEIGHTS) -> None:
        self._library = library
        self._reranker = reranker
        self._weights = weights

    def search(
        self, query: str, vector: np.ndarray, k: int, filters: Filters = Filters(), as_of: date | None = None
    ) -> tuple[Passage, ...]:
        """The k passages that match the query best, best first, no two with (nearly) the same words.

        `vector` is the encoded query, (d,) float32. Nothing published after `as_of` (default: the newest article's
        day) is read. Scores lie in 0–1.
        """
        scope = Scope(filters, as_of)
        cues = read_cues(query, as_of or self._library.newest_day())
        wanted = k if self._reranker is None else max(k, RERANKED)
        depth = max(LEAST_DEPTH, min(4 * wanted, wanted + SPARE))
        while True:
            vectors = self._library.nearest(vector, depth, scope)
            words = self._library.matching(query, depth, scope)
            articles = self._library.matching_articles(query, depth, scope)
            found = folded(self._fused(vectors, words, articles, scope, cues), wanted)
            if len(found) >= wanted or max(len(vectors), len(words)) < depth:
                break
            depth *= 4
        if self._reranker is not None:
            found = self._reranked(self._reranker, query, found, cues)
        return tuple(found[:k])

    def search_each(
        self,
        queries: Sequence[tuple[str, np.ndarray]],
        k: int,
        filters: Filters = Filters(),
        as_of: date | None = None,
    ) -> tuple[Passage, ...]:
        """Searches for several queries, each with its vector, and interleaves their results, k passages in all.

        As `search` for a single query. Scores never increase along the list.
        """
        found = [self.search(query, vector, k, filters, as_of) for query, vector in queries]
        turns = (one for turn in zip_longest(*found) for one in turn if one is not None)
        merged: dict[tuple[str, int], Passage] = {}
        least = 1.0
        for passage in turns:
            if (place := (passage.source.id, passage.start)) not in merged:
                least = min(least, passage.score)
                merged[place] = replace(passage, score=least)
        return tuple(merged.values())[:k]

    def _fused(
        self,
        vectors: Sequence[Scored],
        words: Sequence[Scored],
        articles: Sequence[tuple[str, float]],
        scope: Scope,
        cues: Cues,
    ) -> list[Passage]:
        """Fuses the searches, best paragraph first; of exact copies, the original is added too.

        A convex combination of scores, each as a share of its search's best (Bruch, Gai & Ingber 2023).
        """
        by_vector = _shares([(one.key, one.score) for one in vectors])
        by_word = _shares([(one.key, one.score) for one in words])
        by_article = _shares(articles)
        keys = by_vector.keys() | by_word.keys()
        originals = self._library.originals(list(keys), scope)
        passages = self._library.passages([*keys, *originals.values()])
        scores = {
            key: self._score(by_vector.get(key, 0.0), by_word.get(key, 0.0), by_article.get(passage.source.id, 0.0))
            for key, passage in passages.items()
        }
        for copy, original in originals.items():
            if copy in scores and original in scores:  # neither has been removed meanwhile
                scores[original] = max(scores[original], scores[copy])
        return self._ordered([(passage, scores[key]) for key, passage in passages.items()], cues)

    def _score(self, vectors: float, words: float, articles: float) -> float:
        weights = self._weights
        total = weights.vectors * vectors + weights.words * words + weights.articles * articles
        return total / (weights.vectors + weights.words + weights.articles)

    def _ordered(self, scored: Sequence[tuple[Passage, float]], cues: Cues) -> list[Passage]:
        """Applies the bonus for preferred days and named outlets; scores stay within 0–1, best first.

        An undated article counts as the oldest of the candidates: it is never preferred, nor ranked below its equals.
        """
        days, outlet = self._weights.days, self._weights.outlet
        named = cues.named(passage.source.outlet for passage, _ in scored)
        freshness = [cues.freshness(passage.source.published) for passage, _ in scored]
        oldest = min((one for one in freshness if one is not None), default=0.0)
        passages = []
        for (passage, score), fresh in zip(scored, freshness, strict=True):
            score *= (1 + days * (oldest if fresh is None else fresh)) / (1 + days)
            if named:
                score *= (1 + outlet * (passage.source.outlet in named)) / (1 + outlet)
            passages.append(replace(passage, score=score))
        return sorted(passages, key=lambda one: (-one.score, one.source.id, one.start))

    def _reranked(self, reranker: CrossEncoder, query: str, passages: Sequence[Passage], cues: Cues) -> list[Passage]:
        """Orders the best candidates by the reranker's probabilities; the rest follow."""
        head, tail = passages[:RERANKED], passages[RERANKED:]
        scores = reranker.probabilities([(query, one.text) for one in head])
        ordered = self._ordered([(one, float(score)) for one, score in zip(head, scores, strict=True)], cues)
        least = min((one.score for one in ordered), default=0.0)
        return ordered + [replace(one, score=min(one.score, least)) for one in tail]


def _shares(scored: Sequence[tuple[Of, float]]) -> dict[Of, float]:
    """Divides scores by the best one: 0–1."""
    best = max((score for _, score in scored), default=0.0)
    return {key: max(score, 0.0) / best if best > 0 else 0.0 for key, score in scored}
