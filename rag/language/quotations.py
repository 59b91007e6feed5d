"""The words that a text puts in quotation marks, and sentences that keep a quotation whole."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.articles import squeeze
from rag.language.sentences import sentence_spans

LEAST_QUOTED_WORDS = 3
LONGEST_QUOTATION = 4  # sentences

# A quotation that runs on into the next paragraph is not closed; a single mark between letters is an apostrophe.
QUOTATION = re.compile(
    r"“([^“”]+?)(?:”|$)|(?<!\d)\"([^\"]+?)(?:\"|$)|(?<!\w)‘((?:[^‘’]|(?<=\w)’(?=\w))+?)’(?!\w)"
    r"|(?<![\w.,!?’'])'((?:[^'\n]|(?<=\w)'(?=\w))+?)'(?!\w)"
)
_SINGLE = r"(?<!\w)‘[^‘’]*’(?!\w)"
CLOSED_QUOTATION = re.compile(rf"“[^“”]*”|\"[^\"]*\"|«[^«»]*»|„[^„“”]*[“”]|{_SINGLE}")
# Left open, it runs to the end or to the next opening mark.
_OPEN_OR_CLOSED_MARKS = rf"“[^“”]*(?:”|$|(?=“))|\"[^\"]*(?:\"|$)|«[^«»]*(?:»|$)|„[^„“”]*(?:[“”]|$)|{_SINGLE}"
_OPEN_OR_CLOSED = re.compile(_OPEN_OR_CLOSED_MARKS)
# What a sentence may only pass on: a quotation, what is behind a colon, and what it asks of somebody.
PASSED_ON = re.compile(rf"(?<=\APlease)\s.*|{_OPEN_OR_CLOSED_MARKS}|(?<=[\w)\]*”\"]):\s.*|：.*", re.DOTALL)


def quotations(text: str, least_words: int = LEAST_QUOTED_WORDS) -> tuple[str, ...]:
    """The stretches in quotation marks of at least so many words, on one line each."""
    found = (next(group for group in match.groups() if group) for match in QUOTATION.finditer(text))
    return tuple(squeeze(words) for words in found if len(words.split()) >= least_words)


def without_quotations(text: str) -> str:
    """The text with spaces in the place of its quotations; one left open runs to the end."""
    return _OPEN_OR_CLOSED.sub(lambda quotation: " " * len(quotation[0]), text)


@lru_cache(maxsize=8_192)
def quoted_sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each sentence, in order; those that one quotation runs over are one."""
    spans = sentence_spans(text)
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(spans):
        start, last = spans[place][0], place
        while last + 1 < min(len(spans), place + LONGEST_QUOTATION) and is_open(text[start : spans[last][1]]):
            last += 1
        found.append((start, spans[last][1]))
        place = last + 1
    return tuple(found)


def is_open(text: str) -> bool:
    """Whether a quotation begins in the text that does not end in it."""
    return text.count("“") > text.count("”") if "“" in text or "”" in text else text.count('"') % 2 == 1
