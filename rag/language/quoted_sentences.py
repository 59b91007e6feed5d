"""Sentences of a text, a quotation that runs over several kept whole."""

from __future__ import annotations

from functools import lru_cache

from rag.language.sentences import sentence_spans

LONGEST_QUOTATION = 4  # sentences


@lru_cache(maxsize=8_192)
def quoted_sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Start and end of each sentence, in order; those of one quotation are one."""
    spans = sentence_spans(text)
    found: list[tuple[int, int]] = []
    place = 0
    while place < len(spans):
        last = place
        while last + 1 < min(len(spans), place + LONGEST_QUOTATION) and is_open(
            text[spans[place][0] : spans[last][1]]
        ):
            last += 1
        found.append((spans[place][0], spans[last][1]))
        place = last + 1
    return tuple(found)


def is_open(text: str) -> bool:
    """Whether a quotation begins in the text that does not end in it."""
    return text.count("“") > text.count("”") if "“" in text or "”" in text else text.count('"') % 2 == 1
