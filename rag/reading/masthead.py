"""What a text tells of itself: its title, its outlet, its day. Reading calls it where nothing else names them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from rag.articles import squeeze
from rag.reading.days import find_day
from rag.reading.furniture import (
    BYLINE,
    first_of_the_body,
    is_about_the_article,
    is_caption,
    is_the_title,
    speaks_to_the_reader,
    words,
)
from rag.sentences import sentence_spans

LONGEST_TITLE_CHARACTERS = 220
OPENING_CHARACTERS = 100
HEAD_LINES = 12

_SECTIONS = frozenset(
    """news world politics business opinion opinions sport sports culture tech technology science health analysis features
    feature exclusive breaking national local international economy finance lifestyle travel entertainment education
    environment climate video live updates video us uk eu un europe asia africa america americas israel iran syria middle
    east mideast middle-east region defense defence security diplomacy arts books style markets investigations editorial
    commentary perspective report reports top latest home""".split()
)
_END = re.compile(r"[.…,;:][”\"’')\]]*$")


def find_title(lines: Sequence[str]) -> tuple[int, str] | None:
    """Which line is the title, and the title without a section glued to it or an outlet behind it; None without one."""
    candidates = [
        place
        for place, line in enumerate(lines[:HEAD_LINES])
        if not (is_about_the_article(line) or speaks_to_the_reader(line) or is_caption(line, above_the_body=False))
    ]
    if len(candidates) < 2:
        return None
    first, second = candidates[:2]
    if _is_section(lines[first]) and _looks_like_a_title(lines[second], lines[second + 1 :]):
        first = second
    if not _looks_like_a_title(lines[first], lines[first + 1 :]):
        return None
    return first, _without_its_outlet(without_its_section(lines[first], lines[first + 1 :]))


def _is_section(line: str) -> bool:
    return len(line.split()) <= 3 and all(word in _SECTIONS or word == "and" for word in words(line))


def _looks_like_a_title(line: str, after: Sequence[str]) -> bool:
    """One short line above others that does not end as a sentence of the text does, unless it comes twice."""
    if not after or len(line) > LONGEST_TITLE_CHARACTERS or not words(line):
        return False
    if any(words(other) == words(line) for other in after[:3]):
        return True
    if _DATELINE.match(line) or line[0] in "-*•" or len(sentence_spans(line)) > 2:
        return False
    return not _END.search(line) and (len(line) < 160 or line[-1] in "?!")


def without_its_section(title: str, text: Sequence[str]) -> str:
    """The title without a section that is glued to it: "IranIran Pulling Out" is "Iran Pulling Out".

    Glued is a word that has a capital inside, of which both halves are words of the text and the whole is none, or
    whose halves are the same, or whose first half names a section. YouTube and McDonald stay whole.
    """
    own = Counter(re.findall(r"\w+", " ".join(text)))
    for match in list(re.finditer(r"\S+", title))[:3]:
        word = match.group()
        for cut in range(2, len(word) - 1):
            section, rest = word[:cut], word[cut:]
            if not (section[0].isupper() and rest[0].isupper() and section.isalpha() and rest[1].islower()):
                continue
            start = re.match(r"\w+", rest)
            if start is None or own[word] or own[section + start.group()]:
                continue
            doubled = start.group().startswith(section)
            named = (
                section.lower() in _SECTIONS or squeeze(f"{title[: match.start()]} {section}").lower() in _SECTIONS
            )
            if doubled or (named and cut > 3) or (own[section] and own[start.group()]):
                return title[match.start() + cut :].strip()
    return title


def _without_its_outlet(title: str) -> str:
    parts = re.split(r"\s+\|\s+", title)
    return title if len(parts) == 1 or len(words(parts[0])) < 3 else parts[0]


def opening_words(lines: Sequence[str], evidence: Sequence[bool]) -> str:
    """A name for an article without a title: its first sentence, cut at a word."""
    line = next((line for line, kept in zip(lines, evidence, strict=True) if kept), lines[0])
    spans = sentence_spans(line)
    sentence = line[slice(*spans[0])] if spans else line
    if len(sentence) <= OPENING_CHARACTERS:
        return sentence
    cut = sentence[: OPENING_CHARACTERS - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–—-") + "…"


# The day.

_FIRST = re.compile(r"\b(?:published|posted|issued|filed|date|created)\b", re.I)
_LATER = re.compile(r"\b(?:updated|modified)\b", re.I)


def find_published(lines: Sequence[str], title: str | None) -> date | None:
    """The day the article says it was published: a line of its own above the text, or one that says "Published".

    Days inside the news are days of events; they are not taken, but for a dateline that prints its year.
    """
    body = first_of_the_body(lines, title)
    updated: date | None = None
    for place, line in enumerate(lines):
        near = place <= body + 1 or place >= len(lines) - 2
        if not is_about_the_article(line) or is_the_title(line, title) or not (near or _FIRST.search(line)):
            continue
        if _LATER.search(line) and not _FIRST.search(line):
            updated = updated or find_day(line)
        elif day := find_day(line):
            return day
    dateline = _DATELINE.match(lines[body]) if lines else None
    return updated or (find_day(dateline.group()) if dateline else None)


# The outlet.

_PRESS = (
    r"Times|Post|News|Press|Guardian|Herald|Tribune|Journal|Gazette|Agency|Magazine|Daily|Telegraph|Chronicle|Observer|"
    r"Mirror|Independent|Globe|Mail|Express|Broadcasting|Radio|Review|Inquirer|Dispatch|Examiner|Sentinel|Weekly|Today"
)
_AGENCY = r"Reuters|AFP|Agence France-Presse|AP|Associated Press|The Associated Press|BBC|CNN|NPR|UPI|Bloomberg|dpa|Xinhua|TASS|ANSA|Kyodo|JTA|JNS"
_OUTLET = re.compile(
    rf"(?:{_AGENCY}|(?:The )?(?:[A-Z][\w.&’'-]*\s+(?:of\s+|and\s+)?){{1,4}}?(?:{_PRESS})(?: of [A-Z]\w+| [A-Z]\w+)?|"
    rf"(?:The )?(?:{_PRESS}) of (?:the )?[A-Z]\w+|The (?:{_PRESS}))"
)
_DATELINE = re.compile(
    r"(?P<place>[A-Z][A-Z .,'’/-]{2,40}(?:,\s*[A-Z][\w. ]{2,20})?)?"
    r"(?P<day>,?\s*(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?|\d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?))?"
    r"\s*(?:\((?P<agency>[A-Z][\w .&/-]{1,30})\))?\s*(?:[–—]|--?)\s+"
)
_SOURCE_LABEL = re.compile(
    r"(?:source|outlet|publication|publisher|newspaper)\s*:\s*(?P<outlet>[^\s:][^:]{1,60})", re.I
)
_RIGHTS_OF = re.compile(
    r"(?:©|copyright)\s*(?:©\s*)?(?:\d{4}\s*)?(?:by\s+)?(?P<outlet>[A-Z][\w.&’' -]{1,50}?)\s*(?:[.,|]|\d{4}|$)", re.I
)


def find_outlet(lines: Sequence[str], title: str | None) -> str | None:
    """The outlet that the article names as its own: in its byline, its dateline, or a line that says so."""
    body = first_of_the_body(lines, title)
    for line in lines[: body + 1]:
        if is_the_title(line, title):
            if " | " in line and (outlet := _OUTLET.fullmatch(line.rsplit(" | ", 1)[1].strip())):
                return outlet.group()
            continue
        if outlet := _outlet_of_a_line(line):
            return outlet
    for line in (*lines[body + 1 : body + 2], *lines[-3:]):
        label = _SOURCE_LABEL.fullmatch(line) or (_RIGHTS_OF.match(line) if is_about_the_article(line) else None)
        if label:
            return squeeze(label["outlet"]).rstrip(".")
    return None


def _outlet_of_a_line(line: str) -> str | None:
    if label := _SOURCE_LABEL.fullmatch(line):
        return squeeze(label["outlet"])
    dateline = _DATELINE.match(line)
    if dateline and dateline["agency"] and _OUTLET.fullmatch(dateline["agency"]):
        return dateline["agency"]
    if not is_about_the_article(line) and not (len(line.split()) <= 5 and line.istitle()):
        return None
    for part in re.split(r"\s*[|,/•·]\s*|\s+[–—-]\s+|\b[Bb]y\s+|\bBY\s+|\s+for\s+", line):
        if outlet := _OUTLET.fullmatch(re.sub(r"\s+(?:[Ss]taff|STAFF)$", "", part.strip())):
            return outlet.group()
    return None


__all__ = ["BYLINE", "find_outlet", "find_published", "find_title", "opening_words", "without_its_section"]
