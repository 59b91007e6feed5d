"""How many separate reports stand behind passages. What numbers citations calls it.

Articles that carry the same words, or credit the same outlet, are one origin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.articles import Passage, squeeze
from rag.words import pieces

SAME_REPORT = 0.5  # share of a cited paragraph's words that make two articles carriers of one report
_PROPER = r"(?:The\s+)?[A-Z][\w.&'’-]*(?:\s+(?:of\s+|the\s+)?[A-Z][\w.&'’-]*)*"
_CREDIT = re.compile(
    r"(?:[Aa]ccording to|told|citing|report in|(?:quoted|reported|cited|published|appeared) (?:in|by))"
    rf"\s+(?:the\s+)?(?P<after>{_PROPER})"
    rf"|(?P<before>{_PROPER})\s+(?:on \w+\s+)?(?:reports?|reported|quoted|first reported)\b"
)


def origins(passages: Sequence[Passage]) -> int:
    """How many separate reports stand behind these passages: reprints and shared credits count once."""
    groups: list[tuple[frozenset[str], set[str]]] = []
    for passage in passages:
        words = _shingles(passage.text)
        marks = {f"article {passage.source.id}", *_credits(passage)}
        apart = []
        for other_words, other_marks in groups:
            if marks & other_marks or _overlap(words, other_words) >= SAME_REPORT:
                words, marks = words | other_words, marks | other_marks
            else:
                apart.append((other_words, other_marks))
        groups = [*apart, (words, marks)]
    return len(groups)


def _credits(passage: Passage) -> set[str]:
    """The outlets and people that a passage names as where it has its news from, and its own outlet."""
    found = {(match.group("after") or match.group("before")) for match in _CREDIT.finditer(squeeze(passage.text))}
    if passage.source.outlet:
        found.add(passage.source.outlet)
    return {re.sub(r"^the\s+|(?:['’]s)?[.,'’-]*$", "", credit.casefold()) for credit in found}


def _shingles(text: str) -> frozenset[str]:
    words = pieces(text.casefold())
    return frozenset(" ".join(words[place : place + 3]) for place in range(max(1, len(words) - 2)))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))
