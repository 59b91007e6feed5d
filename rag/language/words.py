"""Words of a text, those of them that carry its meaning, and its shingles."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.cancellation import check_cancelled
from rag.language import lexicons

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
STOP_WORDS = lexicons.words("stop_words.words")
SHINGLE = 3  # words
LEAST_SHINGLES = 6  # fewer are alike by chance
_PIECE = re.compile(r"[^\W_]+")
_POSSESSIVE = re.compile(r"['’]s?$")


def content_words(text: str) -> tuple[str, ...]:
    """The words that carry the meaning, in order, each once; names keep their capitals."""
    check_cancelled()
    words = (word for word in WORD.findall(text) if word.lower().replace("’", "'") not in STOP_WORDS)
    return tuple({word.lower(): word for word in words}.values())


def pieces(text: str) -> list[str]:
    """Words cut at every mark, as the tokenizer of an embedding model cuts them."""
    check_cancelled()
    return _PIECE.findall(text)


def without_possessive(word: str) -> str:
    """The word without the ending of a possessive: "Iran" of "Iran's"."""
    return _POSSESSIVE.sub("", word)


def shared_letters(one: str, other: str) -> int:
    """How many letters two words have in common at their beginnings."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


@lru_cache(maxsize=4096)
def shingles(text: str) -> frozenset[str]:
    """The text's runs of three words, without case and marks; a text of fewer words is its own shingle."""
    words = pieces(text.casefold())
    return frozenset(" ".join(words[place : place + SHINGLE]) for place in range(max(1, len(words) - SHINGLE + 1)))


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set that the other has; of fewer than six shingles, 1 for equal sets, else 0."""
    fewest = min(len(one), len(other))
    return len(one & other) / fewest if fewest >= LEAST_SHINGLES else float(one == other)
