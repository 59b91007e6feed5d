"""Classifies questions by the kind of answer that they want, and splits a question that asks several things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, cast

from rag.language import lexicons

Kind = Literal["who", "when", "where", "number", "why", "how", "yes_no", "what"]

_KINDS, _KEYWORDS = (
    tuple(
        (cast(Kind, kind), re.compile(rf"\b{one}\b"))
        for kind, listed in lexicons.pattern_table(table)
        for one in listed
    )
    for table in ("questions.kinds", "questions.keywords")
)
_YES_NO, OPENING = lexicons.pattern("questions.yes_no"), lexicons.pattern("questions.opening")
_JOINED, _PREAMBLE = lexicons.pattern("questions.joined"), lexicons.pattern("questions.preamble")
_PROVISO, _TAKES_PLACE = lexicons.pattern("questions.proviso"), lexicons.pattern("questions.takes_place")


def kind_of(text: str) -> Kind:
    """The kind of answer that a question wants, from its question word wherever it stands."""
    lower = OPENING.sub("", text).lower()
    if _YES_NO.match(lower):
        return "yes_no"
    return _first(_KINDS, lower) or _first(_KEYWORDS, lower) or "what"


def _first(patterns: Sequence[tuple[Kind, re.Pattern[str]]], text: str) -> Kind | None:
    """The kind whose pattern is met first in the text; of those met at one place, the first of the table."""
    found = [
        (match.start(), order, kind)
        for order, (kind, pattern) in enumerate(patterns)
        if (match := pattern.search(text))
    ]
    return min(found)[2] if found else None


def parts_of(text: str) -> list[str]:
    """The questions that are asked in one: "Who won, and when was it?" is two."""
    return _JOINED.split(text)


def without_frame(text: str) -> str:
    """The question without a preamble ("Syria: who won?") and a proviso ("if the articles say")."""
    return _TAKES_PLACE.sub("happen", _PROVISO.sub("", _PREAMBLE.sub("", text)))
