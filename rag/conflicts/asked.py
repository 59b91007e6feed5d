"""Tells whether a conflict is on what a question asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.articles import Disagreement, Statement
from rag.conflicts.conflicts import has_value, stems
from rag.language.dates import dates
from rag.language.quantities import quantities
from rag.language.questions import kind_of


def asked(question: str, statements: Sequence[Statement], found: Iterable[Disagreement]) -> Disagreement | None:
    """The first disagreement on the number or day that a question asks for, by the first of its answer's statements.

    That statement has one of the values, and has no other number or day, or the value counts what the question names.
    The question itself has none of the values.
    """
    kind, leading = kind_of(question), statements[0].text
    for one in found:
        values = [version.value for version in one.versions]
        if kind == "when":
            fits = len(dates(leading, None)) == 1 and all(dates(value, None) for value in values)
        elif kind == "number":
            fits = all(map(quantities, values)) and (
                len(quantities(leading)) == 1 or all(stems(value) & stems(question) for value in values)
            )
        else:
            continue
        if (
            fits
            and any(has_value(value, leading) for value in values)
            and not any(has_value(value, question) for value in values)
        ):
            return one
    return None
