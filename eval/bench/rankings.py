"""The rankings that `eval.bench.retrieval` compares: baselines, Byline's search, and ablations of it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

import numpy as np

from eval.cases import Case
from rag.articles import Passage, Question
from rag.cross_encoding import CrossEncoder
from rag.embedding import Embedder
from rag.library import Key, Library, Scope
from rag.query import understand
from rag.retrieval import WEIGHTS, Retriever, Weights

DEPTH = 100  # passages or articles that a ranking has
RANK_CONSTANT = 60
RECENCY_WEIGHT, RECENCY_DAYS = 0.15, 14.0

Ranking = Callable[["Searched"], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class Searched:
    """A question with its vector, (d,) float32, and its search scope.

    `queries` are Byline's search queries with vectors: the question, and each of its parts if it has several.
    """

    library: Library
    case: Case
    vector: np.ndarray
    queries: tuple[tuple[str, np.ndarray], ...]
    scope: Scope


def searched(library: Library, embedder: Embedder, cases: Sequence[Case]) -> list[Searched]:
    """Encodes the questions and adds their search scopes."""
    queries = [understand(Question(case.question)).queries for case in cases]
    texts = list(dict.fromkeys((*(case.question for case in cases), *chain.from_iterable(queries))))
    vectors = dict(zip(texts, embedder.encode(texts), strict=True))
    return [
        Searched(
            library,
            case,
            vectors[case.question],
            tuple((text, vectors[text]) for text in parts),
            Scope(case.filters, case.as_of),
        )
        for case, parts in zip(cases, queries, strict=True)
    ]


def baselines() -> Mapping[str, Ranking]:
    """Baselines over the same library: each search alone, and the common fusion of all three."""
    return {
        "vectors alone": lambda one: _passages(one, _by_vectors(one)),
        "BM25 alone": lambda one: _passages(one, _by_words(one)),
        "article BM25 alone": _by_articles,
        "plain fusion": lambda one: _plain_fusion(one, 0.0),
        "plain fusion, newer preferred": lambda one: _plain_fusion(one, RECENCY_WEIGHT),
    }


def byline(weights: Weights = WEIGHTS, reranker: CrossEncoder | None = None, queries: int | None = None) -> Ranking:
    """Byline's search with other weights, a reranker, or a limited number of queries."""

    def search(one: Searched) -> Sequence[Passage]:
        retriever = Retriever(one.library, reranker, weights)
        return retriever.search_each(one.queries[:queries], DEPTH, one.case.filters, one.case.as_of)

    return search


def ablations() -> Mapping[str, Ranking]:
    """Byline's search with one feature switched off at a time."""
    return {f"without {name}": byline(replace(WEIGHTS, **{name: 0.0})) for name in Weights.__dataclass_fields__}


def _by_vectors(one: Searched) -> list[Key]:
    return [found.key for found in one.library.nearest(one.vector, DEPTH, one.scope)]


def _by_words(one: Searched) -> list[Key]:
    return [found.key for found in one.library.matching(one.case.question, DEPTH, one.scope)]


def _passages(one: Searched, keys: Iterable[Key]) -> list[Passage]:
    ranked = list(keys)
    found = one.library.passages(ranked)
    return [found[key] for key in ranked if key in found]


def _by_articles(one: Searched) -> list[Passage]:
    """Passages for articles in order: the beginning of each."""
    found = one.library.matching_articles(one.case.question, DEPTH, one.scope)
    articles = (one.library.get(id) for id, _ in found)
    return [Passage(each.source, 1, 0, 0, "", 0.0) for each in articles if each is not None]


def _plain_fusion(one: Searched, recency: float) -> list[Passage]:
    """Reciprocal rank fusion (Cormack et al. 2009) of all three; a paragraph has its article's rank."""
    fused: defaultdict[Key, float] = defaultdict(float)
    for ranking in (_by_vectors(one), _by_words(one)):
        for place, key in enumerate(ranking, start=1):
            fused[key] += 1 / (RANK_CONSTANT + place)
    articles = one.library.matching_articles(one.case.question, DEPTH, one.scope)
    ranks = {id: rank for rank, (id, _) in enumerate(articles, start=1)}
    found = one.library.passages(list(fused))
    for key, passage in found.items():
        if rank := ranks.get(passage.source.id):
            fused[key] += 1 / (RANK_CONSTANT + rank)
        fused[key] *= 1 + recency * _freshness(passage.source.published, one.case.as_of)
    return [
        found[key] for key in sorted(found, key=lambda key: (-fused[key], found[key].source.id, found[key].start))
    ]


def _freshness(published: date | None, today: date | None) -> float:
    return math.exp(-(today - published).days / RECENCY_DAYS) if published and today else 0.0
