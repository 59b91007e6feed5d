"""BM25 as FTS5 computes it, so that every library scores a text alike."""

from __future__ import annotations

import math

import numpy as np

K1, B = 1.2, 0.75
LEAST_IDF = 1e-6  # for a term in more than half of the texts


def weight(texts: int, having: int) -> float:
    """The weight of a term in `having` of so many texts: K1 + 1 times its inverse document frequency."""
    return (K1 + 1) * max(LEAST_IDF, math.log((texts - having + 0.5) / (having + 0.5)))


def saturated(counts: np.ndarray, lengths: np.ndarray, mean_length: float) -> np.ndarray:
    """A term's saturated frequencies, 0-1, in texts of `lengths` terms; both arrays have one shape.

    A text's score is the sum over a query's terms of this times `weight`.
    """
    return np.asarray(counts / (lengths * (K1 * B / mean_length) + (counts + np.float32(K1 * (1 - B)))))
