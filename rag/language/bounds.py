"""Detects words before a number that make it a bound or an approximation: about 20, more than 20, nearly 20."""

from __future__ import annotations

import re
from typing import Literal

Bound = Literal["about", "above", "below"]

_WORDS: dict[Bound, str] = {
    "about": "about|around|roughly|approximately|some|circa|(?:an )?estimated",
    "above": "more than|over|above|at least|upwards of|exceeding",
    "below": "nearly|almost|close to|just under|under|less than|fewer than|below|at most|up to",
}
_PATTERNS = {
    bound: re.compile(rf"\b(?:{words})\s+(?:an?\s+)?[$€£]?$", re.IGNORECASE) for bound, words in _WORDS.items()
}
LONGEST_BOUND = 24  # characters before a number


def bound_of(text: str, number_start: int) -> Bound | None:
    """How the words right before a number bound it; None where it stands as it is."""
    before = text[max(0, number_start - LONGEST_BOUND) : number_start]
    return next((bound for bound, pattern in _PATTERNS.items() if pattern.search(before)), None)
