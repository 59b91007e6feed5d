"""Detects whose role or thing a text is about: the president of Iran, Ruland's capital."""

from __future__ import annotations

import re

from rag.language.countries import ADJECTIVE_ENDING
from rag.language.sameness import same_stem
from rag.language.words import pieces

OWNER_WORDS = 4
_OWNED = (
    r"(?P<{0}>president|premier|minister|leader|capital|king|queen|chief|head|ceo|executive|chairman|population|"
    r"currency|economy|mayor|governor|ambassador|spokes\w+|coach|captain|founder|owner|author|size|area|language)"
)
_OWNED_BY = re.compile(
    rf"\b{_OWNED.format('of')}\s+of\s+(?:the\s+)?(?P<owner>[A-Z]\w+)|\b(?P<having>[A-Z]\w+)['’]s\s+(?:[\w-]+\s+)?{_OWNED.format('own')}\b"
)
_OWNER_THERE = re.compile(  # "the president of Ruland", "Ruland's president", "Ruland President"
    rf"\b(?i:{_OWNED.format('owned')})\s+of\s+(?:the\s+)?[A-Z]|[’']s\s+(?:[\w-]+\s+)?(?i:{_OWNED.format('had')})\b|"
    r"(?<!^)(?<![.!?]\s)\b(?!(?:The|Prime|Chief|Deputy|Vice|Former)\b)[A-Z]\w+\s+(?:(?:Chief|Prime|Vice|Deputy|Foreign)\s+)?"
    rf"(?i:{_OWNED.format('theirs')})\b|^[A-Z]\w*{ADJECTIVE_ENDING}\s+(?i:{_OWNED.format('led')})\b"
)


def is_of_another_owner(question: str, sentence: str, around: str = "") -> bool:
    """Whether what the question asks of someone ("the president of Iran") stands apart from them in the sentence.

    Where the sentence names no owner, it is the one whom the title or the sentence before (`around`) names.
    """
    found = _OWNED_BY.search(question)
    if found is None:
        return False
    owned, owner = (found["of"] or found["own"]).lower(), (found["owner"] or found["having"]).lower()
    words = [word.lower() for word in pieces(sentence)]
    places = [place for place, word in enumerate(words) if same_stem(owned, word)]
    near = [word for place in places for word in words[max(0, place - OWNER_WORDS) : place + OWNER_WORDS]]
    if any(same_stem(owner, word) for word in near):
        return False
    told_around = any(same_stem(owner, word.lower()) for word in pieces(around))
    return not (places and told_around and not _OWNER_THERE.search(sentence))
