"""How probable it is that a sentence answers: how it fits the question, its day, its names, and who else says so.

One logistic model of each sentence alone, and a second of its likelihood and of how far the articles agree. Where
the question has no day, or all that was found is of the same days, how a sentence fits the question alone decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from scipy.special import expit, logit

from rag.generation import relevance
from rag.generation.agreement import agreement, new_names
from rag.generation.candidates import Candidate
from rag.generation.relevance import Fit
from rag.language.words import pieces
from rag.query import ParsedQuestion

FEATURES = (*relevance.FEATURES, "many_stories", "fresh", "new_names")
# Printed by `python -m eval.bench.answers … --draw 0 --squad …`, docs/measurements.md#real-news
WEIGHTS = np.array([2.637, -0.689, 0.373, 1.757, 0.538, 2.196, 0.734, -1.763, 2.083, 0.452])
BIAS = -6.724
SLOPE, AGREEMENT, OFFSET = 0.23, 0.93, -1.11  # over the best sentences of each question, by the same command
ONE_STORY_SLOPE, ONE_STORY_OFFSET = 0.85, -0.2  # so that one threshold serves: in one story more is like a question
OBJECTION = 0.25  # factor of the likelihood for each reason why a sentence does not answer
FRESH_DAYS = 14.0
MOST_NEW = 2


def probabilities(parsed: ParsedQuestion, found: Sequence[Candidate], fit: Fit) -> np.ndarray:
    """(n,) float64: the probability that each of n sentences is right and answers."""
    rows = features(parsed, found, fit)
    alone = likelihoods(rows, objection_factor(rows, fit))
    if is_one_story(rows):
        return one_story_probabilities(alone)
    agreed = agreement(found, alone, words_of(parsed))
    return np.asarray(expit(SLOPE * logit(alone) + AGREEMENT * agreed + OFFSET))


def one_story_probabilities(alone: np.ndarray) -> np.ndarray:
    """(n,) float64: the probabilities of sentences of one story, of their likelihoods alone."""
    return np.asarray(expit(ONE_STORY_SLOPE * logit(alone) + ONE_STORY_OFFSET))


def likelihoods(
    rows: np.ndarray, factor: np.ndarray, weights: np.ndarray = WEIGHTS, bias: float = BIAS
) -> np.ndarray:
    """(n,) float64: the likelihood of each sentence alone, of its features and the factor of its objections."""
    return np.asarray(factor * expit(rows @ weights + bias))


def is_one_story(rows: np.ndarray) -> bool:
    """Whether the question has no day, or all that was found is of the same days: agreement tells nothing there."""
    return not rows[:, FEATURES.index("many_stories")].any()


def words_of(parsed: ParsedQuestion) -> frozenset[str]:
    """The question's words, in lower case."""
    return frozenset(word.lower() for word in pieces(parsed.text))


def objection_factor(rows: np.ndarray, fit: Fit) -> np.ndarray:
    """(n,) float64: the factor by which objections lower each likelihood; in one story, a missing name is one too."""
    missing, many = (rows[:, FEATURES.index(name)] > 0 for name in ("names_missing", "many_stories"))
    return np.asarray(OBJECTION ** (fit.objections + (missing & ~many)))


def features(parsed: ParsedQuestion, found: Sequence[Candidate], fit: Fit) -> np.ndarray:
    """(n, len(FEATURES)) float64, in the order of FEATURES; what the passage tells is 0 in one story."""
    days = [one.passage.source.published for one in found if one.passage.source.published]
    today = parsed.question.as_of  # without it an old story is as good as a new one
    many = today is not None and bool(days) and (max(days) - min(days)).days > FRESH_DAYS
    asked = words_of(parsed)
    named = parsed.kind in ("who", "what", "where")
    told = []
    for one in found:
        names = min(MOST_NEW, len(new_names(one.text, asked))) if named else 0
        told.append([1.0, _fresh(one.passage.source.published, today), names])
    return np.hstack([fit.features, many * np.array(told)])


def _fresh(published: date | None, today: date | None) -> float:
    """How near a day is to that of the question, 0–1; an undated passage is as far as can be."""
    return math.exp(-max((today - published).days, 0) / FRESH_DAYS) if published and today else 0.0
