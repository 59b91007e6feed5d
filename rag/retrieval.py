"""Question → passages: FAISS and BM25 fused, newer days preferred a little, reprints folded.

The desk calls it. The candidates of both searches are fused by reciprocal rank (Cormack et al. 2009).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from rag.articles import Filters, Passage
from rag.cross_encoding import CrossEncoder
from rag.library import Keys, Library, Scored
from rag.origins import is_credited
from rag.words import pieces

RANK_CONSTANT = 60
LEAST_DEPTH = 50
DENSE_WEIGHT, WORDS_WEIGHT = 1.0, 1.0
# Of 156 RealTimeQA questions over 808 articles (2022) the right article came first for 0.74 without recency and for
# 0.84 with it (0.68 by vectors alone, 0.76 by words alone); other weights, days and ranks gained less than the noise.
RECENCY_WEIGHT = 0.15  # of the score; fades with the days before the question
RECENCY_DAYS = 14.0
SAME_WORDS = 0.8
RERANKED = 50

Shingle = tuple[str, ...]  # words that follow one another


class Retriever:
    """Searches one library. Safe to share between threads."""

    def __init__(self, library: Library, reranker: CrossEncoder | None = None) -> None:
        self._library = library
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
        wanted = k if self._reranker is None else max(k, RERANKED)
        depth = max(LEAST_DEPTH, 4 * wanted)
        while True:
            dense = self._library.nearest(vector, depth, allowed)
            words = self._library.matching(query, depth, allowed)
            found = _folded(self._fused(dense, words, allowed, today), wanted)
            if len(found) >= wanted or max(len(dense), len(words)) < depth:
                break
            depth *= 4
        if self._reranker is not None:
            found = _reranked(self._reranker, query, found, today)
        return tuple(found[:k])

    def _fused(
        self, dense: Sequence[Scored], words: Sequence[Scored], allowed: Keys | None, today: date | None
    ) -> list[Passage]:
        """The candidates of both searches as passages, best first; a copy brings the original of its very words."""
        fused: dict[int, float] = {}
        for ranking, weight in ((dense, DENSE_WEIGHT), (words, WORDS_WEIGHT)):
            for rank, one in enumerate(ranking, start=1):
                fused[one.key] = fused.get(one.key, 0.0) + weight / (RANK_CONSTANT + rank)
        for copy, original in self._library.originals(list(fused), allowed).items():
            fused[original] = max(fused.get(original, 0.0), fused[copy])
        best = (DENSE_WEIGHT + WORDS_WEIGHT) / (RANK_CONSTANT + 1)
        passages = self._library.passages(list(fused))
        return _best_first(_dated(passage, fused[key] / best, today) for key, passage in passages.items())


def _dated(passage: Passage, score: float, today: date | None) -> Passage:
    """The passage with that score, raised a little for what is new; an undated article is not preferred."""
    published, fresh = passage.source.published, 0.0
    if published is not None and today is not None and published <= today:
        fresh = math.exp(-(today - published).days / RECENCY_DAYS)
    return replace(passage, score=score * (1 + RECENCY_WEIGHT * fresh) / (1 + RECENCY_WEIGHT))


def _best_first(passages: Iterable[Passage]) -> list[Passage]:
    return sorted(passages, key=lambda one: (-one.score, one.source.id, one.start))


def _reranked(reranker: CrossEncoder, query: str, passages: Sequence[Passage], today: date | None) -> list[Passage]:
    """The best candidates in the reranker's order, its scores made probabilities; the rest behind them."""
    head, tail = passages[:RERANKED], passages[RERANKED:]
    scores = reranker.probabilities([(query, one.text) for one in head])
    ordered = _best_first(_dated(one, float(score), today) for one, score in zip(head, scores, strict=True))
    least = min((one.score for one in ordered), default=0.0)
    return ordered + [replace(one, score=min(one.score, least)) for one in tail]


def _folded(ranked: Sequence[Passage], k: int) -> list[Passage]:
    """The first k passages with different words; each carries those with the same, the earliest in front."""
    groups: list[list[Passage]] = []
    sizes: list[int] = []
    holders: defaultdict[Shingle, list[int]] = defaultdict(list)  # of each shingle, the groups whose first has it
    for passage in ranked:
        shingles = _shingles(passage.text)
        known = shingles & holders.keys()
        shared = Counter(place for one in known for place in holders[one])
        for place, count in sorted(shared.items()):
            if count >= SAME_WORDS * (len(shingles) + sizes[place] - count):  # the Jaccard similarity
                groups[place].append(passage)
                break
        else:
            if len(groups) < k:
                for one in shingles:
                    holders[one].append(len(groups))
                groups.append([passage])
                sizes.append(len(shingles))
    return [_first_published(group) for group in groups]


def _first_published(group: Sequence[Passage]) -> Passage:
    """The original of a group, the earliest or what the others credit, with the others as its reprints."""
    first = min(group, key=lambda one: (one.source.published or date.max, group.index(one)))
    first = next((one for one in group if any(is_credited(one.source, other.text) for other in group)), first)
    others = tuple(one for one in group if one is not first)
    return replace(first, score=group[0].score, reprints=others)


def _shingles(text: str) -> set[Shingle]:
    """The text's runs of three words; a text shorter than one is its own."""
    words = pieces(text.casefold())
    return set(zip(words, words[1:], words[2:], strict=False)) or {tuple(words)}
