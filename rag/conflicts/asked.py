"""Tells whether a conflict is on what a question asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.articles import Disagreement, Statement
from rag.language.dates import dates
from rag.language.quantities import quantities
from rag.language.questions import Kind, kind_of
from rag.language.words import content_words


def asked(question: str, statements: Sequence[Statement], found: Iterable[Disagreement]) -> Disagreement | None:
    """The first disagreement on what the question asks, by the leading one of its answer's statements.

    That says one of the values, and each of the values is of the kind that the question wants and has words that the
    question lacks.
    """
    kind, known, said = kind_of(question), _words(question), statements[0].text.casefold()
    for one in found:
        values = [version.value for version in one.versions]
        if any(value.casefold() in said for value in values) and all(
            _fits(kind, value) and not _words(value) <= known for value in values
        ):
            return one
    return None


def _fits(kind: Kind, value: str) -> bool:
    is_day = bool(dates(value, None))
    return is_day if kind == "when" else not is_day and bool(quantities(value)) == (kind == "number")


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in content_words(text))
