"""Splits a sentence into the claims that it makes, at the marks and words that separate clauses.

There is no parser here. A boundary is a semicolon, a bracket, or a comma before a word that begins a clause; a part
too short to claim anything stays with the one before it. So every claim is a stretch of the sentence, and a sentence
without a boundary is one claim.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.articles import squeeze
from rag.language import lexicons
from rag.language.lemmas import verb_lemmas
from rag.language.quotations import QUOTATION
from rag.language.words import content_words, pieces

LEAST_CONTENT_WORDS = 3
_CLAUSES = {name: lexicons.any_of(f"clauses.{name}") for name in ("additions", "conditions")}
_BOUNDARY = lexicons.pattern("clauses.boundary", re.IGNORECASE, **_CLAUSES)
_ADDITION = lexicons.pattern("clauses.addition", re.IGNORECASE, **_CLAUSES)


@dataclass(frozen=True, slots=True)
class Claim:
    """`sentence[start:end]` claims something. `removable`: without it the sentence is grammatical and no bolder."""

    start: int
    end: int
    text: str
    removable: bool = False


def claims(sentence: str) -> tuple[Claim, ...]:
    """The claims of a sentence, in order; together they cover its words."""
    whole = _kept_whole(sentence)
    cuts = [
        match.span()
        for match in _BOUNDARY.finditer(sentence)
        if match.start() and not any(start < match.end() <= end for start, end in whole)
    ]
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


def _kept_whole(sentence: str) -> list[tuple[int, int]]:
    """The spans that must not be split: quotations and text in brackets."""
    stretches = [(match.start(), match.end() - 1) for match in QUOTATION.finditer(sentence)]
    depth, opened = 0, 0
    for place, mark in enumerate(sentence):
        if mark == "(":
            depth, opened = depth + 1, place if depth == 0 else opened
        elif mark == ")" and depth:
            depth -= 1
            if depth == 0:
                stretches.append((opened, place))
    return stretches


def without(sentence: str, left_out: Sequence[Claim]) -> str | None:
    """The sentence without these claims, with its closing mark; None where a mark loses its pair."""
    kept = sentence
    for claim in sorted(left_out, key=lambda one: -one.start):
        kept = f"{kept[: claim.start].rstrip(' ,;–—')}{_joined(kept[claim.end :])}"
    kept = squeeze(kept)
    if kept.count("(") != kept.count(")") or kept.count("“") != kept.count("”") or kept.count('"') % 2:
        return None
    return kept if kept[-1:] in '.!?”"' else f"{kept}."


def _joined(rest: str) -> str:
    """The text behind a removed part, with the space that it needs."""
    return rest if rest[:1] in ("", ".", "!", "?", ",", ";") else f" {rest.lstrip()}"


def _claims(part: str) -> bool:
    """Whether a part has enough content words, and a possible verb, to be checked alone."""
    return len(content_words(part)) >= LEAST_CONTENT_WORDS and any(verb_lemmas(word.lower()) for word in pieces(part))


def _is_removable(sentence: str, spans: Sequence[tuple[int, int]], place: int) -> bool:
    """Whether a part can be removed: in brackets, or the last one, behind a semicolon or a word that adds."""
    start, end = spans[place]
    if sentence[start] == "(":
        return sentence[start:end].rstrip(".!?").endswith(")")
    is_last = place == len(spans) - 1
    behind_semicolon = ";" in sentence[spans[place - 1][1] : start]
    return is_last and (behind_semicolon or _ADDITION.match(sentence, start) is not None)
