"""Days that two sentences give for one event, or on which one speaker is said to have spoken."""

from __future__ import annotations

from datetime import timedelta

from rag.conflicts.overlap import SAME_WORDS, Mismatch, SentencePair, meet
from rag.language.certainty import is_unrealized
from rag.language.dates import DateMention

SAME_WEEK = timedelta(days=5)
COMPARED = ("weekday", "date", "month", "year")


def day_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The first two days that the sentences give differently for what they tell."""
    for one in pair.one.days:
        for other in pair.other.days:
            if not share_a_day(pair) and _are_rivals(one, other) and _of_one_verb(pair, one, other):
                planned = is_unrealized(pair.one.text, one.start)
                return [Mismatch(one.sort, one.text, other.text, one.start, other.start, changes=planned)]
    return []


def speech_day_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The days on which one speaker is said to have said the same."""
    one, other = pair.one.said_on, pair.other.said_on
    if one is None or other is None or not meet(pair.one.speakers, pair.other.speakers):
        return []
    if _may_be_one(one, other) or not _are_rivals(one, other):
        return []
    return [Mismatch(one.sort, one.text, other.text, one.start, other.start)]


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
    return one.text.lower() == other.text.lower() or one.sort != other.sort


def _are_rivals(one: DateMention, other: DateMention) -> bool:
    """Whether the two are days of one sort that can be compared."""
    if one.sort != other.sort or one.sort not in COMPARED or one.text.lower() == other.text.lower():
        return False
    apart = abs(one.first - other.first) if one.first and other.first else timedelta()
    return one.sort != "weekday" or apart <= SAME_WEEK


def _of_one_verb(pair: SentencePair, one: DateMention, other: DateMention) -> bool:
    """Whether both days go with verbs that tell of one deed."""
    mine, theirs = pair.one.governing(one.start), pair.other.governing(other.start)
    return meet(mine, theirs) if mine and theirs else pair.share >= SAME_WORDS
