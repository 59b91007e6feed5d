"""What a text tells of itself: its title, outlet, address and day. Reading calls it where nothing else tells them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.articles import squeeze
from rag.ingestion.bylines import ADDRESS, is_about_the_article, is_byline
from rag.ingestion.captions import is_caption
from rag.ingestion.days import find_day
from rag.ingestion.furniture import first_of_the_body, is_the_title, key_of
from rag.ingestion.voices import speaks_to_the_reader
from rag.language.sentences import sentence_spans
from rag.language.words import pieces

LONGEST_TITLE_CHARACTERS = 220
LONGEST_UNDOUBTED_CHARACTERS = 160
LONGEST_CALL_CHARACTERS = 120
SHORTEST_OPENING_CHARACTERS, OPENING_CHARACTERS = 12, 100
HEAD_LINES = 10
LONGEST_OUTLET_CHARACTERS = 60

_SECTIONS = frozenset(
    """news world politics business opinion opinions sport sports culture tech technology science health analysis
    features feature exclusive breaking national local international economy finance lifestyle travel
    entertainment education environment climate video live updates us uk eu un europe asia africa america
    americas middle east mideast region defense defence security diplomacy arts books style markets
    investigations editorial commentary latest home and""".split()
)
_ENDED = re.compile(r"[.…,;:。][”\"’')\]]*$")
_LETTER = re.compile(r"[^\W\d_]")
_TITLE_LABEL = re.compile(r"(?:title|headline)\s*:\s*", re.IGNORECASE)


# The title.


def find_title(lines: Sequence[str]) -> str | None:
    """The title, without a section glued to it or an outlet behind it; None where the text begins with its news."""
    places = [place for place, line in enumerate(lines[:HEAD_LINES]) if not _is_furniture(line)]
    for place in places[:2]:
        line = lines[place]
        if _TITLE_LABEL.match(line):
            return _TITLE_LABEL.sub("", line, count=1) or None
        after = lines[place + 1 :]
        told = any(is_byline(other) for other in lines[:place])
        if not _looks_like_a_title(line, after) or (told and _ENDED.search(line)):  # a post of a live blog
            return None
        above = place == places[0] and (_is_section(line) or len(pieces(line)) == 1)
        if above and len(places) > 1 and _looks_long(lines[places[1]]):
            continue
        return _without_its_outlet(without_its_section(line, after))
    return None


def _is_furniture(line: str) -> bool:
    return (
        not _LETTER.search(line)
        or is_about_the_article(line)
        or speaks_to_the_reader(line)
        or is_caption(line, above_the_body=False)
    )


def _is_section(line: str) -> bool:
    """A few words that name a part of a paper."""
    return len(pieces(line)) <= 3 and _SECTIONS.issuperset(pieces(line.lower()))


def _looks_long(line: str) -> bool:
    return len(pieces(line)) >= 4 and len(line) <= LONGEST_TITLE_CHARACTERS and not _ENDED.search(line)


def _looks_like_a_title(line: str, after: Sequence[str]) -> bool:
    """One short line above others that does not end as a sentence of the text does, unless something shows it."""
    if not any(pieces(other) for other in after) or len(line) > LONGEST_TITLE_CHARACTERS or not pieces(line):
        return False
    if not _ENDED.search(line) and any(key_of(other) == key_of(line) for other in after[:3]):
        return True
    sentences = len(sentence_spans(line))
    if _DATELINE.match(line) or line[0] in "-*•" or sentences > 2:
        return False
    if _ENDED.search(line):
        return is_byline(after[0]) and sentences == 1 and not line.endswith(",")
    return len(line) <= (
        LONGEST_UNDOUBTED_CHARACTERS if sentences == 1 and line[-1] not in "?!" else LONGEST_CALL_CHARACTERS
    )


def without_its_section(title: str, text: Sequence[str]) -> str:
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
            named = _SECTIONS.issuperset(pieces(title[: match.start() + cut].lower()))
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
    if dateline := _DATELINE.match(line):
        line = line[dateline.end() :] or line
    spans = sentence_spans(line) or [(0, len(line))]
    start, end = spans[0][0], next((end for _, end in spans if end >= SHORTEST_OPENING_CHARACTERS), spans[-1][1])
    if end - start <= OPENING_CHARACTERS:
        return line[start:end]
    cut = line[start : start + OPENING_CHARACTERS - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:–—-") + "…"


# The day and the address.

_FIRST = re.compile(r"\b(?:published|posted|issued|filed|date|created)\b", re.IGNORECASE)
_LATER = re.compile(r"\b(?:updated|modified)\b", re.IGNORECASE)


def find_published(lines: Sequence[str], title: str | None) -> date | None:
    """The day the article says it was published: in a line of its own at its head or end, or after "Published".

    Days inside the news are days of events, and are not taken, but for a dateline that prints its year.
    """
    body = first_of_the_body(lines, title)
    updated: date | None = None
    for place, line in enumerate(lines):
        near = place <= max(body, HEAD_LINES) or place >= len(lines) - 2
        if not (near or _FIRST.search(line)) or not is_byline(line) or is_the_title(line, title):
            continue
        day = find_day(line)
        if day and _LATER.search(line) and not _FIRST.search(line):
            updated = updated or day
        elif day:
            return day
    dateline = _DATELINE.match(lines[body])
    return updated or (find_day(dateline.group()) if dateline else None)


def find_address(lines: Sequence[str]) -> str | None:
    """The address that stands in a line of its own at the head."""
    found = (ADDRESS.fullmatch(line) for line in lines[:HEAD_LINES])
    return next((match["url"] for match in found if match), None)


# The outlet.

_PRESS = (
    r"(?:Times|Post|News|Press|Guardian|Herald|Tribune|Journal|Gazette|Agency|Magazine|Daily|Telegraph|Chronicle|Observer|"
    r"Mirror|Independent|Globe|Mail|Express|Broadcasting|Radio|Review|Inquirer|Dispatch|Examiner|Sentinel|Weekly|Today)"
)
_AGENCY = (
    r"(?:Reuters|AFP|Agence France-Presse|AP|(?:The )?Associated Press|UPI|dpa|Xinhua|TASS|ANSA|Kyodo|JTA|JNS|PTI|"
    r"ANI|BBC|CNN|NPR|PBS|Bloomberg|Al Jazeera|Haaretz|Axios|Politico)"
)
_CAPITAL = r"(?:[A-Z][\w.&’'-]*)"
_OUTLET = re.compile(
    rf"{_AGENCY}|(?:The )?{_PRESS} of (?:the )?{_CAPITAL}(?: {_CAPITAL})?|The {_PRESS}"
    rf"|(?:The )?{_CAPITAL}(?: (?:of |and )?{_CAPITAL}){{0,2}} {_PRESS}(?: {_CAPITAL})?"
)
_DAY_OF_DATELINE = r",?\s*(?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?|\d{1,2} [A-Z][a-z]{2,8}(?: \d{4})?)"
_DATELINE = re.compile(
    rf"(?:[A-Z][A-Z .,'’/-]{{2,40}}(?:,\s*[A-Z][\w. ]{{2,20}})?(?:{_DAY_OF_DATELINE})?\s*"
    r"(?:\((?P<agency>[A-Z][\w .&/-]{1,30})\))?"
    rf"|(?:[A-Z][\w .'’-]{{2,40}})?(?:{_DAY_OF_DATELINE})?\s*\((?P<agency_alone>{_AGENCY})\))"
    r"\s*(?:[–—]|--?)\s+"
)
_SOURCE = re.compile(
    r"(?:source|outlet|publication|publisher|newspaper)\s*:\s*(?P<outlet>[^\s:][^:]{1,60})", re.IGNORECASE
)
_RIGHTS = re.compile(
    r"(?:©|(?i:\(c\)|copyright))\s*(?:©\s*)?(?:\d{4}\s*)?(?:by\s+)?"
    r"(?P<outlet>(?:The )?[A-Z][\w&’'-]*(?: (?:of |and |the )?[A-Z][\w&’'-]*){0,4})"
)
_BEHIND = re.compile(r"\s+[|–—-]\s+(?=[^|–—]*$)")
_BYLINE_PARTS = re.compile(r"\s*[|,/•·]\s*|\s+[–—-]\s+|\b(?:[Bb]y|BY)\s+|\s+for\s+")
_STAFF = re.compile(r"\s+(?:staff(?: writer)?|correspondent|reporter)$", re.IGNORECASE)


def find_outlet(lines: Sequence[str], title: str | None) -> str | None:
    """The outlet that the article names as its own: in a byline, a dateline, a notice of rights, or as its source.

    An outlet that the news quote, or that a picture is credited to, is not the article's own.
    """
    body = first_of_the_body(lines, title)
    for line in lines[: body + 1]:
        if outlet := _outlet_behind(line) if is_the_title(line, title) else _outlet_of(line):
            return outlet
    for line in (*lines[body + 1 : body + 2], *lines[body + 1 :][-3:]):
        if label := _SOURCE.fullmatch(line):
            return squeeze(label["outlet"]).rstrip(".")
        if is_about_the_article(line) and (rights := _RIGHTS.match(line)):
            return rights["outlet"].rstrip(".")
    return None


def _outlet_behind(title: str) -> str | None:
    """The outlet of "Iran pulls out | The Example Times"."""
    parts = _BEHIND.split(title)
    return _outlet(parts[-1]) if len(parts) > 1 else None


def _outlet_of(line: str) -> str | None:
    if label := _SOURCE.fullmatch(line):
        return squeeze(label["outlet"]).rstrip(".")
    if dateline := _DATELINE.match(line):
        return _outlet(dateline["agency"] or dateline["agency_alone"] or "")
    if not is_byline(line):
        return _outlet(line)
    return next(filter(None, map(_outlet, _BYLINE_PARTS.split(line))), None)


def _outlet(name: str) -> str | None:
    """The name where it is that of an outlet: "TIMES OF ISRAEL STAFF" is the Times of Israel."""
    if len(name) > LONGEST_OUTLET_CHARACTERS:
        return None
    name = _STAFF.sub("", name.strip())
    if name.isupper() and not _OUTLET.fullmatch(name):
        name = re.sub(r"\b(?:Of|And|The)\b", lambda match: match.group().lower(), name.title())
    return name if _OUTLET.fullmatch(name) and not _is_section(name) else None
