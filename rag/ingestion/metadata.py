"""Finds the title, outlet, address and day of publication of an article in its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.articles import squeeze
from rag.ingestion.boilerplate import body_start, is_title_line, key_of
from rag.language.captions import is_caption
from rag.language.datelines import BYLINE_PARTS, COPYRIGHT, DATELINE, SOURCE_LABEL, agency_of
from rag.language.dates import FIRST_PUBLISHED, UPDATED, find_day
from rag.language.outlets import bare, is_outlet, without_staff
from rag.language.page_text import ADDRESS, SECTIONS, TITLE_LABEL, is_page_text
from rag.language.sentences import sentence_spans
from rag.language.words import pieces

LONGEST_TITLE_CHARACTERS = 220
LONGEST_UNDOUBTED_CHARACTERS = 160
LONGEST_CALL_CHARACTERS = 120
SHORTEST_OPENING_CHARACTERS, OPENING_CHARACTERS = 12, 100
HEAD_LINES = 10
LONGEST_OUTLET_CHARACTERS = 60

_ENDED = re.compile(r"[.…,;:。][”\"’')\]]*$")
_LETTER = re.compile(r"[^\W\d_]")
_BEHIND = re.compile(r"\s+[|–—-]\s+(?=[^|–—]*$)")


def find_title(lines: Sequence[str]) -> str | None:
    """The title, without a section glued to it or an outlet behind it; None where the text begins with its news."""
    head = [place for place, line in enumerate(lines[:HEAD_LINES]) if _may_be_a_title(line)]
    for place in head[:2]:
        line, after = lines[place], lines[place + 1 :]
        if TITLE_LABEL.match(line):
            return TITLE_LABEL.sub("", line) or None
        is_headed = any(map(is_page_text, lines[:place]))
        if not _looks_like_a_title(line, after) or (is_headed and _ENDED.search(line)):  # a post of a live blog
            return None
        above = place == head[0] and (_is_section(line) or len(pieces(line)) == 1)
        if above and len(head) > 1 and _looks_long(lines[head[1]]):
            continue
        return _without_its_outlet(_without_its_section(line, after))
    return None


def _may_be_a_title(line: str) -> bool:
    return _LETTER.search(line) is not None and not is_page_text(line) and not is_caption(line)


def _is_section(line: str) -> bool:
    """A few words that name a part of a paper."""
    return len(pieces(line)) <= 3 and SECTIONS.issuperset(pieces(line.lower()))


def _looks_long(line: str) -> bool:
    return len(pieces(line)) >= 4 and len(line) <= LONGEST_TITLE_CHARACTERS and not _ENDED.search(line)


def _looks_like_a_title(line: str, after: Sequence[str]) -> bool:
    """One short line above others that does not end as a sentence of the text does, unless something shows it."""
    if not any(pieces(other) for other in after) or len(line) > LONGEST_TITLE_CHARACTERS or not pieces(line):
        return False
    if not _ENDED.search(line) and any(key_of(other) == key_of(line) for other in after[:3]):
        return True
    sentences = len(sentence_spans(line))
    if DATELINE.match(line) or line[0] in "-*•" or sentences > 2:
        return False
    if _ENDED.search(line):
        return is_page_text(after[0]) and sentences == 1 and not line.endswith(",")
    doubted = sentences > 1 or line[-1] in "?!"
    return len(line) <= (LONGEST_CALL_CHARACTERS if doubted else LONGEST_UNDOUBTED_CHARACTERS)


def _without_its_section(title: str, text: Sequence[str]) -> str:
    """The title without a section that is glued to it: "IranIran Pulling Out" is "Iran Pulling Out".

    Glued is a word with a capital inside it that the text does not have, of which both halves are the same, or are
    words of the text, or the first names a part of a paper. YouTube and McDonald stay whole.
    """
    known = {word for line in text if title not in line for word in re.findall(r"\w+", line)}
    for match in list(re.finditer(r"\w+", title))[:3]:
        word = match.group()
        for cut in range(2, len(word) - 1):
            section, rest = word[:cut], word[cut:]
            if word in known or not re.match(r"[A-Z]\w*\|[A-Z][^\W\d_]", f"{section}|{rest}"):
                continue
            named = SECTIONS.issuperset(pieces(title[: match.start() + cut].lower()))
            if rest.startswith(section) or (named and (cut > 3 or rest in known)) or {section, rest} <= known:
                return title[match.start() + cut :]
    return title


def _without_its_outlet(title: str) -> str:
    """Behind a bar stands an outlet or a section; behind a dash, only what is known to be an outlet."""
    first = re.split(r"\s+\|\s+", title)[0]
    if first == title and _outlet_behind(title):
        first = _BEHIND.split(title)[0]
    return first if len(pieces(first)) >= 3 else title


def opening_words(lines: Sequence[str], evidence: Sequence[bool]) -> str:
    """A name for an article without a title: its first sentence, or as many as tell something, cut at a word."""
    line = next((line for line, kept in zip(lines, evidence, strict=True) if kept), lines[0])
    if dateline := DATELINE.match(line):
        line = line[dateline.end() :] or line
    spans = sentence_spans(line) or [(0, len(line))]
    start, end = spans[0][0], next((end for _, end in spans if end >= SHORTEST_OPENING_CHARACTERS), spans[-1][1])
    if end - start <= OPENING_CHARACTERS:
        return line[start:end]
    cut = line[start : start + OPENING_CHARACTERS - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–—-") + "…"


def find_published(lines: Sequence[str], title: str | None) -> date | None:
    """The day the article says it was published: in a line of its own at its head or end, or after "Published".

    Days inside the news are days of events, and are not taken, but for a dateline that prints its year.
    """
    body = body_start(lines, title)
    updated: date | None = None
    for place, line in enumerate(lines):
        near = place <= max(body, HEAD_LINES) or place >= len(lines) - 2
        if not (near or FIRST_PUBLISHED.search(line)) or not is_page_text(line) or is_title_line(line, title):
            continue
        day = find_day(line)
        if day and UPDATED.search(line) and not FIRST_PUBLISHED.search(line):
            updated = updated or day
        elif day:
            return day
    dateline = DATELINE.match(lines[body])
    return updated or (find_day(dateline.group()) if dateline else None)


def find_address(lines: Sequence[str]) -> str | None:
    """The address that stands in a line of its own at the head."""
    found = (ADDRESS.fullmatch(line) for line in lines[:HEAD_LINES])
    return next((match["url"] for match in found if match), None)


def find_outlet(lines: Sequence[str], title: str | None) -> str | None:
    """The outlet that the article names as its own: in a byline, a dateline, a notice of rights, or as its source.

    An outlet that the news quote, or that a picture is credited to, is not the article's own.
    """
    body = body_start(lines, title)
    for line in lines[: body + 1]:
        if outlet := _outlet_behind(line) if is_title_line(line, title) else _outlet_of(line):
            return outlet
    for line in (*lines[body + 1 : body + 2], *lines[body + 1 :][-3:]):
        if named := SOURCE_LABEL.fullmatch(line) or (is_page_text(line) and COPYRIGHT.match(line)):
            return bare(squeeze(named["outlet"]))
    return None


def _outlet_behind(title: str) -> str | None:
    """The outlet of "Iran pulls out | The Example Times"."""
    parts = _BEHIND.split(title)
    return _outlet(parts[-1]) if len(parts) > 1 else None


def _outlet_of(line: str) -> str | None:
    if label := SOURCE_LABEL.fullmatch(line):
        return bare(squeeze(label["outlet"]))
    if DATELINE.match(line):
        return _outlet(agency_of(line) or "")
    parts = BYLINE_PARTS.split(line) if is_page_text(line) else ()
    return next(filter(None, map(_outlet, (line, *parts))), None)


def _outlet(name: str) -> str | None:
    """The name as it is written in mid-sentence, where it is that of an outlet."""
    name = without_staff(name) if len(name) <= LONGEST_OUTLET_CHARACTERS else ""
    return name if is_outlet(name) and not _is_section(name) else None
