"""The words by which an answer speaks of its passages and not of the news: "The article says", "passage 2"."""

from __future__ import annotations

from rag.language import lexicons
from rag.language.speech import DESCRIBING, SAYING, inflected

_SAYS = inflected(SAYING | DESCRIBING, "VB", "VBZ")
_FRAME = lexicons.pattern("passage_references.frame", says=_SAYS)
_REFERENCE = lexicons.pattern("passage_references.reference", says=_SAYS)
_SAYS_UNKNOWN = lexicons.pattern("passage_references.unknown")
_GOES_ON = lexicons.pattern("passage_references.goes_on")


def framing_clause_length(sentence: str) -> int:
    """How many characters a sentence spends on naming its passages before it says something."""
    found = _FRAME.match(sentence)
    return found.end() if found and found.end() < len(sentence) else 0


def without_references(text: str) -> str:
    """The text without "passage 2" and its like, whose numbers are no facts of the news."""
    return _REFERENCE.sub(" ", text)


def says_unknown(text: str) -> bool:
    """Whether a sentence says of something that the passages do not tell it: no statement of theirs."""
    return _SAYS_UNKNOWN.match(text) is not None and not _GOES_ON.search(text)
