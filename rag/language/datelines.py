"""What opens a report or a sentence and states nothing: datelines ("LONDON, May 5 (Reuters) - "), connectives."""

from __future__ import annotations

import re

from rag.articles import squeeze
from rag.language import lexicons
from rag.language.outlets import NAME, is_outlet

_DAY = r",?\s*(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?|\d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?)"
_PLACE = r"[A-Z][A-Z .,'’/-]{2,40}(?:,\s*[A-Z][\w. ]{2,20})?"
_AGENCY = r"\((?P<agency{0}>[A-Z][\w .&/-]{{1,30}}|dpa)\)"
DATELINE = re.compile(
    rf"(?:{_PLACE}(?:{_DAY})?\s*(?:{_AGENCY.format(1)})?"
    rf"|(?:[A-Z][\w .'’-]{{2,40}})?(?:{_DAY})?\s*{_AGENCY.format(2)})"
    r"\s*(?:[–—]|--?)\s+"
)
# Names in a byline: "By Jane Doe and John Roe | The Example Times".
BYLINE_PARTS = re.compile(r"\s*[|,/•·]\s*|\s+[–—-]\s+|^(?:[Bb]y|BY)\s+|\s+(?:[Bb]y|BY|[Ff]or|FOR|and|AND|with|&)\s+")
SOURCE_LABEL = re.compile(
    r"(?:source|outlet|publication|publisher|newspaper)\s*:\s*(?P<outlet>[^\s:][^:]{1,60})", re.IGNORECASE
)
COPYRIGHT = re.compile(rf"(?:©|(?i:\(c\)|copyright))\s*(?:©\s*)?(?:\d{{4}}\s*)?(?:by\s+)?(?P<outlet>{NAME})")


def agency_of(line: str) -> str | None:
    """The agency that a dateline names in brackets."""
    found = DATELINE.match(line)
    return found and (found["agency1"] or found["agency2"])


# -- before a sentence ------------------------------------------------------------------------------------

# "WASHINGTON — ", "LONDON (AP) — ", "London CNN — ", "(Reuters) - "; an outlet in brackets may stand without a dash.
_DATELINE = re.compile(
    r"^(?:(?:[A-Z][\w.,'’/-]*\s+){0,5}(?:[A-Z][\w.'’/-]*|\([^()]{2,40}\))\s+(?:[–—]|-{1,2}\s)\s*"
    r"|(?:[A-Z][\w.,'’-]*\s+){0,4}\((?P<outlet>[A-Z][\w. ]{1,30})\)\s*)(?=[A-Z“\"'‘])"
)
_CONNECTIVE = re.compile(rf"^{lexicons.any_of('connectives.words')}\b,?\s+(?!only\b)", re.IGNORECASE)


def as_standalone(sentence: str) -> str:
    """The sentence on one line, without dateline and connective, with a full stop at its end."""
    sentence = squeeze(sentence)
    text = sentence[dateline_length(sentence) :]
    bare = _CONNECTIVE.sub("", text)
    if bare != text:
        text = bare[:1].upper() + bare[1:]
    text = text.rstrip(" ,;:–—-")
    return text if re.search(r"[.!?][”\"’')\]]*$", text) else f"{text}."


def dateline_length(sentence: str) -> int:
    """How many characters of place and outlet a sentence has in front, which are no part of what it states."""
    found = _DATELINE.match(sentence)
    return found.end() if found and (found["outlet"] is None or is_outlet(found["outlet"])) else 0
