"""Whether two words are one name in two spellings. The room and rag.conflicts call it."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache

from rag.language.lexicon import same_country
from rag.language.words import same_stem

_LIKENESS = 0.8


@lru_cache(maxsize=65_536)
def same_name(one: str, other: str) -> bool:
    """Whether two lower-case words are the same or spellings of one name: qasem and qassem, syria and syrian."""
    if one == other or (len(one) > 3 and same_stem(one, other)) or same_country(one, other):
        return True
    if min(len(one), len(other)) < 4 or one[0] != other[0]:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _LIKENESS
