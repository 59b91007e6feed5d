"""Text → sentences, as spans of it. Reading, the writers and the check call it."""

from __future__ import annotations

import re

_CLOSING = "”’\"')]»"
_LETTERS = re.compile(r"\w")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence, in order, without the white space around it.

    Abbreviations, initials and decimal points do not end a sentence (nupunkt, a Punkt implementation: Kiss & Strunk
    2006). Brackets are kept whole: "(It was not. It was.)" is one sentence. Every character that is not white space
    lies in a span.
    """
    from nupunkt import sent_spans

    spans: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        for start, end in sent_spans(line.group()):
            trimmed = _trim(text, line.start() + start, line.start() + end)
            if trimmed is None:
                continue
            if spans and spans[-1][0] >= line.start() and _belongs_to_the_last(text, spans[-1], trimmed):
                spans[-1] = (spans[-1][0], trimmed[1])
            else:
                spans.append(trimmed)
    return spans


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _belongs_to_the_last(text: str, last: tuple[int, int], span: tuple[int, int]) -> bool:
    """Whether a span only closes what the last one opened: a bracket left open, or a lone closing quote."""
    before, own = text[slice(*last)], text[slice(*span)]
    if any(before.count(opening) > before.count(closing) for opening, closing in ("()", "[]")):
        return any(closing in own for closing in ")]")
    return not _LETTERS.search(own) and own[0] in _CLOSING
