"""Datelines that open a report ("LONDON, May 5 (Reuters) - "), and lines in which an outlet names itself."""

import re

_DAY = r",?\s*(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?|\d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?)"
_PLACE = r"[A-Z][A-Z .,'’/-]{2,40}(?:,\s*[A-Z][\w. ]{2,20})?"
_AGENCY = r"\((?P<agency{0}>[A-Z][\w .&/-]{{1,30}})\)"
DATELINE = re.compile(
    rf"(?:{_PLACE}(?:{_DAY})?\s*(?:{_AGENCY.format(1)})?"
    rf"|(?:[A-Z][\w .'’-]{{2,40}})?(?:{_DAY})?\s*{_AGENCY.format(2)})"
    r"\s*(?:[–—]|--?)\s+"
)
SOURCE_LABEL = re.compile(
    r"(?:source|outlet|publication|publisher|newspaper)\s*:\s*(?P<outlet>[^\s:][^:]{1,60})", re.IGNORECASE
)
COPYRIGHT = re.compile(
    r"(?:©|(?i:\(c\)|copyright))\s*(?:©\s*)?(?:\d{4}\s*)?(?:by\s+)?"
    r"(?P<outlet>(?:The )?[A-Z][\w&’'-]*(?: (?:of |and |the )?[A-Z][\w&’'-]*){0,4})"
)
