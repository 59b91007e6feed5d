"""Days that two sentences give for one event. Called inside the room."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rag.conflicts.matching import Pair, Rival, governing, meet, of_one_deed
from rag.language.dates import DateMention

SAME_WEEK = timedelta(days=5)
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_ONCE = frozenset(  # what is done once in a life: anything else may be done every year
    """bear die build erect found establish open create discover invent complete marry enact assassinate abolish
    inaugurate""".split()
)
_RELATIVE = re.compile(r"\b(?:ago|last|next|this|earlier|later)\b", re.IGNORECASE)


def day_rivals(pair: Pair) -> list[Rival]:
    """The days that the two sentences give differently for what they tell."""
    if any(_agree(one, other) for one in pair.one.days for other in pair.other.days):
        return []
    for one in pair.one.days:
        for other in pair.other.days:
            if not _are_rivals(one, other) or not of_one_deed(pair, one.start, other.start):
                continue
            if _sort(one) != "year" or governing(pair.one, one.start) & _ONCE:
                return [Rival(_sort(one), one.text, other.text, one.start, other.start, changes=_is_ahead(pair, one))]
    return []


def saying_rivals(pair: Pair) -> list[Rival]:
    """The days on which one speaker is said to have said the same."""
    one, other = pair.one.saying, pair.other.saying
    if one is None or other is None or one.day is None or other.day is None or not meet(one.who, other.who):
        return []
    if _agree(one.day, other.day) or not _are_rivals(one.day, other.day):
        return []
    return [Rival(_sort(one.day), one.day.text, other.day.text, one.day.start, other.day.start)]


def share_a_day(pair: Pair) -> bool:
    """Whether both sentences name a day that may be the same."""
    return any(_agree(one, other) for one in pair.one.days for other in pair.other.days)


def days_part(pair: Pair) -> bool:
    """Whether both sentences name days, and none that are the same."""
    return bool(pair.one.days and pair.other.days) and not share_a_day(pair)


def _agree(one: DateMention, other: DateMention) -> bool:
    """Whether the two may be one day: the same, or one within the other."""
    if one.first and one.last and other.first and other.last:
        return one.first <= other.last and other.first <= one.last
    if one.text.lower() == other.text.lower():
        return True
    mine, theirs = _sort(one), _sort(other)
    return mine != theirs  # a weekday and a date whose year nobody tells


def _are_rivals(one: DateMention, other: DateMention) -> bool:
    """Whether the two are days of one sort that can be held against each other."""
    sort = _sort(one)
    if one.text.lower() == other.text.lower():
        return False
    if sort != _sort(other) or _RELATIVE.search(one.text) or _RELATIVE.search(other.text):
        return False
    return sort != "weekday" or _apart(one.first, other.first) <= SAME_WEEK


def _sort(day: DateMention) -> str:
    if _WEEKDAY.search(day.text):
        return "weekday"
    if _MONTH.search(day.text):
        return "date" if re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\b", day.text) else "month"
    return "year" if day.text.strip().isdigit() else "other"


def _apart(one: date | None, other: date | None) -> timedelta:
    return abs(one - other) if one and other else timedelta()


def _is_ahead(pair: Pair, day: DateMention) -> bool:
    """Whether the day was still to come when it was written: plans change."""
    words = re.findall(r"[a-z]+", pair.one.text.lower()) + re.findall(r"[a-z]+", pair.other.text.lower())
    return bool({"will", "scheduled", "due", "planned", "expected", "set", "slated", "postponed"} & set(words))
