"""Question → passages: FAISS and BM25 fused, newer days preferred a little, reprints folded.

The desk calls it. The candidates of both searches are fused by reciprocal rank (Cormack et al. 2009).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.articles import Filters, Passage
from rag.embedding import Embedder
from rag.errors import ConfigError
from rag.library import Library, Scored
from rag.words import pieces

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RANK_CONSTANT = 60
LEAST_DEPTH = 50
DENSE_WEIGHT, WORDS_WEIGHT = 1.0, 1.0
RECENCY_WEIGHT = 0.15  # of the best fused score; fades with the days before the question
RECENCY_DAYS = 14.0
SAME_WORDS = 0.8
SHINGLE_WORDS = 3
RERANKED = 50


class Retriever:
    """Searches one library. Safe to share between threads."""

    def __init__(self, library: Library, embedder: Embedder, reranker: CrossEncoder | None = None) -> None:
        self._library = library
        self._embedder = embedder
        self._reranker = reranker

    def search(
        self, query: str, vector: np.ndarray, k: int, filters: Filters = Filters(), as_of: date | None = None
    ) -> tuple[Passage, ...]:
        """The k passages that best fit the query, best first, no two with (nearly) the same words.

        `vector` is the encoded query, (d,) float32. Nothing published after `as_of` is read; the default is the
        newest article's day. Scores lie in 0–1.
        """
        allowed = self._library.allowed(filters, as_of)
        today = as_of or self._library.newest_day()
        depth = max(LEAST_DEPTH, 4 * k)
        while True:
            dense = self._library.nearest(vector, depth, allowed)
            words = self._library.matching(query, depth, allowed)
            found = self._folded(self._ranked(query, dense, words, today), k)
            if len(found) >= k or max(len(dense), len(words)) < depth:
                return tuple(found)
            depth *= 4

    def _ranked(
        self, query: str, dense: Sequence[Scored], words: Sequence[Scored], today: date | None
    ) -> list[Passage]:
        """The candidates of both searches as passages, best first."""
        fused: dict[int, float] = {}
        for ranking, weight in ((dense, DENSE_WEIGHT), (words, WORDS_WEIGHT)):
            for rank, one in enumerate(ranking, start=1):
                fused[one.key] = fused.get(one.key, 0.0) + weight / (RANK_CONSTANT + rank)
        best = (DENSE_WEIGHT + WORDS_WEIGHT) / (RANK_CONSTANT + 1)
        passages = self._library.passages(list(fused))
        scored = [
            replace(passage, score=_with_recency(fused[key] / best, passage.source.published, today))
            for key, passage in passages.items()
        ]
        scored.sort(key=_order)
        if self._reranker is None:
            return scored
        return _reranked(self._reranker, query, scored)

    @staticmethod
    def _folded(ranked: Sequence[Passage], k: int) -> list[Passage]:
        """The first k passages with different words; each carries those with the same, the earliest in front."""
        groups: list[tuple[frozenset[str], list[Passage]]] = []
        for passage in ranked:
            shingles = _shingles(passage.text)
            group = next((members for known, members in groups if _same(shingles, known)), None)
            if group is not None:
                group.append(passage)
            elif len(groups) < k:
                groups.append((shingles, [passage]))
        return [_first_published(group) for _, group in groups]


def load_cross_encoder(name: str | None) -> CrossEncoder | None:
    """The CrossEncoder of that name or folder, None for None. Raises ConfigError where it cannot be loaded."""
    if name is None:
        return None
    if Path(name).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import CrossEncoder

    try:
        return CrossEncoder(name)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The cross-encoder {name!r} cannot be loaded ({type(error).__name__}): name a folder or a model of "
            "sentence-transformers in BYLINE_RERANKER or BYLINE_CHECKER, or unset it."
        ) from error


def _with_recency(score: float, published: date | None, today: date | None) -> float:
    """The score, raised a little for what is new; an undated article is not preferred."""
    fresh = 0.0
    if published is not None and today is not None and published <= today:
        fresh = float(np.exp(-(today - published).days / RECENCY_DAYS))
    return (score + RECENCY_WEIGHT * fresh * score) / (1 + RECENCY_WEIGHT)


def _order(passage: Passage) -> tuple[float, str, int]:
    return -passage.score, passage.source.id, passage.start


def _reranked(reranker: CrossEncoder, query: str, passages: Sequence[Passage]) -> list[Passage]:
    """The best candidates in the reranker's order, its scores squeezed into 0–1; the rest behind them."""
    head, tail = passages[:RERANKED], passages[RERANKED:]
    if not head:
        return []
    raw = np.asarray(reranker.predict([(query, one.text) for one in head], show_progress_bar=False), dtype=np.float64)
    scores = raw if raw.min() >= 0 and raw.max() <= 1 else 1 / (1 + np.exp(-raw))
    ordered = sorted((replace(one, score=float(score)) for one, score in zip(head, scores, strict=True)), key=_order)
    least = ordered[-1].score
    return ordered + [replace(one, score=min(one.score, least)) for one in tail]


def _first_published(group: Sequence[Passage]) -> Passage:
    """The earliest of a group, the best of those when several or none are dated, with the others as its reprints."""
    first = min(group, key=lambda one: (one.source.published or date.max, group.index(one)))
    others = tuple(one for one in group if one is not first)
    return replace(first, score=group[0].score, reprints=others)


def _shingles(text: str) -> frozenset[str]:
    words = pieces(text.casefold())
    count = max(1, len(words) - SHINGLE_WORDS + 1)
    return frozenset(" ".join(words[place : place + SHINGLE_WORDS]) for place in range(count))


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts have (nearly) the same words: Jaccard similarity of their shingles."""
    shared = len(one & other)
    return shared >= SAME_WORDS * (len(one) + len(other) - shared)
