"""Parses questions: the kind of answer wanted, several in one, requests for a summary or a comparison of outlets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, cast

from rag.language import lexicons
from rag.language.outlets import is_outlet

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
_SUMMARY, _COMPARISON = lexicons.pattern("requests.summary"), lexicons.pattern("requests.comparison")
_BETWEEN_OUTLETS = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|with|to|versus|vs\.?|against)\s+", re.IGNORECASE)


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


def summary_topic(text: str) -> str | None:
    """The topic of which a summary is asked for; None where it is another question."""
    found = _SUMMARY.match(text)
    return found["topic"] if found else None


def comparison(text: str) -> tuple[tuple[str, ...], str] | None:
    """The outlets that are to be compared, two at least, and the topic; None where it is another question."""
    found = _COMPARISON.match(text)
    if found is None:
        return None
    outlets = tuple(part for part in _BETWEEN_OUTLETS.split(found["outlets"]) if part)
    return (outlets, found["topic"]) if len(outlets) > 1 and all(map(is_outlet, outlets)) else None
