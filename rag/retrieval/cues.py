"""Reads what a question says of the reports it wants: the days it names, and the outlets."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rag.language.dates import dates
from rag.language.outlets import outlet_key

LONGEST_STRETCH = timedelta(days=31)  # a question's year is mostly that of its matter, not of the report
REPORTED_WITHIN = timedelta(days=2)  # of the day on which something happened
FADING_DAYS = 14.0
MOST_NAME_WORDS = 4
_CAPITALISED = re.compile(r"\b[A-Z0-9][\w.&’'-]*(?:\s+[A-Z0-9][\w.&’'-]*)*")


@dataclass(frozen=True, slots=True)
class Cues:
    """What a question says of its reports: the days on which they appeared, and keys of their outlets."""

    first: date | None
    last: date | None
    outlets: frozenset[str]

    def freshness(self, published: date | None) -> float | None:
        """1 for a report of those days, fading with its distance from them; None where a day is unknown."""
        if published is None or self.first is None or self.last is None:
            return None
        away = max(self.first - published, published - self.last, timedelta())
        return math.exp(-away.days / FADING_DAYS)

    def named(self, outlets: Iterable[str | None]) -> frozenset[str]:
        """Those of the outlets that the question names."""
        return frozenset(one for one in set(outlets) if one is not None and outlet_key(one) in self.outlets)


def read_cues(query: str, today: date | None) -> Cues:
    """What the query says of its reports, read on that day; without a named day they are wanted of that day."""
    first, last = _named_days(query, today) or (today, today)
    return Cues(first, last, _outlet_keys(query))


def _named_days(query: str, today: date | None) -> tuple[date, date] | None:
    """The days in which reports on the first day or short stretch that the query names appeared."""
    if today is None:
        return None
    for one in dates(query, today):
        if one.first and one.last and one.first <= today and one.last - one.first <= LONGEST_STRETCH:
            return one.first, min(one.last + REPORTED_WITHIN, today)
    return None


def _outlet_keys(query: str) -> frozenset[str]:
    """The capitalised names of the query, as outlets are compared; which of them are outlets, the articles tell."""
    found = set()
    for run in _CAPITALISED.finditer(query):
        words = run.group().split()
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + MOST_NAME_WORDS) + 1):
                found.add(outlet_key(" ".join(words[start:end])))
    return frozenset(found)
