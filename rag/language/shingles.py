"""Overlap of two texts by their shingles, the runs of three words."""

from __future__ import annotations

from functools import lru_cache

from rag.language.words import pieces

SHINGLE = 3  # words
LEAST_SHINGLES = 6  # fewer are alike by chance


@lru_cache(maxsize=4096)
def shingles(text: str) -> frozenset[str]:
    """The text's runs of three words, without case and marks; a text of fewer words is its own shingle."""
    words = pieces(text.casefold())
    return frozenset(" ".join(words[place : place + SHINGLE]) for place in range(max(1, len(words) - SHINGLE + 1)))


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set that the other has; of fewer than six shingles, 1 for equal sets, else 0."""
    fewest = min(len(one), len(other))
    return len(one & other) / fewest if fewest >= LEAST_SHINGLES else float(one == other)
