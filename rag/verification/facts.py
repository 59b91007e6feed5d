"""Checks that the sources of a claim have its hard facts: numbers with units, days, names, quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from rag.articles import Passage
from rag.language.counting import MEASURES
from rag.language.dates import YEAR, DateMention, dates
from rag.language.orders import is_addressed
from rag.language.quantities import Bound, Quantity, bound_of, magnitudes, ordinals, quantities
from rag.language.tokens import tokens
from rag.verification.asserted import asserted
from rag.verification.names import missing_name
from rag.verification.verbatim import missing_quotation

_ADDRESS = re.compile(r"\b(?:https?:|www\.)", re.IGNORECASE)
SAME = 0.005  # of the larger value: rounding
# how far from the number of the sources a bounded one may be, as factors of the claim's
_TOLERANCES: dict[Bound | None, tuple[float, float]] = {
    "about": (0.94, 1.06), "above": (1.0, 1.1), "below": (0.9, 1.0), None: (1.0, 1.0),
}  # fmt: skip
_MEASURED = MEASURES - {"point"}  # points are scored as well
_OPPOSED = {("above", "below"), ("below", "above")}
_quantities, _ordinals, _magnitudes = (lru_cache(maxsize=4_096)(one) for one in (quantities, ordinals, magnitudes))
_dates = lru_cache(maxsize=4_096)(dates)
A_MONTH = timedelta(days=31)


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


# -- numbers ------------------------------------------------------------------------------------------


def missing_number(claim: str, texts: Sequence[str]) -> str | None:
    """The reason where the sources lack a number of the claim or give it another bound; None where they have all."""
    known = [(text, one) for text in texts for one in _quantities(text)]
    for number in quantities(claim):
        bound = bound_of(claim, number.start)
        same = [bound_of(text, one.start) for text, one in known if _is_same(number, one, bound)]
        if not same:
            return f"“{number.text.strip()}” is not in its sources"
        if all((bound, other) in _OPPOSED for other in same):
            return f"its sources have another bound for “{number.text.strip()}”"
    return _missing_ordinal(claim, texts) or _missing_magnitude(claim, texts, [one for _, one in known])


def _missing_ordinal(claim: str, texts: Sequence[str]) -> str | None:
    """An ordinal in digits: "first" and "second" mostly order a story."""
    known = {one.value for text in texts for one in _ordinals(text)}
    found = next((one for one in ordinals(claim) if one.value not in known and one.text[0].isdigit()), None)
    return f"“{found.text}” is not in its sources" if found else None


def _missing_magnitude(claim: str, texts: Sequence[str], known: Sequence[Quantity]) -> str | None:
    """A round number larger than all of the sources: hundreds for dozens."""
    found = [*known, *(one for text in texts for one in _magnitudes(text))]
    missing = next((one for one in magnitudes(claim) if all(one.value > other.value for other in found)), None)
    return f"“{missing.text.strip()}” is not in its sources" if missing else None


def _is_same(mine: Quantity, theirs: Quantity, bound: Bound | None) -> bool:
    low, high = _TOLERANCES[bound]
    if not (low * mine.value <= theirs.value <= high * mine.value) and (
        abs(mine.value - theirs.value) > SAME * max(abs(mine.value), abs(theirs.value))
    ):
        return False
    return mine.unit in (theirs.unit, None) or _MEASURED.isdisjoint((mine.unit, theirs.unit))


# -- days ---------------------------------------------------------------------------------------------


def missing_day(claim: str, passages: Sequence[Passage]) -> str | None:
    """The reason where no source names a day of the claim; None where all days are named."""
    for place, day in enumerate(_dates(claim, None)):
        if not any(_is_named(claim, place, passage) for passage in passages):
            return f"“{day.text}” is not in its sources"
    return None


def _is_named(claim: str, place: int, passage: Passage) -> bool:
    """Whether a day of the claim, read on the day of a passage, is a day that the passage names."""
    published = passage.source.published
    mine, theirs = _dates(claim, published)[place], _dates(passage.text, published)
    if any(mine.text.lower() == one.text.lower() for one in theirs) or _is_year_of(mine, published, theirs):
        return True
    return mine.first is not None and any(_is_within(one, mine) for one in theirs)


def _is_within(inner: DateMention, outer: DateMention) -> bool:
    if inner.first is None or inner.last is None or outer.first is None or outer.last is None:
        return False
    return outer.first <= inner.first and inner.last <= outer.last


def _is_year_of(mine: DateMention, published: date | None, theirs: Sequence[DateMention]) -> bool:
    """Whether more than a month around the day of publication is meant: an article need not write its own year."""
    if published is None or mine.first is None or mine.last is None:
        return False
    is_long = mine.first <= published <= mine.last and mine.last - mine.first > A_MONTH
    return is_long and not any(YEAR.search(one.text) for one in theirs)
