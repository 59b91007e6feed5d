"""Days that two sentences give for one event, or on which one speaker is said to have spoken."""

from __future__ import annotations

import re
from datetime import timedelta

from rag.conflicts.overlap import SAME_WORDS, Mismatch, SentencePair, meet
from rag.language import lexicons
from rag.language.dates import DateMention

SAME_WEEK = timedelta(days=5)
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:ago|last|next|this|earlier|later)\b", re.IGNORECASE)
_ONCE = lexicons.words("plans.once")
_SCHEDULED = lexicons.words("plans.scheduled")


def day_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The first two days that the sentences give differently for what they tell."""
    for one in pair.one.days:
        for other in pair.other.days:
            if not share_a_day(pair) and _are_rivals(one, other) and _of_one_verb(pair, one, other):
                changes = any(_SCHEDULED & set(text.lower().split()) for text in (pair.one.text, pair.other.text))
                return [Mismatch(_sort(one), one.text, other.text, one.start, other.start, changes)]
    return []


def speech_day_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The days on which one speaker is said to have said the same."""
    one, other = pair.one.said_on, pair.other.said_on
    if one is None or other is None or not meet(pair.one.speakers, pair.other.speakers):
        return []
    if _may_be_one(one, other) or not _are_rivals(one, other):
        return []
    return [Mismatch(_sort(one), one.text, other.text, one.start, other.start)]


def share_a_day(pair: SentencePair) -> bool:
    """Whether both sentences name a day that may be the same."""
    return any(_may_be_one(one, other) for one in pair.one.days for other in pair.other.days)


def days_differ(pair: SentencePair) -> bool:
    """Whether both sentences name days, and none that are the same."""
    return bool(pair.one.days and pair.other.days) and not share_a_day(pair)


def _may_be_one(one: DateMention, other: DateMention) -> bool:
    """Whether the two may be one day: the same, or one within the other."""
    if one.first and one.last and other.first and other.last:
        return one.first <= other.last and other.first <= one.last
    return one.text.lower() == other.text.lower() or _sort(one) != _sort(other)


def _are_rivals(one: DateMention, other: DateMention) -> bool:
    """Whether the two are days of one sort that can be held against each other."""
    if _sort(one) != _sort(other) or _RELATIVE.search(f"{one.text} {other.text}"):
        return False
    apart = abs(one.first - other.first) if one.first and other.first else timedelta()
    return one.text.lower() != other.text.lower() and (_sort(one) != "weekday" or apart <= SAME_WEEK)


def _of_one_verb(pair: SentencePair, one: DateMention, other: DateMention) -> bool:
    """Whether both days go with verbs that tell of one deed; of a year, one that is done once."""
    mine, theirs = pair.one.governing(one.start), pair.other.governing(other.start)
    if _sort(one) == "year" and not mine & _ONCE:
        return False
    return meet(mine, theirs) if mine and theirs else pair.share >= SAME_WORDS


def _sort(day: DateMention) -> str:
    if _WEEKDAY.search(day.text):
        return "weekday"
    if _MONTH.search(day.text):
        return "date" if re.search(r"\b\d{1,2}(?:st|nd|rd|th)?\b", day.text) else "month"
    return "year" if day.text.strip().isdigit() else "other"
