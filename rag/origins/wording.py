"""How far two texts have the same words. Called inside the room, and by what numbers citations."""

from __future__ import annotations

from functools import lru_cache

from rag.facts.quotations import QUOTATION
from rag.words import pieces

SHINGLE = 3  # words
LEAST_SHINGLES = 6  # fewer words are alike by chance


@lru_cache(maxsize=4096)
def shingles(text: str) -> frozenset[str]:
    """The text's runs of three words."""
    words = pieces(text.casefold())
    return frozenset(" ".join(words[place : place + SHINGLE]) for place in range(max(1, len(words) - SHINGLE + 1)))


@lru_cache(maxsize=512)
def own_words(text: str) -> frozenset[str]:
    """The shingles of what an article says itself, outside quotation marks."""
    return shingles(QUOTATION.sub(" ", text))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set's shingles that the other has; 0 where they are too few to tell."""
    fewest = min(len(one), len(other))
    return len(one & other) / fewest if fewest >= LEAST_SHINGLES else float(one == other)
