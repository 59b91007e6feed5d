"""Spelling: variants of one word, contractions in full, words that no dictionary knows, misspelt words."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from rag.language import lexicons
from rag.language.lemmas import parts_of_speech
from rag.language.words import STOP_WORDS, pieces

MISSPELT = 75.0  # of 100, rapidfuzz's ratio, from which a word may be another one misspelt
_KNOWN = lexicons.words("unknown_words.known")
_RULES = tuple(
    (re.compile(pattern), replacement)
    for replacement, patterns in lexicons.pattern_table("spelling_variants.rules")
    for pattern in patterns
)
_VARIANTS = lexicons.meanings("spelling_variants.variants")
_CONTRACTION = re.compile(
    r"(?:(?P<not>ca|wo|sha|[a-z]+)(?P<nt>n['’‘ʼ`´]t)|(?P<can>can)not"
    r"|(?P<first>[a-z]+)['’‘ʼ`´](?P<short>m|re|ve|ll)|(?P<be>it|he|she|that|there|here|what|who)['’‘ʼ`´]s)",
    re.IGNORECASE,
)
_FULL = {"ca": "can", "wo": "will", "sha": "shall", "m": "am", "re": "are", "ve": "have", "ll": "will"}


def standard_spelling(word: str) -> str:
    """The spelling by which all variants of a lower-case word are compared."""
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return _VARIANTS.get(word, word)


@lru_cache(maxsize=65_536)
def expand_contraction(written: str) -> tuple[int, str, str] | None:
    """Where the second word of a contraction begins, and both words in full: of "didn't" (3, "did", "not")."""
    found = _CONTRACTION.fullmatch(written)
    if found is None:
        return None
    if first := found["not"] or found["can"]:
        return len(first), _FULL.get(first.lower(), first.lower()), "not"
    if first := found["be"]:
        return len(first), first.lower(), "is"
    return len(found["first"]), standard_spelling(found["first"].lower()), _FULL[found["short"].lower()]


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
    return near and fuzz.ratio(one, other) >= MISSPELT
