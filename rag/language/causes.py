"""Finds the cause that a sentence tells: "caused by a gas leak", "a cigarette started the fire"."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.words import content_words

_CAUSED = re.compile(
    rf"\b{lexicons.any_of('causes.links')}\s+(?P<cause>[^,.;“”\"]{{3,70}})"
    rf"|^(?P<causing>[^,.;“”\"]{{3,60}}?)\s+(?:(?:has|have|had)\s+)?{lexicons.any_of('causes.verbs')}\s+(?!by\b)"
)
_END = re.compile(rf"\s+{lexicons.any_of('causes.ends')}\b")
_NO_CAUSE = lexicons.words("causes.no_cause")


def cause_of(sentence: str) -> tuple[str, int] | None:
    """The words of the cause and where they begin; None where the sentence names none."""
    found = _CAUSED.search(sentence)
    if found is None:
        return None
    group = "cause" if found["cause"] else "causing"
    words = _END.split(found[group])[0]
    named = {word.lower() for word in content_words(words)}
    return (words, found.start(group)) if named and named.isdisjoint(_NO_CAUSE) else None
