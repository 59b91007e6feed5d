"""Words that exclude one another: a report has won or lost, killed or wounded, and no vector keeps them apart."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from rag.language import lexicons
from rag.language.lemmas import lemmas

Side = tuple[int, int]  # the number of a group of alternatives, and of a side in it
CONTRARY_PREFIXES = lexicons.words("opposites.prefixes")
CONTRARY_SUFFIXES = lexicons.sequence("opposites.suffixes")
_ROLES = len(lexicons.groups("opposites.roles"))
_SIDES: dict[str, frozenset[Side]] = {}
for _number, _group in enumerate((*lexicons.groups("opposites.roles"), *lexicons.groups("opposites.groups"))):
    for _side, _words in enumerate(_group):
        for _word in _words:
            _SIDES[_word] = _SIDES.get(_word, frozenset()) | {(_number, _side)}


@lru_cache(maxsize=50_000)
def sides_of(word: str) -> frozenset[Side]:
    """The sides of alternatives that a lower-case word, in any of its forms, stands on."""
    forms = (word, word.removesuffix("s"), *lemmas(word))  # floodwaters: a compound that no dictionary has
    return frozenset().union(*(_SIDES.get(form, frozenset()) for form in forms))


def exclude(one: str, other: str) -> bool:
    """Whether two lower-case words cannot both be said of one thing by two reports: fighters and villagers."""
    return is_other_side(one, {side for side in sides_of(other) if side[0] >= _ROLES})


def is_other_side(word: str, sides: Collection[Side]) -> bool:
    """Whether a word is on another side than these in one of their groups, and not on one of these too."""
    return any(
        any(group == other and side != another for other, another in sides) and (group, side) not in sides
        for group, side in sides_of(word)
    )
