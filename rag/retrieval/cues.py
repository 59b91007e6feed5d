"""Parses the days and outlets that a question names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rag.language.dates import dates
from rag.language.outlets import outlet_key

LONGEST_PERIOD = timedelta(days=31)  # a longer one, such as a year, is mostly that of the event, not of the report
REPORTED_WITHIN = timedelta(days=2)  # after the day of an event
FADING_DAYS = 14.0
MOST_NAME_WORDS = 4
_CAPITALISED = re.compile(r"\b[A-Z0-9][\w.&’'-]*(?:\s+[A-Z0-9][\w.&’'-]*)*")


@dataclass(frozen=True, slots=True)
class Cues:
    """The publication days that a question prefers, and the keys of the outlets it names."""

    first: date | None
    last: date | None
    outlets: frozenset[str]

    def freshness(self, published: date | None) -> float | None:
        """1 for those days, decaying with the distance from them; None where a day is unknown."""
        if published is None or self.first is None or self.last is None:
            return None
        away = max(self.first - published, published - self.last, timedelta())
        return math.exp(-away.days / FADING_DAYS)

    def named(self, outlets: Iterable[str | None]) -> frozenset[str]:
        """The outlets that the question names."""
        return frozenset(one for one in set(outlets) if one is not None and outlet_key(one) in self.outlets)


def read_cues(query: str, today: date | None) -> Cues:
    """Parses a query as asked on `today`, which is the preferred day where the query names none."""
    first, last = _named_days(query, today) or (today, today)
    return Cues(first, last, _outlet_keys(query))


def _named_days(query: str, today: date | None) -> tuple[date, date] | None:
    """The publication days of reports on the first day or short period that the query names."""
    if today is None:
        return None
    for one in dates(query, today):
        if one.first and one.last and one.first <= today and one.last - one.first <= LONGEST_PERIOD:
            return one.first, min(one.last + REPORTED_WITHIN, today)
    return None


def _outlet_keys(query: str) -> frozenset[str]:
    """Keys of all capitalised names in the query; which of them are outlets is known from the articles."""
    found = set()
    for run in _CAPITALISED.finditer(query):
        words = run.group().split()
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + MOST_NAME_WORDS) + 1):
                found.add(outlet_key(" ".join(words[start:end])))
    return frozenset(found)
