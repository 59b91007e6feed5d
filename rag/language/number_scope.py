"""What words near a number make of it: one of a part, a sum or a stretch of time; a score."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.quantities import Quantity

NEAR_CHARACTERS = 60
_SCOPES = lexicons.meanings("number_scope.scopes")
_SCORE = re.compile(
    r"(?<![\w.,-])(\d{1,3})\s?[-–]\s?(\d{1,3})(?![\w%-]|[.,]\d|\s(?:percent|per|year|day|month|week|hour))"
)


def scope_of(text: str, start: int, end: int) -> frozenset[str]:
    """What the words near a number at `text[start:end]`, up to the next marks, say that it is one of."""
    before = re.split(r"[,;:]", text[max(0, start - NEAR_CHARACTERS) : start])[-1]
    behind = re.split(r"[,;:]", text[end : end + NEAR_CHARACTERS])[0]
    words = re.findall(r"[a-z-]+", f"{before}{text[start:end]}{behind}".lower())
    return frozenset(_SCOPES[word] for word in words if word in _SCOPES)


def scores(text: str) -> tuple[Quantity, ...]:
    """The scores of a text: "3-1" is 3001 of the unit "score"."""
    return tuple(
        Quantity(int(match[1]) * 1000.0 + int(match[2]), "score", *match.span(), match[0])
        for match in _SCORE.finditer(text)
    )
