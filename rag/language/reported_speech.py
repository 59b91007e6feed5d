"""The part of a sentence that says who reports it: "…, the mayor told reporters on Monday"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.language.dates import WEEKDAY
from rag.language.speech import REPORTING, inflected
from rag.language.words import WORD, without_possessive

_DAY = rf"{WEEKDAY}(?:\s+(?:morning|afternoon|evening|night))?"
_VERBS = inflected(REPORTING - {"accord", "tell"}, "VBD", "VBG", "VBN", "VBZ")  # "tell" takes an object
_SAYS = rf"(?:{_VERBS}|say|(?:told|tells?)\s+[^,.;“”\"]{{2,40}}?)"
_WHO = r"(?P<who>[^,;“”\"]{2,90}?)"
_PERFECT = r"(?:also\s+|have\s+|has\s+)?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # ", the mayor told reporters on Monday."
        rf"[,”\"’']+\s+{_WHO}\s+{_PERFECT}{_SAYS}(?=[\s.,]|$)(?P<when>[^,;“”\"]{{0,60}}?)"
        r"(?:,\s+(?:adding|citing|according)[^”\"]*)?[.,]?$",
        rf"[,”\"’']+\s+{_SAYS}\s+{_WHO}(?P<when>\s+(?:on\s+)?{_DAY})?[.,]?$",
        rf",?\s+according\s+to\s+{_WHO}(?P<when>)(?=[.,;]|$)",
        rf"^According\s+to\s+{_WHO}(?P<when>),",
        rf"^(?P<who>[^,;“”\"]{{2,110}}?(?:,[^,;“”\"]{{2,60}},)?)\s+{_PERFECT}{_SAYS}"
        rf"(?P<when>(?:\s+(?:on\s+)?{_DAY})?)(?:\s+that\b|\s+(?=[A-Z“\"\d]|(?:the|an?|its?|they|no|more|some|about|at|next"
        r"|last|there|all|both|two|three|four|five|six|seven|eight|nine|ten)\b))",
    )
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
