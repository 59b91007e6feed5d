"""Which paragraphs of an article are evidence, and which its furniture: captions, bylines, footers. Reading calls it.

There is no list of sites: a line is judged by its shape, its place, and whom it speaks to. A reporter tells of
others; a footer speaks to the reader ("follow us", "your donation"). Where in doubt, a paragraph is evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from rag.ingestion.bylines import NAMES, is_about_the_article, is_byline
from rag.ingestion.captions import is_caption
from rag.ingestion.lines import are_unlikely
from rag.ingestion.voices import (
    asks_for_support,
    is_attributed,
    is_button,
    speaks_of_us,
    speaks_to_the_reader,
    without_quotations,
)
from rag.language.words import pieces

LEDE_WORDS = 12  # a first paragraph has as many, or it is a title, a byline or the like
SHORTEST_LEDE_WORDS = 4
LONGEST_HEAD_LINES = 100
LONGEST_DECK_CHARACTERS = 250
DECK_LINES = 5  # a deck has its byline or day at most as many lines below it
HEADING_CHARACTERS = 70
LABEL_WORDS = 7
LONGEST_APPEAL_LINES = 12
LONGEST_LEAD_IN_LINES = 3
AUTHOR_LINES = 3
LONGEST_AUTHOR_WORDS = 45

_LETTER = re.compile(r"[^\W\d_]")
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][”\"’')\]]*$")
_ENDED = re.compile(r"[.!?:;,…。！？؟।][”\"’')\]]*$")
_IN_A_LIST = re.compile(r"^[-*•‣▪◦–—]|\d")
_CAPTION_BELOW = re.compile(r"(?:image |photo )?caption\s*[,:]?", re.IGNORECASE)
_SMALL_WORDS = frozenset("and of the in for at on by from to a an with or vs".split())
_OUTLET_BEHIND = re.compile(r"\s[|–—-]\s(?=[^|–—]*$)")
_TITLE_LABEL = re.compile(r"^(?:title|headline)\s*:\s*", re.IGNORECASE)


def are_evidence(lines: Sequence[str], title: str | None = None) -> list[bool]:
    """For each paragraph, on one line, whether an answer may rest on it. The first of several equals is kept."""
    body = first_of_the_body(lines, title)
    footer = min(_start_of_the_appeal(lines, body), _start_of_the_links(lines, body))
    titled = next((place for place, line in enumerate(lines[:body]) if is_the_title(line, title)), 0)
    kept: list[bool] = []
    seen: set[str] = set()
    unlikely = are_unlikely(lines)
    for place, line in enumerate(lines):
        key = key_of(line)
        furniture = (
            (place > body and unlikely[place])
            or place >= footer
            or is_the_title(line, title)
            or _is_furniture(lines, place, body)
            or (place < body and _is_label(line, above_the_title=place < titled))
            or (place > body and _is_heading(lines, place))
            or (place > body and place >= len(lines) - AUTHOR_LINES and _is_about_the_author(line))
        )
        kept.append(_LETTER.search(key) is not None and key not in seen and not furniture)
        seen.add(key)
    return kept if any(kept) else _title_alone(lines)


def _title_alone(lines: Sequence[str]) -> list[bool]:
    """An article that is nothing but its title still says what the title says."""
    spoken = [place for place, line in enumerate(lines) if not (is_button(line) or is_about_the_article(line))]
    return [place == next(iter(spoken), None) for place in range(len(lines))]


def key_of(line: str) -> str:
    """What two lines with the same words have in common, whatever their case and punctuation."""
    return " ".join(pieces(line.casefold()))


def first_of_the_body(lines: Sequence[str], title: str | None = None) -> int:
    """Where the news begins: the first whole sentence that is not the title, a byline, a caption or the like.

    A short one with a byline or a day below it is a deck: the news begins below them.
    """
    body = _first_sentence(lines, title, 0)
    for place in range(body + 1, min(len(lines), body + DECK_LINES + 1)):
        if len(lines[body]) <= LONGEST_DECK_CHARACTERS and is_byline(lines[place]):
            return _first_sentence(lines, title, place + 1) or body
    return body


def _first_sentence(lines: Sequence[str], title: str | None, start: int) -> int:
    """The first line from `start` on that is news: a long one, else any whole sentence; 0 where there is none."""
    short = 0
    for place in range(start, min(len(lines), start + LONGEST_HEAD_LINES)):
        count = len(pieces(lines[place]))
        ended = _ENDED.search(lines[place]) is not None
        is_long = count > 2 * LEDE_WORDS or (ended and count >= LEDE_WORDS)
        if not is_long and (short or not ended or count < SHORTEST_LEDE_WORDS):
            continue
        if is_the_title(lines[place], title) or _is_furniture(lines, place, len(lines)):
            continue
        if is_long:
            return place
        short = place
    return short


def _is_furniture(lines: Sequence[str], place: int, body: int) -> bool:
    """Whether a line is known for what it is by its own words, or by the caption above it that it repeats."""
    line = lines[place]
    return (
        is_about_the_article(line)
        or speaks_to_the_reader(line)
        or is_caption(line, above_the_body=place < body)
        or _repeats_a_caption(lines, place, body)
        or (place > 0 and _CAPTION_BELOW.fullmatch(lines[place - 1]) is not None)
    )


def _repeats_a_caption(lines: Sequence[str], place: int, body: int) -> bool:
    """Whether a line is the beginning of a caption near above it, without its credit."""
    own = pieces(lines[place].casefold())
    return len(own) >= 4 and any(
        pieces(lines[other].casefold())[: len(own)] == own and is_caption(lines[other], above_the_body=other < body)
        for other in range(max(0, place - 3), place)
    )


def is_the_title(line: str, title: str | None) -> bool:
    """Whether a line is the title, also with its section glued to it, or its outlet behind it."""
    if not title or len(line) > 2 * len(title) + 60:
        return False
    wanted = "".join(pieces(title.casefold()))
    own = "".join(pieces(_TITLE_LABEL.sub("", line).casefold()))
    if wanted in (own, "".join(pieces(_OUTLET_BEHIND.split(line)[0].casefold()))):
        return True
    return len(wanted) >= 15 and own.endswith(wanted) and len(own) <= len(wanted) + 25 and title in line


def _is_label(line: str, *, above_the_title: bool) -> bool:
    """Above the body: a section, an author or an outlet, every word written large. A deck tells more."""
    if _ENDED.search(line) or len(line.split()) > LABEL_WORDS:
        return False
    small = [word for word in re.findall(r"[^\W\d_][\w'’-]*", line) if word[0].islower()]
    return above_the_title or all(word in _SMALL_WORDS for word in small)


def _is_heading(lines: Sequence[str], place: int) -> bool:
    """A short line without an end between whole paragraphs; items of a list and rows of a table are none."""
    line = lines[place]
    if len(line) > HEADING_CHARACTERS or place + 1 >= len(lines) or _IN_A_LIST.search(line):
        return False
    if re.search(r"[.!…;,。！？][”\"’')\]]*(?:$|\s)", line) or without_quotations(line) != line:
        return False
    around = (lines[place - 1], lines[place + 1])
    return all(len(other) > HEADING_CHARACTERS or _SENTENCE_END.search(other) for other in around)


_AUTHOR = re.compile(
    rf"(?:The (?:writer|author)|{NAMES})\s+(?:is|covers|writes|reports)\s+[^.]{{0,80}}\b(?:reporter|correspondent|"
    r"journalist|writer|editor|columnist|contributor|fellow|bureau chief|author of|covers|writes|reports|covering|"
    r"based in)\b.*"
)


def _is_about_the_author(line: str) -> bool:
    """At the end: “Jane Doe is a reporter based in London”. A reporter to whom something happened is news."""
    if len(line.split()) > LONGEST_AUTHOR_WORDS or without_quotations(line) != line or is_attributed(line):
        return False
    return bool(_AUTHOR.fullmatch(line)) and not re.search(r"\b(?:was|were|has been|killed|arrested|jailed)\b", line)


# The end of the article.

_APPEAL_HEADING = re.compile(
    r"(?:support|help|donate|join|become|subscribe|before you go|an? (?:message|note|word) (?:from|to)|dear readers?|"
    r"about us|why (?:support|donate|we)|your (?:support|help|gift|donation)|since you|we need|we have a|invest in|"
    r"stand with|thank you|make a)\b.{0,70}",
    re.IGNORECASE,
)
_LINKS_HEADING = re.compile(
    r"(?:related|more (?:from|on|in|stories|news|about|like|to read)|read (?:more|next|also)|also read|see also|"
    r"most (?:read|popular)|recommended|trending|latest (?:news|stories|articles|updates)|popular|top stories|"
    r"you (?:may|might) (?:also )?(?:like|be interested)|(?:from|around) the web|editors?['’]? picks?|"
    r"what to read next|don['’]t miss|in this (?:section|topic))\b(?:\s[\w'’]+){0,4}\s?:?",
    re.IGNORECASE,
)


def _start_of_the_appeal(lines: Sequence[str], body: int) -> int:
    """Where a run of appeals begins that goes on to the end; the number of lines where there is none.

    It opens with a call, asks readers for money, and speaks of "us" at its end and in half of its paragraphs. Without
    a heading, the few paragraphs before it that speak of "us" are its own; where many do, they are an opinion.
    """
    for start in range(max(body + 1, len(lines) - LONGEST_APPEAL_LINES), len(lines)):
        if (
            _APPEAL_HEADING.fullmatch(lines[start])
            and not _ENDED.search(lines[start])
            and _is_an_appeal(lines[start:])
        ):
            return start
    for start in range(max(body + 1, len(lines) - LONGEST_APPEAL_LINES, len(lines) // 2), len(lines)):
        if speaks_to_the_reader(lines[start]) and _is_an_appeal(lines[start:]):
            near = reversed(lines[max(body + 1, start - LONGEST_LEAD_IN_LINES - 1) : start])
            lead_in = len(list(takewhile(speaks_of_us, near)))
            return start - lead_in if lead_in <= LONGEST_LEAD_IN_LINES else start
    return len(lines)


def _is_an_appeal(lines: Sequence[str]) -> bool:
    sentences = [line for line in lines if _ENDED.search(line) and not is_about_the_article(line)]
    ours = [speaks_of_us(line) or speaks_to_the_reader(line) for line in sentences]
    return any(map(asks_for_support, sentences)) and ours[-1] and sum(ours) * 2 >= len(ours)


def _start_of_the_links(lines: Sequence[str], body: int) -> int:
    """Where a list of other articles begins that goes on to the end; the number of lines where there is none."""
    end = len(lines)
    while end > body + 1 and (not _SENTENCE_END.search(lines[end - 1]) or speaks_to_the_reader(lines[end - 1])):
        end -= 1
    return next((place for place in range(end, len(lines)) if _LINKS_HEADING.fullmatch(lines[place])), len(lines))
