"""Which paragraphs of an article are evidence, and which are boilerplate: captions, bylines, links, footers.

There is no list of sites. A line is judged by what it is made of, its place, and a model of its shape. Where in
doubt, a paragraph is evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from rag.ingestion.boilerplate_model import likely_boilerplate
from rag.language.captions import is_caption
from rag.language.page_text import (
    ROLES,
    SECTIONS,
    TITLE_LABEL,
    asks_for_support,
    is_call,
    is_page_text,
    marks,
    speaks_of_us,
)
from rag.language.sentences import SENTENCE_END
from rag.language.words import pieces

LEDE_WORDS = 12  # a first paragraph has as many, or it is a title, a byline or the like
SHORTEST_LEDE_WORDS = 4
LONGEST_HEAD_LINES = 100
LONGEST_DECK_CHARACTERS = 250
DECK_LINES = 5  # a deck has its byline or day at most as many lines below it
LABEL_WORDS = 7
LONGEST_APPEAL_LINES = 12

_LETTER = re.compile(r"[^\W\d_]")
_ENDED = re.compile(r"[.!?:;,…。！？؟।][”\"’')\]]*$")
_OUTLET_BEHIND = re.compile(r"\s[|–—-]\s(?=[^|–—]*$)")


def are_evidence(lines: Sequence[str], title: str | None = None, likely: Sequence[bool] | None = None) -> list[bool]:
    """For each paragraph, on one line, whether an answer may rest on it. The first of several equals is kept.

    `likely` says which lines the model takes for boilerplate; it is asked where that is None.
    """
    likely = likely_boilerplate(lines) if likely is None else likely
    body = body_start(lines, title, likely)
    footer = _start_of_the_appeal(lines, body)
    kept: list[bool] = []
    seen: set[str] = set()
    for place, line in enumerate(lines):
        key = key_of(line)
        boilerplate = (
            place >= footer
            or (place > body and likely[place])
            or (place < body and (_is_label(line) or (likely[place] and _speaks_of_the_page(line))))
            or is_title_line(line, title)
            or is_page_text(line)
            or is_caption(line)
        )
        kept.append(_LETTER.search(key) is not None and key not in seen and not boilerplate)
        seen.add(key)
    return kept if any(kept) else _first_alone(lines)


def _first_alone(lines: Sequence[str]) -> list[bool]:
    """An article that is nothing but its title still says what the title says."""
    first = next((place for place, line in enumerate(lines) if not is_page_text(line)), None)
    return [place == first for place in range(len(lines))]


def key_of(line: str) -> str:
    """What two lines with the same words have in common, whatever their case and punctuation."""
    return " ".join(pieces(line.casefold()))


def body_start(lines: Sequence[str], title: str | None = None, likely: Sequence[bool] | None = None) -> int:
    """Where the news begins: the first whole sentence that is not the title, a byline, a caption or the like.

    A short one with a byline or a day below it is a deck: the news begins below them.
    """
    body = _first_sentence(lines, title, 0, likely)
    for place in range(body + 1, min(len(lines), body + DECK_LINES + 1)):
        if len(lines[body]) <= LONGEST_DECK_CHARACTERS and is_page_text(lines[place]):
            return _first_sentence(lines, title, place + 1, likely) or body
    return body


def _first_sentence(lines: Sequence[str], title: str | None, start: int, likely: Sequence[bool] | None) -> int:
    """The first line from `start` on that is news: a long one, else any whole sentence; 0 where there is none."""
    short = 0
    for place in range(start, min(len(lines), start + LONGEST_HEAD_LINES)):
        line = lines[place]
        count = len(pieces(line))
        ended = _ENDED.search(line) is not None
        is_long = count > 2 * LEDE_WORDS or (ended and count >= LEDE_WORDS)
        if not is_long and (short or not ended or count < SHORTEST_LEDE_WORDS):
            continue
        if is_title_line(line, title) or is_page_text(line) or is_caption(line):
            continue
        if likely is not None and likely[place] and _speaks_of_the_page(line):
            continue
        if is_long:
            return place
        short = place
    return short


def is_title_line(line: str, title: str | None) -> bool:
    """Whether a line is the title, also with its section glued to it, or its outlet behind it."""
    if not title or len(line) > 2 * len(title) + 60:
        return False
    wanted = "".join(pieces(title.casefold()))
    own = "".join(pieces(TITLE_LABEL.sub("", line).casefold()))
    if wanted in (own, "".join(pieces(_OUTLET_BEHIND.split(line)[0].casefold()))):
        return True
    return len(wanted) >= 15 and own.endswith(wanted) and len(own) <= len(wanted) + 25 and title in line


def _is_label(line: str) -> bool:
    """Above the body: a section, an author or an outlet, every word with a capital. A deck says more."""
    words = re.findall(r"[^\W\d_][\w'’-]*", line)
    small = {word for word in words[1:] if word.islower() and len(word) > 3}
    return not _ENDED.search(line) and len(words) <= LABEL_WORDS and small <= SECTIONS | ROLES


def _speaks_of_the_page(line: str) -> bool:
    return is_call(line) or marks(line) > 0


def _start_of_the_appeal(lines: Sequence[str], body: int) -> int:
    """Where an appeal begins that goes on to the end; the number of lines where there is none.

    It asks readers for money, and speaks of "us" at its end. The few paragraphs before that speak of "us" are its
    own, and so is a heading above them; where many speak of "us", they are an opinion.
    """
    end = len(lines)
    first = max(body + 1, end - LONGEST_APPEAL_LINES, end // 2)
    asking = next((place for place in range(first, end) if asks_for_support(lines[place])), end)
    if asking == end or not all(_is_of_the_appeal(line) for line in lines[asking:]):
        return end
    above = lines[first:asking][::-1]
    ours = len(list(takewhile(speaks_of_us, above)))
    start = asking - ours if ours <= 3 else asking
    headings = [place for place in range(max(first, start - 3), start) if not _ENDED.search(lines[place])]
    return headings[0] if headings else start


def _is_of_the_appeal(line: str) -> bool:
    return asks_for_support(line) or speaks_of_us(line) or not SENTENCE_END.search(line) or is_page_text(line)
