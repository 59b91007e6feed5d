"""Datelines that open a report ("LONDON, May 5 (Reuters) - "), and lines in which an outlet names itself."""

from __future__ import annotations

import re

from rag.language.outlets import NAME

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
