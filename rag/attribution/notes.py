"""Notes for a reader on statements with fewer origins than articles."""

from __future__ import annotations

from collections.abc import Sequence

from rag.articles import Citation, Statement
from rag.language.numerals import in_words
from rag.language.outlets import outlet_key


def origin_notes(statements: Sequence[Statement], citations: Sequence[Citation]) -> tuple[str, ...]:
    """ "Reported by three outlets, one origin: Reuters." for each such statement."""
    outlets = {one.number: one.source.outlet for one in citations}
    notes = []
    for number, one in enumerate(statements, 1):
        if one.origins >= one.articles:
            continue
        which = f"Sentence {number}: reported" if len(statements) > 1 else "Reported"
        names = {outlet_key(outlet) if outlet else None for outlet in map(outlets.get, one.citations)}
        if None in names:
            by = f"{in_words(one.articles)} articles"
        else:
            by = f"{in_words(len(names))} outlet{'s' if len(names) > 1 else ''}"
        count, first = f"{in_words(one.origins)} origin{'s' if one.origins > 1 else ''}", one.first_origin
        behind = "" if not first else f", the first of them {first}" if one.origins > 1 else f": {first}"
        notes.append(f"{which} by {by}, {count}{behind}.")
    return tuple(notes)
