"""What a sentence asserts, apart from who says so: its words, names, numbers and days. Called inside the room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rag.language.counting import MEASURES
from rag.language.dates import DateMention, dates
from rag.language.names import Name, names
from rag.language.quantities import Quantity, quantities
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import STOP_WORDS, WORD

LONGEST_QUOTE_SENTENCES = 4
KEPT_SENTENCES = 8_192
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s+(?:morning|afternoon|evening|night))?"
_SAYS = (
    r"(?:said|says|say|saying|reported|reports|announced|announces|added|claimed|claims|estimated|estimates|testified|"
    r"showed|shows|confirmed|wrote|believe|believes|acknowledged|insisted|argued|stated|explained|warned|noted|"
    r"told\s+[^,.;“”\"]{2,40}?|tell\s+[^,.;“”\"]{2,40}?)"
)
_ATTRIBUTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        # ", the mayor told reporters on Monday."
        rf"[,”\"’]+\s+(?P<who>[^,;“”\"]{{2,90}}?)\s+(?:also\s+|have\s+|has\s+)?{_SAYS}(?=[\s.,]|$)(?P<when>[^,;“”\"]{{0,60}}?)"
        r"(?:,\s+(?:adding|citing|according)[^”\"]*)?[.,]?$",
        rf"[,”\"’]+\s+{_SAYS}\s+(?P<who>[^,;“”\"]{{2,90}}?)(?P<when>\s+(?:on\s+)?{_DAY})?[.,]?$",
        r",?\s+according\s+to\s+(?P<who>[^,;“”\"]{2,90}?)(?P<when>)(?=[.,;]|$)",
        r"^According\s+to\s+(?P<who>[^,;“”\"]{2,90}?)(?P<when>),",
        rf"^(?P<who>[^,;“”\"]{{2,110}}?(?:,[^,;“”\"]{{2,60}},)?)\s+(?:also\s+|have\s+|has\s+)?{_SAYS}"
        rf"(?P<when>(?:\s+(?:on\s+)?{_DAY})?)(?:\s+that\b|\s+(?=[A-Z“\"\d]|the\b|an?\b|it\b|its\b|they\b|no\b|more\b|some\b"
        r"|about\b|at\b|next\b|last\b|there\b|all\b|both\b|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b))",
    )
)
_HEADLINE_DATELINE = re.compile(r"^[A-Z][A-Z .,'’-]{2,40}(?:\s*\([^)]{2,40}\))?\s+[–—-]+\s+")


@dataclass(frozen=True, slots=True)
class Word:
    """A content word in lower case, at its place; `capital` where it is written with one."""

    low: str
    start: int
    end: int
    capital: bool


@dataclass(frozen=True, slots=True)
class Saying:
    """Who says what a sentence tells, and on which day, as far as it says so."""

    who: frozenset[str]
    day: DateMention | None


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a sentence asserts. `words`, `names`, `quantities` and `days` leave out who says so.

    `words` are its content words that belong to no number or day.
    """

    text: str
    words: tuple[Word, ...]
    names: tuple[Name, ...]
    quantities: tuple[Quantity, ...]
    days: tuple[DateMention, ...]
    saying: Saying | None


@lru_cache(maxsize=KEPT_SENTENCES)
def read(text: str, published: date | None) -> Reading:
    """What the sentence asserts, its days resolved against the day on which it was published."""
    told = dates(text, published)
    outside, saying = _attributed(text, told)
    taken = [*outside, *((day.start, day.end) for day in told)]
    counts = tuple(one for one in quantities(text) if not _within(one.start, outside))
    measured = [(one.start, one.end) for one in counts if one.unit in MEASURES]
    words = tuple(
        Word(_bare(match[0]), match.start(), match.end(), match[0][0].isupper())
        for match in WORD.finditer(text)
        if not _is_plain(match[0]) and not _within(match.start(), taken)
    )
    return Reading(
        text,
        words,
        tuple(name for name in names(text) if not _within(name.start, [*taken, *measured])),
        counts,
        tuple(day for day in told if not _within(day.start, outside)),
        saying,
    )


@lru_cache(maxsize=KEPT_SENTENCES)
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a paragraph lie; a quotation that runs over several is kept whole."""
    spans = sentence_spans(text)
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(spans):
        end = place + 1
        while end < min(len(spans), place + LONGEST_QUOTE_SENTENCES) and is_open(
            text[spans[place][0] : spans[end - 1][1]]
        ):
            end += 1
        found.append((spans[place][0], spans[end - 1][1]))
        place = end
    return tuple(found)


def is_open(text: str) -> bool:
    """Whether a quotation begins in the text that does not end in it."""
    return text.count("“") > text.count("”") if "“" in text or "”" in text else text.count('"') % 2 == 1


@lru_cache(maxsize=KEPT_SENTENCES)
def stems(text: str) -> frozenset[str]:
    """What the content words of a text have in common with other forms of them, near enough."""
    return frozenset(stem(match[0]) for match in WORD.finditer(text) if not _is_plain(match[0]))


def _is_plain(word: str) -> bool:
    return word.lower().replace("’", "'") in STOP_WORDS or word[0].isdigit()


def _bare(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.lower())


def _within(place: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _attributed(text: str, told: Sequence[DateMention]) -> tuple[list[tuple[int, int]], Saying | None]:
    """The parts of a sentence that say who says so, and what they say."""
    found: list[tuple[int, int]] = []
    dateline = _HEADLINE_DATELINE.match(text)
    if dateline is not None:
        found.append(dateline.span())
    saying: Saying | None = None
    for pattern in _ATTRIBUTIONS:
        match = pattern.search(text)
        if match is None or any(start < match.end() and match.start() < end for start, end in found):
            continue
        found.append(match.span())
        day = next((one for one in told if match.start("when") <= one.start < match.end("when")), None)
        who = frozenset(_bare(word) for word in WORD.findall(match["who"]) if word[0].isupper())
        if saying is None or (day is not None and saying.day is None):
            saying = Saying(who, day)
    return found, saying
