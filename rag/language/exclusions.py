"""Words that cannot both be said of one thing: fighters and villagers, upheld and overturned.

Only what a report can be wrong about is listed; what is not listed never excludes anything.
"""

from __future__ import annotations

from functools import lru_cache

from rag.language import lexicons
from rag.language.lemmas import lemmas

Side = tuple[int, int]  # the number of a group, and of a side in it
_SIDES: dict[str, frozenset[Side]] = {}
for _number, _group in enumerate(lexicons.groups("exclusions.groups")):
    for _side, _words in enumerate(_group):
        for _word in _words:
            _SIDES[_word] = _SIDES.get(_word, frozenset()) | {(_number, _side)}
_ALIKE: dict[str, frozenset[int]] = {}
for _number, (_words,) in enumerate(lexicons.groups("exclusions.alike")):
    for _word in _words:
        _ALIKE[_word] = _ALIKE.get(_word, frozenset()) | {_number}


@lru_cache(maxsize=50_000)
def exclude(one: str, other: str) -> bool:
    """Whether two lower-case words, in any form, are of sorts that exclude one another."""
    mine, theirs = (frozenset().union(*(_SIDES.get(form, ()) for form in _forms(word))) for word in (one, other))
    return any(group == there and side != another for group, side in mine for there, another in theirs)


def alike(word: str) -> frozenset[int]:
    """The numbers of the things in the news that a lower-case word, in any form, names."""
    return frozenset().union(*(_ALIKE.get(form, frozenset()) for form in _forms(word)))


def _forms(word: str) -> tuple[str, ...]:
    """The word, its dictionary forms, and the singular of a compound that no dictionary has: floodwaters."""
    return (word, word.removesuffix("s"), *lemmas(word))
