"""Lines in which an article tells of itself: its day, its author, its agency, its rights. Reading calls it."""

from __future__ import annotations

import re

from rag.ingestion.days import DAY, INSTANT

LONGEST_CHARACTERS = 300
LONGEST_BYLINE_CHARACTERS = 200
LONGEST_BYLINE_WORDS = 16

_NAME = r"(?:[A-Z][\w'’.-]*|[a-z]{1,3}[A-Z]\w+|de|la|van|von|der|den|bin|al|el|ben|di|da|du)"
NAMES = rf"{_NAME}(?:\s+{_NAME}){{0,4}}"

ADDRESS = re.compile(r"(?:(?:url|link|source|web)\s*:\s*)?(?P<url>https?://[^\s<>\"]+)", re.IGNORECASE)
_LABEL = re.compile(
    r"\b(?:(?:first|originally|last)\s+)?(?:published|posted|updated|modified|created|issued|date|filed|uploaded)\b"
    r"(?:\s+(?:on|at|date|online))?\s*[:\-]?",
    re.IGNORECASE,
)
_READING_TIME = re.compile(
    r"\b(?:\d{1,3}|a|one|two|three|four|five)[\s-]*min(?:ute)?s?\b\.?\s*(?:to\s+)?(?:read|listen|watch)?(?:ing)?(?:\s+time)?"
    r"|\b(?:estimated\s+)?read(?:ing)?\s+time\s*:?|\b\d[\d,.]*[km]?\s+(?:views|shares|comments|likes|reads)\b",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b(?:\d{1,3}|an?)\s+(?:second|minute|hour|day|week|month|year)s?\s+ago\b|\byesterday\b|\btoday\b", re.I
)
_TIME = re.compile(
    r"\b(?:at\s+)?\d{1,2}(?:[:.]\d{2}){1,2}\s*(?:[ap]\.?m\b\.?|[+-]\d{2}:?\d{2}\b)?|\b\d{1,2}\s*[ap]\.?m\b\.?"
    r"|\b(?:GMT|UTC|[ECMP][SD]?T|BST|CES?T|IS[DT]|IDT|EES?T|AEST|JST)\b(?:\s*[+-]\d{1,2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:[Ww]ritten |[Rr]eported |[Pp]osted |[Ss]tory |[Pp]ublished )?[Bb]y|BY|[Aa]uthor:?|[Tt]ext:)\s+"
    rf"{NAMES}(?:(?:\s*[,|/–—-]\s*|\s+(?:and|AND|&|with|in|for|of|at|the|to)\s+(?:the\s+)?){NAMES})*\.?"
)
_WITH_ROLE = re.compile(
    rf"{_NAME}\s+{NAMES},?\s+(?:(?:chief|senior|staff|diplomatic|political)\s+)?"
    r"(?:editor|correspondent|reporter|columnist|writer)"
)
_ONLY_NAMES = re.compile(rf"(?:(?:at|on|by|in|and|{_NAME})\b\.?\W*)*")
_AGENCY_TAIL = re.compile(
    r"\(?(?i:(?:additional |further )?(?:reporting|writing|editing|compiled|translated) by)\s+"
    rf"(?:{_NAME}|and|in|for|at|with|(?i:(?:additional |further )?(?:reporting|writing|editing) by)|[\s,;&/])+\.?\)?"
)
_CONTRIBUTED = re.compile(
    r".{2,120}\bcontributed (?:to (?:this|the) (?:report|story|article|piece|dispatch)|(?:to )?reporting)\b.{0,40}",
    re.I,
)
_PIECE = r"(?:article|story|piece|post|column|essay|op-ed|report|interview)"
_ORIGINALLY = re.compile(
    rf"(?:this|the above) (?:\w+ )?{_PIECE}\b.{{0,20}}\b(?:originally|first|previously|initially)\b.{{0,20}}"
    r"\b(?:published|appeared|posted|produced|written|ran)\b.{0,160}"
    r"|this (?:\w+ )?(?:article|story|piece|post|column|essay|op-ed) (?:was|is|has been)\b.{0,20}"
    r"\b(?:published|posted|produced|written|translated|provided|syndicated|reprinted|republished|adapted|updated|corrected)"
    r"\b.{0,160}"
    r"|(?:originally|first) (?:published|appeared) (?:in|on|at|by)\b.{0,100}",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"(?:©|\(c\)\s*\d{4}|copyright\s*(?:©|\(c\)|\d{4}|by\b)).{0,200}|.{0,120}\ball rights reserved\b.{0,120}",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[“”\"]")


_STANDARDS = re.compile(r"our standards:.{2,80}", re.IGNORECASE)


def is_about_the_article(line: str) -> bool:
    """A day, an author, a reading time, an address, an agency's credit, a notice of rights: nothing of the news."""
    if len(line) > LONGEST_CHARACTERS:
        return False
    if any(pattern.fullmatch(line) for pattern in (_CONTRIBUTED, _ORIGINALLY, _RIGHTS, _AGENCY_TAIL, _STANDARDS)):
        return not _QUOTE.search(line)
    return bool(ADDRESS.fullmatch(line)) or is_byline(line)


def is_byline(line: str) -> bool:
    """Whether nothing is left of a line without its days, times, labels, authors and reading time."""
    if len(line) > LONGEST_BYLINE_CHARACTERS:
        return False
    bare = line
    told = False
    for pattern in (INSTANT, DAY, _LABEL, _READING_TIME, _AGO, _TIME, _WEEKDAY):
        bare, count = pattern.subn(" ", bare)
        told = told or (count > 0 and pattern is not _WEEKDAY)
    bare = bare.strip(" \t\u00a0|•·/,;:.()[]–—-+@")
    if bare.lower() == "by" or _BYLINE.fullmatch(bare) or _WITH_ROLE.fullmatch(bare):
        return len(bare.split()) <= LONGEST_BYLINE_WORDS
    return told and (not bare or (len(bare.split()) <= 5 and _ONLY_NAMES.fullmatch(bare) is not None))
