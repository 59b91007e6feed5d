"""Detects sentences about another year than a question's, or about what belongs to somebody else."""

from __future__ import annotations

import re
from datetime import date

from rag.language import lexicons
from rag.language.countries import ADJECTIVE_ENDING
from rag.language.dates import YEAR
from rag.language.sameness import same_stem
from rag.language.words import pieces

OWNER_WORDS = 4
_OWNED_BY = lexicons.pattern("owners.owned_by", 0)
_OWNER_THERE = lexicons.pattern("owners.owner_there", 0, adjective=ADJECTIVE_ENDING)
_OTHER_YEAR = re.compile(
    r"\b(?:last|next|previous|this) (?:year|season)\b|\byears? (?:ago|earlier|before)\b", re.IGNORECASE
)


def is_of_another_year(question: str, sentence: str, around: str = "", published: date | None = None) -> bool:
    """Whether the sentence names years and none is the question's, or was published or introduced in another one."""
    asked, told = set(YEAR.findall(question)), set(YEAR.findall(sentence))
    if not asked or told:
        return bool(asked) and asked.isdisjoint(told)
    near = {*YEAR.findall(around), *([str(published.year)] if published else [])}
    return bool(near) and asked.isdisjoint(near) and _OTHER_YEAR.search(sentence) is None


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
