"""Checks that the sources of a claim have its hard facts: numbers with units, days, names, quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.articles import Passage
from rag.language.orders import is_addressed
from rag.language.tokens import tokens
from rag.verification.asserted import asserted
from rag.verification.days import missing_day
from rag.verification.names import missing_name
from rag.verification.numbers import missing_number
from rag.verification.verbatim import missing_quotation

_ADDRESS = re.compile(r"\b(?:https?:|www\.)", re.IGNORECASE)


def missing_fact(claim: str, passages: Sequence[Passage]) -> str | None:
    """The first hard fact of a claim that the passages lack, as a reason for a reader; None where they have all.

    Quotations may stand anywhere in the passages, their titles and outlets. A name may be an outlet's whole name, one
    word of a title, or more of it where the passages have one: what a page calls itself is no evidence. An address
    is no news.
    """
    texts = [passage.text for passage in passages]
    titles = [one for one in dict.fromkeys(passage.source.title for passage in passages) if not is_addressed(one)]
    titles = [asserted(one, tokens(claim)) for one in titles]
    outlets = list(dict.fromkeys(passage.source.outlet for passage in passages if passage.source.outlet))
    return (
        missing_number(claim, texts)
        or missing_day(claim, passages)
        or missing_name(claim, texts, titles, outlets)
        or missing_quotation(claim, [*texts, *titles, *outlets])
        or ("it leads to an address" if _ADDRESS.search(claim) else None)
    )
