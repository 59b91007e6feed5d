"""Decides whether two sentences are about one fact, and which one difference between them is a conflict."""

from __future__ import annotations

from rag.conflicts.days import day_mismatches, days_differ, speech_day_mismatches
from rag.conflicts.names import name_mismatches, names_differ
from rag.conflicts.numbers import number_mismatches, numbers_differ
from rag.conflicts.overlap import (
    CLOSE,
    LEAST_SHARED_WORDS,
    NEARLY_SAME,
    SAME_MATTER,
    SAME_WORDS,
    Mismatch,
    SentencePair,
)
from rag.conflicts.words import (
    cause_mismatches,
    counted_mismatches,
    denial_mismatches,
    word_mismatches,
)
from rag.language.certainty import is_unrealized

LEAST_OF_LONGER = 0.25  # share of the words of the sentence that has more
FAR_DAYS = 30  # articles further apart tell of one fact only where they say it in the same words


def mismatches(pair: SentencePair, days_apart: int | None) -> list[Mismatch]:
    """What the two sentences say differently; `days_apart` is how long after one another they were published."""
    longer = max(len(pair.one.words), len(pair.other.words))
    same_words = pair.share >= SAME_WORDS and pair.shared >= SAME_MATTER * longer
    if days_apart is not None and days_apart > FAR_DAYS and not same_words:
        return []
    return speech_day_mismatches(pair) + [
        one
        for one in _of_one_fact(pair, longer)
        if is_unrealized(pair.one.text, one.place) == is_unrealized(pair.other.text, one.there)
    ]


def _of_one_fact(pair: SentencePair, longer: int) -> list[Mismatch]:
    """The one value in which two sentences about one matter differ, apart from who reports it and when."""
    days, names = days_differ(pair), names_differ(pair)
    if pair.share < SAME_MATTER or (days and names):
        return []
    if not days and pair.shared >= LEAST_SHARED_WORDS and (found := counted_mismatches(pair)):
        return found
    short = _is_short_and_shared(pair)
    if pair.shared < LEAST_SHARED_WORDS - short or pair.shared < LEAST_OF_LONGER * longer:
        return []
    strange = all(pair.strangers)
    if (numbers := number_mismatches(pair)) or numbers_differ(pair):
        return [] if days or names or strange else numbers
    if days or names:
        if not short and (pair.share < CLOSE or pair.shared <= LEAST_SHARED_WORDS):
            return []
        if names:
            return name_mismatches(pair)
        anchored = pair.shared_names or pair.share >= SAME_WORDS
        return day_mismatches(pair) if anchored and not strange else []
    if strange:
        return []
    if found := cause_mismatches(pair):
        return found
    if pair.share < NEARLY_SAME:
        return []
    return denial_mismatches(pair) or word_mismatches(pair)


def _is_short_and_shared(pair: SentencePair) -> bool:
    """Whether the shorter sentence has but one word, or one name, that the other lacks, and shares two or three."""
    if pair.shared < (2 if pair.shared_names else LEAST_SHARED_WORDS):
        return False
    spare = [
        {word.low for word in words if not any(name.start <= word.start < name.end for name in names)}
        for words, names in ((pair.mine, pair.my_names), (pair.theirs, pair.their_names))
    ]
    return min(map(len, spare)) <= (0 if pair.my_names or pair.their_names else 1)
