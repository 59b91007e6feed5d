"""Splits a text into paragraphs, as spans of it, each marked as evidence or not.

Both habits of the web are understood: a blank line between paragraphs, or one paragraph a line; and text wrapped at a
fixed width, as in mail. A paragraph too long for the embedding model is split between sentences.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from math import ceil

from rag.articles import Paragraph, squeeze
from rag.ingestion.boilerplate import are_evidence
from rag.language.sentences import SENTENCE_END, sentence_spans, trimmed

LONGEST_CHARACTERS = 800  # English news of this length stays well below the 256 word pieces that MiniLM reads
NARROWEST_WRAP, WIDEST_WRAP = 40, 100  # what machines wrap text at; one line of a web article is wider
FEWEST_WRAPPED_LINES = 2

_BULLET = re.compile(r"(?:[-*•‣▪◦]|\d{1,2}[.)])\s")
_CLAUSE_END = re.compile(r"[;:,]\s|\s[–—-]\s|\s")

Span = tuple[int, int]


def paragraphs(text: str, title: str | None = None) -> tuple[Paragraph, ...]:
    """The text's paragraphs in order, trimmed, numbered from 1. `title` is what the article's own title line says."""
    found = blocks(text)
    evidence = are_evidence([squeeze(text[slice(*block)]) for block in found], title)
    pieces = [(piece, kept) for block, kept in zip(found, evidence, strict=True) for piece in _fitting(text, block)]
    return tuple(Paragraph(number, *piece, kept) for number, (piece, kept) in enumerate(pieces, start=1))


def blocks(text: str) -> list[Span]:
    """The paragraphs as they are printed, before long ones are split."""
    lines = [trimmed(text, *match.span()) for match in re.finditer(r"[^\n]+", text)]
    lines = [(start, end) for start, end in lines if start < end]
    width = _wrap_width(text, lines)
    if width is None:
        return lines
    joined: list[Span] = []
    for line in lines:
        if joined and _runs_on(text, joined[-1], line, width):
            joined[-1] = (joined[-1][0], line[1])
        else:
            joined.append(line)
    return joined


def _wrap_width(text: str, lines: list[Span]) -> int | None:
    """The width at which a machine wrapped the text, or None where each line is a paragraph of its own."""
    inner = [(line, after) for line, after in pairwise(lines) if _adjoin(text, line, after)]
    if len(inner) < FEWEST_WRAPPED_LINES:
        return None
    lengths = [end - start for (start, end), _ in inner]
    width = sorted(lengths)[-1 - len(lengths) // 20]
    if not NARROWEST_WRAP <= width <= WIDEST_WRAP:
        return None
    full = sum(_is_full(text, line, after, width) for line, after in inner)
    ended = sum(bool(SENTENCE_END.search(text[slice(*line)])) for line, _ in inner)
    return width if full >= 0.7 * len(inner) and ended <= 0.5 * len(inner) else None


def _adjoin(text: str, line: Span, after: Span) -> bool:
    return text.count("\n", line[1], after[0]) == 1


def _is_full(text: str, line: Span, after: Span, width: int) -> bool:
    """Whether the next line's first word would not have fitted on this line."""
    start = text.rfind("\n", 0, line[1]) + 1
    return line[1] - max(start, line[0]) + 1 + len(text[slice(*after)].split(maxsplit=1)[0]) > width


def _runs_on(text: str, line: Span, after: Span, width: int) -> bool:
    indented = text[after[0] - 1].isspace() and text[after[0] - 1] != "\n"
    bullet = _BULLET.match(text, after[0])
    return _adjoin(text, line, after) and not indented and not bullet and _is_full(text, line, after, width)


def _fitting(text: str, block: Span) -> list[Span]:
    """The block in pieces of about equal length that fit the embedding model, cut between sentences."""
    if block[1] - block[0] <= LONGEST_CHARACTERS:
        return [block]
    units = [unit for span in _sentences(text, block) for unit in _short_enough(text, span)]
    ends = [end for _, end in units]
    pieces: list[Span] = []
    first = 0
    while first < len(units):
        start = units[first][0]
        left = ends[-1] - start
        wanted = start + left / ceil(left / LONGEST_CHARACTERS)
        after = bisect_right(ends, wanted)  # the units before `after` end within the wanted length
        if (
            after < len(ends)
            and ends[after] - wanted < wanted - ends[after - 1]
            and ends[after] <= start + LONGEST_CHARACTERS
        ):
            after += 1
        last = max(after - 1, first)
        pieces.append((start, ends[last]))
        first = last + 1
    return pieces


def _sentences(text: str, block: Span) -> list[Span]:
    return [(block[0] + start, block[0] + end) for start, end in sentence_spans(text[slice(*block)])]


def _short_enough(text: str, span: Span) -> list[Span]:
    """A sentence longer than a whole paragraph may be, cut after a clause or a word, or anywhere if it has none."""
    cut: list[Span] = []
    start, end = span
    while end - start > LONGEST_CHARACTERS:
        window = text[start : start + LONGEST_CHARACTERS]
        ends = [match.end() for match in _CLAUSE_END.finditer(window, LONGEST_CHARACTERS // 2)]
        clauses = [
            place for place in ends if not window[place - 2 : place].isalnum() and window[place - 2] in ";:,–—-"
        ]
        place = start + (clauses or ends or [LONGEST_CHARACTERS])[-1]
        cut.append(trimmed(text, start, place))
        start = trimmed(text, place, end)[0]
    return [*cut, (start, end)]
