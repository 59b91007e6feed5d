"""What a bare number counts where that stands before it. Called by the readings of quantities and by comparing."""

from __future__ import annotations

import re

LONGEST_CHARACTERS = 200  # from "number of" to the number
_NUMBER_OF = re.compile(
    r"\bnumber\s+of\s+(?:[a-z-]+\s+){0,2}?([a-z]+s|people|children|women|men)\s"
    r"(?:(?!number\b)[^\d,;:“”\"]+\s)?(?:to|at|reached|was|is|were|exceeded)\s"
    r"(?:(?:about|nearly|almost|some|around)\s)?$",
    re.IGNORECASE,
)


def thing_before(text: str, place: int) -> str | None:
    """The plural that a number at a place counts: "the number of infected patients has risen to 39"."""
    begins = (
        text.rfind("umber of", max(0, place - LONGEST_CHARACTERS), place) - 1
    )  # the last one: none may be between
    found = _NUMBER_OF.search(text, begins, place) if begins >= 0 else None
    return found[1].lower() if found else None
