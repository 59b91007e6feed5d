"""Finds the part of a sentence that says who reports it: "…, the mayor told reporters on Monday"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language import lexicons
from rag.language.dates import WEEKDAY
from rag.language.speech import REPORTING, inflected
from rag.language.words import WORD, without_possessive

_VERBS = inflected(REPORTING - {"accord", "tell"}, "VBD", "VBG", "VBN", "VBZ")  # "tell" takes an object
_PATTERNS = tuple(
    lexicons.pattern(f"reported_speech.{place}", 0, verbs=_VERBS, weekday=WEEKDAY)
    for place in ("behind", "turned", "according", "according_before", "before")
)


@dataclass(frozen=True, slots=True)
class ReportedSpeech:
    """Where a sentence says who reports it, in lower case the names in it, and the place that may hold the day."""

    spans: tuple[tuple[int, int], ...]
    speakers: frozenset[str]
    day: tuple[int, int] | None


def reported_speech(sentence: str) -> ReportedSpeech | None:
    """What the sentence says of who reports it; None where it says nothing."""
    found: list[re.Match[str]] = []
    for pattern in _PATTERNS:
        match = pattern.search(sentence)
        if match and not any(one.start() < match.end() and match.start() < one.end() for one in found):
            found.append(match)
    if not found:
        return None
    first = next((one for one in found if one["when"]), found[0])
    speakers = frozenset(without_possessive(word.lower()) for word in WORD.findall(first["who"]) if word[0].isupper())
    return ReportedSpeech(tuple(one.span() for one in found), speakers, first.span("when") if first["when"] else None)
