"""How probable it is that a sentence answers: how it fits the question, when it was told, and whether it names any.

One logistic model. Where the question has no day, or all that was found is of the same days, how the sentences fit
the question alone decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
from scipy.special import expit, logit

from rag.generation import relevance
from rag.generation.candidates import Candidate
from rag.generation.relevance import Fit
from rag.language.names import names
from rag.language.sameness import same_stem
from rag.language.words import pieces
from rag.query import ParsedQuestion

FEATURES = (*relevance.FEATURES, "many_stories", "fresh", "new_names")
# Printed by `python -m eval.bench.answers … --draw 0 --squad …`, docs/measurements.md#real-news
WEIGHTS = np.array([2.805, -0.713, 0.384, 1.705, 0.495, 2.191, 0.769, -1.656, 2.174, 0.421])
BIAS = -6.746
SLOPE, OFFSET = 0.85, -0.3  # Platt scaling (1999) over shown statements, by the same command
ONE_STORY = -0.6  # so that one threshold serves: in one story more of what is like a question does not answer it
OBJECTION = 0.25  # factor of the likelihood for each reason why a sentence does not answer
FRESH_DAYS = 14.0
MOST_NEW = 2


def probabilities(parsed: ParsedQuestion, found: Sequence[Candidate], fit: Fit) -> np.ndarray:
    """(n,) float64: the probability that each of n sentences is right and answers."""
    rows = features(parsed, found, fit)
    one_story = rows[:, FEATURES.index("many_stories")] == 0
    raw = objection_factor(rows, fit) * expit(rows @ WEIGHTS + BIAS + ONE_STORY * one_story)
    return np.asarray(expit(SLOPE * logit(raw) + OFFSET))


def objection_factor(rows: np.ndarray, fit: Fit) -> np.ndarray:
    """(n,) float64: the factor by which objections lower each likelihood; in one story, a missing name is one too."""
    missing, many = (rows[:, FEATURES.index(name)] > 0 for name in ("names_missing", "many_stories"))
    return np.asarray(OBJECTION ** (fit.objections + (missing & ~many)))


def features(parsed: ParsedQuestion, found: Sequence[Candidate], fit: Fit) -> np.ndarray:
    """(n, len(FEATURES)) float64, in the order of FEATURES; what the passage tells is 0 in one story."""
    days = [one.passage.source.published for one in found if one.passage.source.published]
    today = parsed.question.as_of  # without it an old story is as good as a new one
    many = today is not None and bool(days) and (max(days) - min(days)).days > FRESH_DAYS
    asked = {word.lower() for word in pieces(parsed.text)}
    named = parsed.kind in ("who", "what", "where")
    told = [[1.0, _fresh(one.passage.source.published, today), _new_names(one.text, asked) * named] for one in found]
    return np.hstack([fit.features, many * np.array(told)])


def _fresh(published: date | None, today: date | None) -> float:
    """How near a day is to that of the question, 0–1; an undated passage is as far as can be."""
    return math.exp(-max((today - published).days, 0) / FRESH_DAYS) if published and today else 0.0


def _new_names(text: str, asked: set[str]) -> int:
    """How many names a sentence has that the question has not, no more than two."""
    parts = ([part.lower() for part in pieces(name.text)] for name in names(text))
    return min(MOST_NEW, sum(not all(_is_in(part, asked) for part in name) for name in parts))


def _is_in(word: str, words: set[str]) -> bool:
    return any(same_stem(word, other) for other in words)
