"""Splits a text into sentences, as spans of it."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.cancellation import check_cancelled
from rag.language.lemmas import parts_of_speech

LONGEST_BRACKET_SENTENCES = 5
# nupunkt takes quadratic time over what it finds no end in, and over long runs of marks: 24 s for 200,000 "!".
WINDOW_CHARACTERS = 4_000

_CLOSING = "”’\"')]»"
_WORD_STOP = re.compile(r"\b(?!(?:capt|prof|dept|govt|univ|approx|assoc|supt|messrs)\b)([a-z]{4,})\.(?=\s+[A-Z“\"])")
SENTENCE_END = re.compile(r"[.!?…。！？؟।][”\"’')\]]*$")
_LETTERS = re.compile(r"\w")
_RUN_OF_MARKS = re.compile(r"[^\w\s]{5,}(?=[^\w\s]{4})")
_BRACKETS = re.compile(r"[()\[\]]")
# A blank line ends a sentence, and so does an item of a list; a single line end is the white space of wrapped text.
_BREAK = re.compile(r"\n(?:\s*\n|(?=[^\S\n]*[-*•‣▪]\s)|(?<=[.!?:;]\n)(?=[^\S\n]*\d{1,2}[.)]\s))")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, in order, without the white space around it.

    Abbreviations, initials and decimal points do not end a sentence (nupunkt, a Punkt implementation: Kiss & Strunk
    2006). Brackets are kept whole: "(It was not. It was.)" is one sentence. Every character that is not white space
    lies in a span.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for end, after in [*(match.span() for match in _BREAK.finditer(text)), (len(text), len(text))]:
        spans += _in_one_stretch(text, start, end)
        start = after
    return spans


def _in_one_stretch(text: str, start: int, end: int) -> list[tuple[int, int]]:
    stretch = text[start:end].replace("\n", " ")
    if not stretch.strip():
        return []
    cut = [part for first, last in _punkt(stretch) for part in _cut_behind_words(stretch, first, last)]
    found = [trimmed(text, start + first, start + last) for first, last in cut]
    return _brackets_whole(text, [(first, last) for first, last in found if first < last])


def _punkt(stretch: str) -> list[tuple[int, int]]:
    """nupunkt's spans, found in windows: the last sentence of a window is read again with what follows it.

    A sentence that fills a window goes on in the next one.
    """
    from nupunkt import sent_spans

    spans: list[tuple[int, int]] = []
    place, begun = 0, 0  # where the window opens, and where the sentence began that goes on there
    while place < len(stretch):
        check_cancelled()
        window = stretch[place : place + WINDOW_CHARACTERS]
        ends = [place + end for _, end in sent_spans(_RUN_OF_MARKS.sub(lambda run: "x" * len(run[0]), window))]
        is_last = place + len(window) >= len(stretch)
        if not is_last:
            ends.pop()
        spans += pairwise([begun, *ends])
        begun = ends[-1] if ends else begun
        place = ends[-1] if ends else place + _words_end(window)
    return spans


def _words_end(window: str) -> int:
    """Where the last whole word of a window ends, with the space behind it."""
    return window.rfind(" ") + 1 or len(window)


def _cut_behind_words(stretch: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span, cut where a full word was taken for an abbreviation: "18 miles to the south. Windows broke."."""
    ends = [mark.end() for mark in _WORD_STOP.finditer(stretch, start, end) if parts_of_speech(mark[1])]
    return list(pairwise([start, *ends, end]))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _brackets_whole(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, one that closes a bracket joined to the one that opens it, a lone closing mark to what it closes."""
    left_open = [_left_open(text[start:end]) for start, end in spans]
    joined: list[tuple[int, int]] = []
    place = 0
    while place < len(spans):
        last = place
        if left_open[place] > 0:
            near = range(place + 1, min(len(spans), place + LONGEST_BRACKET_SENTENCES))
            last = next((other for other in near if left_open[other] < 0), place)
        start, end = spans[place][0], spans[last][1]
        if joined and text[start] in _CLOSING and not _LETTERS.search(text, start, end):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        place = last + 1
    return joined


def _left_open(sentence: str) -> int:
    """How many brackets a sentence opens without closing them; less than 0: closes without opening them."""
    depth = unopened = 0
    for mark in _BRACKETS.findall(sentence):
        if mark in "([":
            depth += 1
        elif depth:
            depth -= 1
        else:
            unopened += 1
    return depth or -unopened
