"""Places, people and organisations that two sentences name for one role. Called inside the room."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from rag.conflicts.matching import Pair, Rival, governing, meet
from rag.conflicts.readings import Reading
from rag.language.kinds_of_things import METONYMS, REGIONS, level
from rag.language.lemmas import verb_lemmas
from rag.language.names import Name

_BEFORE = re.compile(
    r"\b(in|at|off|near|outside|from|to|for|by|into|with|against|of|on|over)\s+(?:the\s+)?$", re.IGNORECASE
)
SPELLED_ALIKE = 0.7  # Kyiv and Kiev
_ROLES = {
    "in": "place", "at": "place", "off": "place", "near": "place", "outside": "place", "into": "to", "to": "to",
    "from": "from", "by": "agent", "with": "with", "against": "against", "for": "for", "of": "of", "on": "place",
    "over": "place",
}  # fmt: skip
_TITLE = re.compile(r"(?:[^\W\d_]+\s+){0,3}$")


def name_rivals(pair: Pair) -> list[Rival]:
    """The two names that the sentences give for one role; none where more than one is unknown to either."""
    if len(pair.my_names) != 1 or len(pair.their_names) != 1 or min(pair.strangers) != 1:
        return []
    one, other = pair.my_names[0], pair.their_names[0]
    role = _role(pair.one.text, one)
    if role != _role(pair.other.text, other) or role not in ("agent", "patient", "place", "to", "from"):
        return []
    mine, theirs = _deed(pair.one, one), _deed(pair.other, other)
    if bool(mine) != bool(theirs) or (mine and not meet(mine, theirs)):
        return []
    if "-" in (_behind(pair.one, one), _behind(pair.other, other)):
        return []
    if SequenceMatcher(None, one.text.lower(), other.text.lower(), autojunk=False).ratio() >= SPELLED_ALIKE:
        return []
    if role in ("agent", "patient") and not _are_alike(one.text, other.text):
        return []
    if role in ("place", "to", "from") and not _of_one_level(pair, one, other):
        return []
    return [
        Rival("place" if role in ("place", "to", "from") else "name", one.text, other.text, one.start, other.start)
    ]


def names_part(pair: Pair) -> bool:
    """Whether each sentence has a name of which the other, and what stands around it, knows nothing."""
    return bool(pair.my_names and pair.their_names)


def _deed(reading: Reading, name: Name) -> frozenset[str]:
    """The infinitives of the verb that a name goes with: the one right behind it, else the one that governs it."""
    behind = re.match(r"\s(?:(?:will|would|has|have|had|is|was)\s)?([a-z]+)", reading.text[name.end :])
    return (verb_lemmas(behind[1]) if behind else frozenset()) or governing(reading, name.start)


def _behind(reading: Reading, name: Name) -> str:
    return reading.text[name.end : name.end + 1]


def _are_alike(one: str, other: str) -> bool:
    """Whether two names look as those of two people or of two bodies do, and neither stands for a government."""
    if {word.lower() for word in (*one.split(), *other.split())} & METONYMS or one.isupper() != other.isupper():
        return False
    return (len(one.split()) > 1) == (len(other.split()) > 1) and level(one) == level(other) == "place"


def _of_one_level(pair: Pair, one: Name, other: Name) -> bool:
    """Whether two places are as wide as each other, as far as one can tell: a town may lie in the other's country."""
    if level(one.text) != level(other.text):
        return False
    wide = [_is_region(pair.one.text, one), _is_region(pair.other.text, other)]
    return wide[0] == wide[1]


def _is_region(text: str, name: Name) -> bool:
    around = re.findall(
        r"[a-z]+", f"{text[max(0, name.start - 24) : name.start]} {text[name.end : name.end + 12]}".lower()
    )
    return bool(REGIONS & set(around)) or bool(REGIONS & set(name.text.lower().split()))


@lru_cache(maxsize=8_192)
def _role_at(text: str, start: int, end: int) -> str:
    before = _BEFORE.search(text[:start])
    if before is None:  # the preposition may stand before a title: "by Judge Helen Sorby", "by the astronomer Yuki"
        title = re.search(r"\b(by|in|at)\s+(?:an?\s+|the\s+)?(?:[^\W\d_]+\s){1,3}$", text[:start])
        if title is not None:
            return _ROLES[title[1].lower()]
    if before is not None:
        return _ROLES[before[1].lower()]
    behind = re.match(r"\s([a-z]+)", text[end:])
    return "agent" if behind is not None and verb_lemmas(behind[1]) else ""


def _role(text: str, name: Name) -> str:
    return _role_at(text, name.start, name.end)
