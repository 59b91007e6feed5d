"""Where statements come from, in the words that a reader is told. Called through the room's front."""

from __future__ import annotations

from collections.abc import Sequence

from rag.articles import Citation, Statement
from rag.language.outlets import outlet_key


def told(statements: Sequence[Statement], citations: Sequence[Citation]) -> tuple[str, ...]:
    """A line for every statement behind which stand fewer reports than articles, for a reader."""
    outlets = {citation.number: citation.source.outlet for citation in citations}
    lines = []
    for number, one in enumerate(statements, 1):
        if one.origins < one.articles:
            which = f"Sentence {number}: reported" if len(statements) > 1 else "Reported"
            names = {outlet_key(name) if name else None for name in (outlets.get(n) for n in one.citations)}
            by = f"{in_words(one.articles)} articles" if None in names else f"{in_words(len(names))} outlets"
            by = "one outlet" if len(names) == 1 and None not in names else by
            first = f"the first of them {one.first_origin}" if one.origins > 1 else one.first_origin
            mark = "," if one.origins > 1 else ":"
            count = "one origin" if one.origins == 1 else f"{in_words(one.origins)} origins"
            lines.append(f"{which} by {by}, {count}{f'{mark} {first}' if one.first_origin else ''}.")
    return tuple(lines)


def in_words(number: int) -> str:
    """A small number as a word."""
    words = "no one two three four five six seven eight nine ten eleven twelve".split()
    return words[number] if number < len(words) else f"{number:,}"
