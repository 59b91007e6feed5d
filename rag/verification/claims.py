"""Splits a sentence into the claims that it makes, at the marks and links that part clauses.

There is no parser here. A boundary is a semicolon, a bracket, or a comma before a word that begins a clause; a part
too short to claim anything stays with the one before it. So every claim is a stretch of the sentence, and a sentence
without a boundary is one claim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.articles import squeeze
from rag.lemmas import verb_lemmas
from rag.words import content_words, pieces

LEAST_CONTENT_WORDS = 3
# What may be left out at the end of a sentence, the rest staying grammatical and no truer: a condition, a time or a
# speaker may not.
_ADDED = r"and|but|which|who|whose|where|while|whereas|including|making|leading|resulting|causing|leaving|with|yet"
_OTHER = r"although|though|when|after|before|because|as|since|if|unless|until|adding|saying|according|or|so"
_BOUNDARY = re.compile(rf";\s+|\s*[,–—]\s+(?=(?:{_ADDED}|{_OTHER})\s)|\s+(?=\()|(?<=\))[,;]?\s+", re.IGNORECASE)
_REMOVABLE = re.compile(rf"^(?:{_ADDED})\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """`sentence[start:end]` claims something. `removable`: without it the sentence is grammatical and no bolder."""

    start: int
    end: int
    text: str
    removable: bool = False


def claims(sentence: str) -> tuple[Claim, ...]:
    """The claims of a sentence, in order; together they cover its words."""
    cuts = [(match.start(), match.end()) for match in _BOUNDARY.finditer(sentence) if match.start()]
    spans: list[tuple[int, int]] = []
    start = 0
    for end, following in [*cuts, (len(sentence), len(sentence))]:
        if spans and not (_claims(sentence[start:end]) and _claims(sentence[spans[-1][0] : spans[-1][1]])):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        start = following
    return tuple(
        Claim(first, last, sentence[first:last], bool(place) and _is_removable(sentence, spans, place))
        for place, (first, last) in enumerate(spans)
    )


def without(sentence: str, left_out: Sequence[Claim]) -> str:
    """The sentence without some of its removable claims, with its closing mark."""
    kept = sentence
    for claim in sorted(left_out, key=lambda one: -one.start):
        kept = f"{kept[: claim.start].rstrip(' ,;–—')}{_joined(kept[claim.end :])}"
    kept = squeeze(kept)
    return kept if kept[-1:] in '.!?”"' else f"{kept}."


def _joined(rest: str) -> str:
    """What follows a part that was left out, parted from what stands before it."""
    return rest if rest[:1] in ("", ".", "!", "?", ",", ";") else f" {rest.lstrip()}"


def _claims(part: str) -> bool:
    """Whether a part is long enough to be checked alone, and has what may be a verb or is in brackets."""
    return len(content_words(part)) >= LEAST_CONTENT_WORDS and any(verb_lemmas(word.lower()) for word in pieces(part))


def _is_removable(sentence: str, spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a part can go: in brackets, or the last one behind an adding word or a semicolon."""
    start, end = spans[place]
    if sentence[start] == "(":
        return sentence[start:end].rstrip(".!?").endswith(")")
    is_last = place == len(spans) - 1
    behind_semicolon = ";" in sentence[spans[place - 1][1] : start]
    return is_last and (behind_semicolon or _REMOVABLE.match(sentence[start:end]) is not None)
