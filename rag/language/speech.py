"""Verbs of speech with their inflected forms, and the part of a sentence that says who reports it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lemminflect import getInflection

from rag.language import lexicons
from rag.language.dates import WEEKDAY
from rag.language.words import WORD, without_possessive

SAYING = lexicons.words("speech.saying")
REPORTING = SAYING | lexicons.words("speech.reporting")
CLAIMING = lexicons.words("speech.claiming")
DENYING = lexicons.words("speech.denying")
ADDRESSING = lexicons.words("speech.addressing")
PUBLISHING = lexicons.words("speech.publishing")
DESCRIBING = lexicons.words("speech.describing")


def inflected(verbs: Iterable[str], *tags: str) -> str:
    """A group of a regular expression that matches the forms of the verbs with these Penn Treebank tags."""
    forms = {form for verb in verbs for tag in tags for form in getInflection(verb, tag=tag)}
    return f"(?:{'|'.join(sorted(forms))})"


SPOKE = rf"(?:says?|adds|claims|{inflected(REPORTING - {'accord'}, 'VBD')})"


# -- who reports a sentence -----------------------------------------------------------------------------

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
