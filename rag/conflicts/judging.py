"""Whether two sentences tell of one fact and differ in one thing of it. Called inside the room.

Each threshold was set on the first half of the planted pairs and on news of RealTimeQA, where a false alarm is seen.
"""

from __future__ import annotations

import re

from rag.conflicts.changes import change_rivals
from rag.conflicts.days import day_rivals, days_part, saying_rivals, share_a_day
from rag.conflicts.matching import (
    LEAST_SHARED_WORDS,
    NEARLY_THE_SAME,
    SAME_MATTER,
    SAME_WORDS,
    Pair,
    Rival,
    longest_run,
)
from rag.conflicts.named import name_rivals, names_part
from rag.conflicts.numbers import number_rivals, share_a_number
from rag.conflicts.wording import are_opposed, cause_rivals, character_rivals, denial_rivals, word_rivals

CLOSE = 0.7  # share of words, for what is told apart by a day, a name or a word alone
LEAST_OF_LONGER = 0.25  # share of the words of the sentence that has more
SAME_RUN = 8  # words in a row, whatever their numbers, that do so as well
ANCHORED = 0.75  # share of words that makes up for a name or a day that both have
FAR_DAYS = 30  # articles further apart tell of one fact only where they say it in the same words

_AHEAD = re.compile(
    r"\b(?:will|would|shall|expect\w*|plans?|planned|planning|due|scheduled|set\s+to|propos\w+|forecast\w*|predict\w*|"
    r"aims?|hopes?|seeks?|intends?|to\s+be|going\s+to|wants?|calls?\s+(?:for|on)|urg\w+|pledg\w+|threat\w+|vow\w*|could|"
    r"might|if|unless|considers?|considering|warn\w*|attempt\w*|tr(?:y|ied|ying)\s+to)\b",
    re.IGNORECASE,
)
_CLAUSE_ENDS = re.compile(r"[,;:—–“”]\s|\s-\s|\.\s(?=[A-Z])")


def rivals(pair: Pair, days_apart: int | None) -> list[Rival]:
    """What the two sentences tell differently; `days_apart` is how long after one another they were published."""
    if days_apart is not None and days_apart > FAR_DAYS and not _is_told_in_the_same_words(pair):
        return []
    found = saying_rivals(pair) if pair.share >= NEARLY_THE_SAME else []
    if changed := change_rivals(pair):
        return found + changed
    return found + [
        rival
        for rival in _of_the_matter(pair)
        if is_ahead(pair.one.text, rival.place) == is_ahead(pair.other.text, rival.there)
    ]


def _is_told_in_the_same_words(pair: Pair) -> bool:
    longer = max(len(pair.one.words), len(pair.other.words))
    return pair.share >= SAME_WORDS and pair.shared >= SAME_MATTER * longer


def is_ahead(text: str, place: int) -> bool:
    """Whether what stands at a place is still to come, or only wanted, as far as its clause shows."""
    start = max((mark.end() for mark in _CLAUSE_ENDS.finditer(text, 0, place)), default=0)
    end = next((mark.start() for mark in _CLAUSE_ENDS.finditer(text, place)), len(text))
    return _AHEAD.search(text, start, end) is not None


def _of_the_matter(pair: Pair) -> list[Rival]:
    """What they tell differently of the matter itself, whoever says it and when."""
    whole = _is_all_shared(pair)
    longer = max(len(pair.one.words), len(pair.other.words))
    counted = [] if days_part(pair) or pair.shared < LEAST_SHARED_WORDS else character_rivals(pair)
    if counted and pair.share >= SAME_MATTER:
        return counted
    if pair.share < SAME_MATTER or pair.shared < LEAST_SHARED_WORDS - whole or pair.shared < LEAST_OF_LONGER * longer:
        return []
    named, dated = names_part(pair), days_part(pair)
    if named and dated:
        return []
    strange = all(pair.strangers)
    numbers = number_rivals(pair)
    if numbers:
        apart = named or dated or strange or are_opposed(pair)
        return numbers if not apart and _is_anchored(pair) else []
    if named or dated:
        return _of_name_or_day(pair, whole, named, strange)
    if strange:
        return []
    if found := cause_rivals(pair):
        return found
    return (denial_rivals(pair) or word_rivals(pair)) if pair.share >= NEARLY_THE_SAME else []


def _of_name_or_day(pair: Pair, whole: bool, named: bool, strange: bool) -> list[Rival]:
    """The name or the day in which they differ, where nearly all else is the same."""
    if not whole and (pair.share < CLOSE or pair.shared <= LEAST_SHARED_WORDS):
        return []
    if are_opposed(pair) or word_rivals(pair):
        return []
    if named:
        return name_rivals(pair)
    anchored = pair.shared_names or pair.share >= SAME_WORDS or share_a_number(pair)
    return day_rivals(pair) if not strange and anchored else []


def _is_anchored(pair: Pair) -> bool:
    known = pair.shared_names > 0 or share_a_day(pair) or pair.share >= ANCHORED
    return known or longest_run(pair.one.text, pair.other.text) >= SAME_RUN


def _is_all_shared(pair: Pair) -> bool:
    """Whether a short sentence has no word but one, or a name, that the other lacks, and a name that it has."""
    spare = [
        {word.low for word in left if not any(name.start <= word.start < name.end for name in names)}
        for left, names in ((pair.mine, pair.my_names), (pair.theirs, pair.their_names))
    ]
    apart = bool(pair.my_names or pair.their_names)
    if pair.shared < (2 if pair.shared_names else LEAST_SHARED_WORDS):
        return False
    return min(len(words) for words in spare) <= (0 if apart else 1)
