"""The boundaries between the clauses of a sentence: a semicolon, a bracket, a comma before a word that begins one."""

from __future__ import annotations

import re

from rag.language import lexicons

BOUNDARY = re.compile(
    rf";\s+|\s*[,–—]\s+(?={lexicons.any_of('clauses.additions', 'clauses.conditions')}\s)|\s+(?=\()|(?<=\))[,;]?\s+",
    re.IGNORECASE,
)
_ADDITION = re.compile(rf"{lexicons.any_of('clauses.additions')}\s", re.IGNORECASE)


def is_addition(clause: str) -> bool:
    """Whether a clause only adds to the one before it, which is grammatical, and no bolder, without it."""
    return _ADDITION.match(clause) is not None
