"""Statements and disagreements → the text of an answer. The desk calls it.

Where reports differ on the very thing that was asked, the answer leads with both sides, and says them once.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.citing import with_markers
from rag.articles import Disagreement, Statement
from rag.asking import Kind
from rag.facts import dates, quantities


def composed(kind: Kind, statements: Sequence[Statement], disagreements: Sequence[Disagreement]) -> str:
    """The answer's text with its markers, to a question of that kind."""
    asked = [one for one in disagreements if _is_asked(kind, statements[0].text, one)]
    if not asked:
        return with_markers(statements, disagreements)
    values = [version.value for one in asked for version in one.versions]
    rest = [one for one in statements if not any(value in one.text for value in values)]
    others = [one for one in disagreements if one not in asked]
    return " ".join(part for part in (with_markers((), asked), with_markers(rest, others)) if part)


def _is_asked(kind: Kind, lead: str, told: Disagreement) -> bool:
    """Whether reports differ on the one number or day of the leading statement, where such a thing was asked."""
    if not any(version.value in lead for version in told.versions):
        return False
    match kind:
        case "number":
            return len(quantities(lead)) == 1
        case "when":
            return len(dates(lead, None)) == 1
        case _:
            return False
