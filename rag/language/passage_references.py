"""The words by which an answer speaks of its passages instead of the news: "The article says that", "passage 2"."""

from __future__ import annotations

import re

_SOURCES = r"(?:articles?|passages?|sources?|texts?|reports?|documents?|information|context|excerpts?)"
_FRAME = re.compile(
    rf"^(?:(?:based on|according to|as (?:per|stated in|mentioned in)|in) (?:the |these |this )?"
    rf"(?:(?:provided|given|above|following|news) )*{_SOURCES}(?: (?:provided|given|above))?(?: \d+)?,? +"
    rf"|(?:the|this|these) (?:(?:provided|given|first|second|third|news) )*{_SOURCES}(?: \d+)? (?:also )?"
    r"(?:says?|states?|mentions?|reports?|notes?|explains?|describes?|discuss(?:es)?|highlights?|suggests?|indicates?|"
    r"provides?|adds?) (?:that |how )?)",
    re.IGNORECASE,
)
_NUMBERED = r"(?:articles?|passages?|sources?|texts?|documents?|excerpts?)"
# A noun behind the number makes it a count: "articles 40 people".
_REFERENCE = re.compile(
    rf"\(?\b{_NUMBERED} \d{{1,2}}(?:(?:, | and | & )(?:{_NUMBERED} )?\d{{1,2}})*(?:\)|(?=\s*(?:[,.;:]|$|"
    r"(?:also )?(?:says?|states?|mentions?|reports?|notes?|explains?|describes?|adds?)\b)))",
    re.IGNORECASE,
)


def frame_length(sentence: str) -> int:
    """How many characters a sentence spends on naming its passages before it says something."""
    found = _FRAME.match(sentence)
    return found.end() if found and found.end() < len(sentence) else 0


def without_references(text: str) -> str:
    """The text without "passage 2" and its like, whose numbers are no facts of the news."""
    return _REFERENCE.sub(" ", text)
