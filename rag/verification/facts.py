"""The hard facts of a claim that its sources must hold: numbers with their units, days, names, quotations."""

from __future__ import annotations

from collections.abc import Sequence

from rag.articles import Passage
from rag.verification.days import missing_day
from rag.verification.names import missing_name
from rag.verification.numbers import missing_number
from rag.verification.quotations import missing_quotation


def missing_fact(claim: str, passages: Sequence[Passage]) -> str | None:
    """The first hard fact of a claim that the passages do not hold, as a reason for a reader; None where all do.

    Names and quotations may stand anywhere in the passages, their titles and outlets.
    """
    texts = [passage.text for passage in passages]
    labels = [part for passage in passages for part in (passage.source.title, passage.source.outlet) if part]
    return (
        missing_number(claim, texts)
        or missing_day(claim, passages)
        or missing_name(claim, "\n".join((*texts, *labels)))
        or missing_quotation(claim, [*texts, *labels])
    )
