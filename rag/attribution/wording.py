"""How far two texts have the same words. Called inside the room, and by what numbers citations."""

from __future__ import annotations

from functools import lru_cache

from rag.language.quotations import QUOTATION
from rag.language.words import pieces

SHINGLE = 3  # words
LONGEST_ARTICLE = 100_000  # characters that are compared; longer ones of a few words could fill the memory
LEAST_SHINGLES = 6  # fewer words are alike by chance


@lru_cache(maxsize=4096)
def shingles(text: str) -> frozenset[str]:
    """The text's runs of three words."""
    return _shingles(text)


def _shingles(text: str) -> frozenset[str]:
    words = pieces(text.casefold())
    return frozenset(" ".join(words[place : place + SHINGLE]) for place in range(max(1, len(words) - SHINGLE + 1)))


@lru_cache(maxsize=128)  # of at most 3 MB each
def own_words(text: str) -> frozenset[str]:
    """The shingles of what an article says itself, outside quotation marks, in its first 100,000 characters."""
    return _shingles(QUOTATION.sub(" ", text[:LONGEST_ARTICLE]))


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set's shingles that the other has; 0 where they are too few to tell."""
    fewest = min(len(one), len(other))
    return len(one & other) / fewest if fewest >= LEAST_SHINGLES else float(one == other)
