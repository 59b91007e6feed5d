"""How probable it is that a statement answers: its relevance to the question, and where and by whom it was told.

A logistic model, calibrated on the statements that are shown. Where a question has no day, or all that was found is
of the same days, place and time say nothing, and the relevance of the sentences alone decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import expit, logit

from rag.articles import Passage
from rag.generation.relevance import LACKING
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.words import pieces, same_stem
from rag.query import ParsedQuestion

FEATURES = (
    "relevance", "lacks", "behind_the_best", "passage_score", "article_share", "fresh", "paragraph",
    "opens_paragraph", "told_elsewhere", "told_elsewhere_too", "new_names", "new_quantities",
)  # fmt: skip
# Fitted on RealTimeQA 2023 by `python -m eval.bench.answers`, docs/measurements.md#real-news
WEIGHTS = np.array([0.449, -0.591, -0.311, 0.806, 0.606, 1.555, 0.082, 0.358, 0.418, 0.063, 0.613, 0.432])
BIAS = -4.581
ONE_STORY = -0.38  # makes the threshold of docs/measurements.md#answers-over-the-seeds that of real news
SLOPE, OFFSET = 0.58, -0.18  # Platt scaling (1999) over shown statements, by `python -m eval.bench.newsroom`
FRESH_DAYS = 14.0
LIKE, SAME = 0.5, 0.6  # cosines of sentences of which one may tell, and tells, what the other does
OPENING_CHARACTERS = 80
MOST_NEW = 2


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of a passage: its text and vector, where it starts in the article."""

    text: str
    vector: np.ndarray
    start: int
    passage: Passage


def is_one_story(found: Sequence[Found]) -> bool:
    """Whether all dated passages are of the same days: then only the sentences tell which answers."""
    days = [one.passage.source.published for one in found if one.passage.source.published]
    return not days or (max(days) - min(days)).days <= FRESH_DAYS


def probabilities(asked: ParsedQuestion, found: Sequence[Found], logits: np.ndarray, lacks: np.ndarray) -> np.ndarray:
    """(n,) float64: the probability that each sentence is right and answers.

    `logits` (n,) are the relevance of the sentences, `lacks` (n,) how many things each lacks.
    """
    if asked.question.as_of is None or is_one_story(found):
        raw = logit(LACKING**lacks * expit(logits)) + ONE_STORY
    else:
        raw = features(asked, found, logits, lacks) @ WEIGHTS + BIAS
    return np.asarray(expit(SLOPE * raw + OFFSET))


def features(asked: ParsedQuestion, found: Sequence[Found], logits: np.ndarray, lacks: np.ndarray) -> np.ndarray:
    """(n, len(FEATURES)) float64, in the order of FEATURES."""
    relevance = -np.log1p(np.exp(-logits)) + math.log(LACKING) * lacks
    elsewhere, too = _told_elsewhere(found, np.exp(relevance))
    told = {(one.passage.source.id, one.passage.start): one.passage for one in found}.values()
    today = asked.question.as_of or max((one.source.published or date.min for one in told), default=date.min)
    counted, named = asked.kind in ("number", "when"), asked.kind in ("who", "what", "where")
    rows = [
        [
            one.passage.score,
            sum(other.score for other in told if other.source.id == one.passage.source.id),
            _fresh(one.passage.source.published, today),
            math.log1p(one.passage.paragraph),
            one.start - one.passage.start < OPENING_CHARACTERS,
        ]
        for one in found
    ]
    words = {word.lower() for word in pieces(asked.text)}
    new = [
        [
            _new_names(one.text, words) if named else 0,
            min(MOST_NEW, len(quantities(one.text))) if counted else 0,
        ]
        for one in found
    ]
    place = np.array(rows, dtype=np.float64)
    place[:, 1] /= max(sum(other.score for other in told), 1e-9)
    own = np.column_stack(
        [logits, lacks, np.maximum(relevance, math.log(1e-6)) - max(relevance.max(), math.log(1e-6))]
    )
    return np.hstack([own, place, np.column_stack([elsewhere, too]), np.array(new, dtype=np.float64)])


def _told_elsewhere(found: Sequence[Found], likelihoods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many sentences of other articles tell the same (logarithm), and how likely the likest of them answers."""
    vectors = np.stack([one.vector for one in found])
    articles = np.array([one.passage.source.id for one in found])
    alike = np.where(articles[:, None] == articles[None, :], 0.0, vectors @ vectors.T)
    too = (np.where(alike >= LIKE, alike, 0.0) * likelihoods[None, :]).max(axis=1)
    return np.log1p((alike >= SAME).sum(axis=1)), too


def _fresh(published: date | None, today: date) -> float:
    """How near a day is to that of the question, 0–1; an undated passage is as far as can be."""
    return math.exp(-max((today - published).days, 0) / FRESH_DAYS) if published else 0.0


def _new_names(text: str, asked: set[str]) -> int:
    """How many names a sentence has that the question has not, no more than two."""
    parts = ([part.lower() for part in pieces(name.text)] for name in names(text))
    return min(MOST_NEW, sum(not all(_is_in(part, asked) for part in name) for name in parts))


def _is_in(word: str, words: set[str]) -> bool:
    return any(same_stem(word, other) for other in words)
