"""Words that make a sentence surer, or less sure, of what it tells: denials, doubts, plans and limits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.language import lexicons
from rag.language.lemmas import lemmas
from rag.language.speech import CLAIMING, DENYING
from rag.language.words import pieces

NEGATIVE = lexicons.words("certainty.negative")
UNSURE = lexicons.words("certainty.planned") | lexicons.words("certainty.doubtful")
LIMITS = lexicons.words("certainty.limits")
SURENESS = NEGATIVE | UNSURE | DENYING | CLAIMING
UNREALIZED = lexicons.words("certainty.planned") | lexicons.words("certainty.attempted")
_REVERSALS = NEGATIVE | UNSURE | DENYING | LIMITS & {"only"} | lexicons.words("certainty.reversals")
# Right before a verb what denies it, by how far it reaches.
_DENIED = re.compile(
    r"\bden(?:y|ies|ied)\s+(?:\S+\s+){0,6}$"
    r"|\b(?:no|none|nobody|nothing)\s+(?:[^\s,;:]+\s+){0,4}$"
    r"|\b(?:(?:did|does|do|was|were|has|have|had|is|are)\s+)?"
    rf"(?:{lexicons.any_of('certainty.negative')}|\w+n['’]t)\s+(?:(?:\w+ly|{lexicons.any_of('certainty.helpers')})\s+){{0,2}}$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:—–“”]\s|\s-\s|\.\s(?=[A-Z])")


def is_negative(text: str) -> bool:
    """Whether a text denies anything."""
    words = [word.lower() for word in pieces(text)]
    return denies(words) or any("deny" in lemmas(word) for word in words)


def denies(words: Iterable[str]) -> bool:
    """Whether one of the lower-case words, cut at every mark, denies: not, never, the "t" of "don't"."""
    return not (NEGATIVE | {"t"}).isdisjoint(words)


def denial_start(text: str, verb_start: int) -> int | None:
    """Where a denial begins that reaches the verb: "did not dump", "no water leaked", "denied that they crossed"."""
    found = _DENIED.search(text[:verb_start])
    return found.start() if found else None


def is_unrealized(text: str, place: int) -> bool:
    """Whether what stands at a place is still to come, or only wanted, as far as its clause shows."""
    start = max((mark.end() for mark in _CLAUSE_END.finditer(text, 0, place)), default=0)
    end = next((mark.start() for mark in _CLAUSE_END.finditer(text, place)), len(text))
    return any(word in UNREALIZED or lemmas(word) & UNREALIZED for word in pieces(text[start:end]) if word.islower())


def reverses(word: str) -> bool:
    """Whether a sentence says something else without this lower-case word."""
    return word in _REVERSALS or not lemmas(word).isdisjoint(_REVERSALS)
