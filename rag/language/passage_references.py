"""The words by which an answer speaks of its passages and not of the news: "The article says", "passage 2"."""

from __future__ import annotations

import re

from rag.language.speech import DESCRIBING, SAYING, inflected

_SOURCES = r"(?:articles?|passages?|sources?|texts?|reports?|documents?|information|context|excerpts?)"
_SAYS = inflected(SAYING | DESCRIBING, "VB", "VBZ")
_FRAME = re.compile(
    rf"^(?:(?:based on|according to|as (?:per|stated in|mentioned in)|in) (?:the |these |this )?"
    rf"(?:(?:provided|given|above|following|news) )*{_SOURCES}(?: (?:provided|given|above))?(?: \d+)?,? +"
    rf"|(?:the|this|these) (?:(?:provided|given|first|second|third|news) )*{_SOURCES}(?: \d+)? (?:also )?"
    rf"{_SAYS} (?:that |how )?)",
    re.IGNORECASE,
)
_NUMBERED = r"(?:articles?|passages?|sources?|texts?|documents?|excerpts?)"
# A noun behind the number makes it a count: "articles 40 people".
_REFERENCE = re.compile(
    rf"\(?\b{_NUMBERED} \d{{1,2}}(?:(?:, | and | & )(?:{_NUMBERED} )?\d{{1,2}})*(?:\)|(?=\s*(?:[,.;:]|$|"
    rf"(?:also )?{_SAYS}\b)))",
    re.IGNORECASE,
)
_SAYS_UNKNOWN = re.compile(
    r"^(?:i['’]m sorry,? (?:but )?)?(?:the|these|none of the) (?:articles?|passages?|sources?)(?: provided)? "
    r"(?:do(?:es)? not|don['’]t|did not) (?:say|contain|mention|provide|answer|include|give|specify|state)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:but|however|though|although|only)\b", re.IGNORECASE)


def frame_length(sentence: str) -> int:
    """How many characters a sentence spends on naming its passages before it says something."""
    found = _FRAME.match(sentence)
    return found.end() if found and found.end() < len(sentence) else 0


def without_references(text: str) -> str:
    """The text without "passage 2" and its like, whose numbers are no facts of the news."""
    return _REFERENCE.sub(" ", text)


def says_unknown(text: str) -> bool:
    """Whether a sentence says of something that the passages do not tell it: no statement of theirs."""
    return _SAYS_UNKNOWN.match(text) is not None and not _GOES_ON.search(text)
