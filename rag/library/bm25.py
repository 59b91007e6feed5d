"""BM25 as FTS5 computes it, so that every library gives a text the same score."""

from __future__ import annotations

import math

import numpy as np

K1, B = 1.2, 0.75
LEAST_IDF = 1e-6  # of a term that more than half of the texts have


def weight(texts: int, having: int) -> float:
    """The weight of a term that `having` of so many texts have: K1 + 1 times its inverse document frequency."""
    return (K1 + 1) * max(LEAST_IDF, math.log((texts - having + 0.5) / (having + 0.5)))


def saturated(counts: np.ndarray, lengths: np.ndarray, mean_length: float) -> np.ndarray:
    """0 to 1: how much `counts` of a term say in texts of `lengths` terms, both of one shape.

    The score of a text is the sum of this over the terms of a query, each times its `weight`.
    """
    return np.asarray(counts / (lengths * (K1 * B / mean_length) + (counts + np.float32(K1 * (1 - B)))))
