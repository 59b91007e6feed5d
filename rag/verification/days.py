"""Checks that the sources of a claim name its days, each resolved against the day of its article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from rag.articles import Passage
from rag.language.dates import YEAR, DateMention, dates

A_MONTH = timedelta(days=31)
_dates = lru_cache(maxsize=4_096)(dates)


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
