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
    asked = [one for one in disagreements if _is_asked(kind, statements[0], one)]
    if not asked:
        return with_markers(statements, disagreements)
    rest = [one for one in statements if not any(_has(one, told) for told in asked)]
    others = [told for told in disagreements if told not in asked and any(_has(one, told) for one in rest)]
    return " ".join(part for part in (with_markers((), asked), with_markers(rest, others)) if part)


def _has(statement: Statement, told: Disagreement) -> bool:
    return any(version.value in statement.text for version in told.versions)


def _is_asked(kind: Kind, lead: Statement, told: Disagreement) -> bool:
    """Whether reports differ on the one number or day of the leading statement, where such a thing was asked."""
    texts = (lead.text, told.versions[0].value)
    match kind:
        case "number":
            counts = [len(quantities(text)) for text in texts]
        case "when":
            counts = [len(dates(text, None)) for text in texts]
        case _:
            return False
    return _has(lead, told) and counts == [1, 1]
