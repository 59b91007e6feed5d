"""Cuts passages into the sentences that may answer, each as it is told alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rag.articles import Passage, Span
from rag.language.datelines import as_standalone, dateline_length
from rag.language.quotations import quoted_sentence_spans
from rag.language.words import content_words

LEAST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage, or several that one quotation runs over: `text` is as it is told.

    `before` is the sentence that stands before it in its paragraph; `score` its probability to answer, 0–1, and
    `vector` (d,) its embedding, once they are known.
    """

    span: Span
    text: str
    before: str
    passage: Passage
    score: float = 0.0
    vector: np.ndarray | None = None

    @property
    def article(self) -> str:
        return self.passage.source.id


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """The sentences of the passages, in order."""
    return [one for place, passage in enumerate(passages) for one in sentences_of(place, passage)]


def sentences_of(place: int, passage: Passage) -> Iterator[Candidate]:
    """The sentences of the passage at that place; a quotation that runs over several is kept whole."""
    before = ""
    for start, end in quoted_sentence_spans(passage.text):
        start += dateline_length(passage.text[start:end])
        text = as_standalone(passage.text[start:end])
        if len(content_words(text)) >= LEAST_WORDS:
            yield Candidate(Span(place, passage.start + start, passage.start + end), text, before, passage)
            before = text
