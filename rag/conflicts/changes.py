"""Numbers of which a newer report says from what they changed: "rose from 12 to 15". Called inside the room."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.articles import squeeze
from rag.conflicts.matching import LEAST_SHARED_WORDS, SAME_MATTER, Pair, Rival
from rag.conflicts.numbers import counted
from rag.language.counting import MEASURES
from rag.language.quantities import Quantity

CHANGE = "change"
_FROM = re.compile(r"\bfrom\s(?:(?:about|around|some|nearly)\s)?$", re.IGNORECASE)
_TO = re.compile(r"\s*(?:to|from)\s(?:(?:about|around|some|nearly|at\sleast)\s)?", re.IGNORECASE)


def change_rivals(pair: Pair) -> list[Rival]:
    """What one sentence tells and the other says that it was before. Which of them is newer, the caller knows."""
    if pair.share < SAME_MATTER or pair.shared < LEAST_SHARED_WORDS:
        return []
    return [
        *(
            Rival(CHANGE, squeeze(old.text), squeeze(new.text), old.start, new.start, changes=True)
            for old, new in _changed(pair.one.text, pair.other.text)
        ),
        *(
            Rival(CHANGE, squeeze(new.text), squeeze(old.text), new.start, old.start, changes=True)
            for old, new in _changed(pair.other.text, pair.one.text)
        ),
    ]


def tells_of_change(text: str, value: str) -> bool:
    """Whether a sentence says from what a value changed."""
    return any(squeeze(new.text) == value for _, new in _steps(text))


def _changed(text: str, newer: str) -> Iterator[tuple[Quantity, Quantity]]:
    """The numbers of a text from which the newer text says that they changed, with what they changed to."""
    for before, now in _steps(newer):
        known = [one for one in counted(text) if one.value == before.value and _of_one_unit(one, before)]
        if known and not any(one.value == now.value for one in counted(text)):
            yield known[0], now


def _steps(text: str) -> Iterator[tuple[Quantity, Quantity]]:
    found = counted(text)
    for before, now in pairwise(found):
        if _FROM.search(text[: before.start]) and _TO.fullmatch(text[before.end : now.start]):
            yield before, now
        elif _FROM.search(text[: now.start]) and _TO.fullmatch(text[before.end : now.start]):
            yield now, before


def _of_one_unit(one: Quantity, other: Quantity) -> bool:
    return one.unit == other.unit or not {one.unit, other.unit} & MEASURES
