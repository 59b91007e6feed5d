"""Detects words before a number that make it a bound or an approximation: about 20, more than 20, nearly 20."""

from __future__ import annotations

import re
from typing import Literal, cast

from rag.language import lexicons

Bound = Literal["about", "above", "below"]

_BOUNDS = lexicons.meanings("number_scope.bounds")
_BOUND = re.compile(rf"\b({'|'.join(sorted(_BOUNDS, key=len, reverse=True))})\s+(?:an?\s+)?[$€£]?$", re.IGNORECASE)
LONGEST_BOUND = 24  # characters before a number


def bound_of(text: str, number_start: int) -> Bound | None:
    """How the words right before a number bound it; None where it stands as it is."""
    found = _BOUND.search(text[max(0, number_start - LONGEST_BOUND) : number_start])
    return cast(Bound, _BOUNDS[found[1].lower()]) if found else None
