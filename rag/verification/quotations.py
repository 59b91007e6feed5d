"""The quotations of a claim, whose words its sources must have in a row."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.language.quotations import quotations
from rag.language.words import pieces

_DENIAL = re.compile(r" (?:not|never|no|nor|neither|without|cannot|\w+n t) ")
_BRACKETED = re.compile(r"\[[^\]]*\]")
_PARTED = re.compile(r"\[[^\]]*\]|\(?(?:\.{3}|…)\)?")
SHOWN_CHARACTERS = 60


def missing_quotation(claim: str, texts: Sequence[str]) -> str | None:
    """Why a quotation of the claim is not in the texts; None where all are."""
    for quotation in quotations(claim):
        if not any(_quoted(quotation, text) for text in texts):
            return f"the quotation “{quotation[:SHOWN_CHARACTERS]}” is not in its sources"
    return None


def _quoted(quotation: str, text: str) -> bool:
    """Whether the words of a quotation stand in a row in the text; an ellipsis or a bracketed word may part them.

    What an ellipsis leaves out must not deny what it keeps.
    """
    around, bare = _in_a_row(text.replace("[", " ").replace("]", " ")), _in_a_row(_BRACKETED.sub(" ", text))
    parts = [_in_a_row(part) for part in _PARTED.split(quotation) if pieces(part)]
    return any(_in_order(parts, words) for words in (around, bare))


def _in_order(parts: Sequence[str], words: str) -> bool:
    """Whether the parts follow one another in the words, with no denial in between that is left out."""
    place = 0
    for number, part in enumerate(parts):
        found = words.find(part, place)
        if found < 0 or (number and _DENIAL.search(words[place:found])):
            return False
        place = found + len(part) - 1  # one space parts two words
    return True


def _in_a_row(text: str) -> str:
    return f" {' '.join(piece.lower() for piece in pieces(text))} "
