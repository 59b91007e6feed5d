"""Finds words that no dictionary knows: names in lower case, misspelt words; and compares spellings."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from rag.language import lexicons
from rag.language.lemmas import parts_of_speech
from rag.language.words import STOP_WORDS, pieces

SPELLING = 0.75  # of the letters, from which a word may be another one misspelt
_KNOWN = lexicons.words("unknown_words.known")


def unknown_words(text: str) -> tuple[str, ...]:
    """The words in lower case that no dictionary knows, nor their ends ("airstrikes"), each once."""
    return tuple(
        word
        for word in dict.fromkeys(pieces(text))
        if word.islower() and word.isalpha() and len(word) > 3 and word not in STOP_WORDS | _KNOWN
        if not any(parts_of_speech(word[place:]) for place in (0, *range(3, len(word) - 3)))
    )


@lru_cache(maxsize=50_000)
def is_misspelt(one: str, other: str) -> bool:
    """Whether one lower-case word may be the other one misspelt."""
    near = min(len(one), len(other)) > 3 and one[0] == other[0]
    return near and SequenceMatcher(None, one, other, autojunk=False).ratio() >= SPELLING
