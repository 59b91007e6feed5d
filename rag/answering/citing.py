"""Checked sentences → numbered statements and citations. The desk calls it, for every writer alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rag.articles import Article, Checked, Citation, Passage, Span, Statement
from rag.links import text_link
from rag.origins import origins

CONTEXT_CHARACTERS = 32
_FULL_STOP = re.compile(r"[.!?]$")


class Ledger:
    """The citations of one answer, numbered from 1 in the order in which they are first needed.

    `read` gives the article of an id, for the words around a quote.
    """

    def __init__(self, passages: Sequence[Passage], read: Callable[[str], Article]) -> None:
        self._passages = passages
        self._read = read
        self._citations: list[Citation] = []

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(self._citations)

    def state(self, checked: Checked) -> Statement:
        """The statement with its citations entered; words that a citation holds already share its number."""
        return Statement(
            text=checked.text,
            citations=self.numbers(checked.spans),
            score=round(checked.score, 4),
            articles=len({self._passages[span.passage].source.id for span in checked.spans}),
            origins=origins([self._passages[span.passage] for span in checked.spans]),
        )

    def numbers(self, spans: Iterable[Span]) -> tuple[int, ...]:
        """The numbers of the spans' citations, each once, entered where they are new."""
        return tuple(dict.fromkeys(self._cite(span).number for span in spans))

    def cited(self, numbers: Iterable[int]) -> tuple[Citation, ...]:
        """The citations with these numbers."""
        wanted = set(numbers)
        return tuple(citation for citation in self.citations if citation.number in wanted)

    def _cite(self, span: Span) -> Citation:
        """The citation of these words: one that is there already and holds them, or a new one."""
        passage = self._passages[span.passage]
        for known in self._citations:
            if known.source.id == passage.source.id and known.start <= span.start and span.end <= known.end:
                return known
        text = self._read(passage.source.id).text
        self._citations.append(_citation(len(self._citations) + 1, passage, span, text))
        return self._citations[-1]


def with_markers(statements: Sequence[Statement]) -> str:
    """The answer's text: its statements in order, each with its markers before the full stop."""
    return " ".join(_marked(statement) for statement in statements)


def _marked(statement: Statement) -> str:
    markers = "".join(f"[{number}]" for number in statement.citations)
    stop = _FULL_STOP.search(statement.text)
    if stop is None:
        return f"{statement.text} {markers}"
    return f"{statement.text[: stop.start()]} {markers}{stop.group()}"


def _citation(number: int, passage: Passage, span: Span, text: str) -> Citation:
    words = text[span.start : span.end]
    return Citation(
        number=number,
        source=passage.source,
        paragraph=passage.paragraph,
        start=span.start,
        end=span.end,
        quote=words,
        prefix=text[max(0, span.start - CONTEXT_CHARACTERS) : span.start],
        suffix=text[span.end : span.end + CONTEXT_CHARACTERS],
        link=text_link(passage.source, words),
    )
