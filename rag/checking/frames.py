"""Verbs that cannot tell of one deed, and those that tell it from its other side. Called inside the room."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from rag.checking.lexicon import sides_of
from rag.synonyms import are_synonyms

# Verbs in one line may tell of one deed; a verb may stand in several. Two that share no line tell of different deeds,
# where both are known: who spent a sum did not earn it. Dictionary forms.
_DEEDS = (
    "spend pay cost invest disburse fund finance buy purchase splurge allocate give put use",
    "earn receive get collect gain win take make raise pocket net reap generate obtain secure bring",
    "save spare conserve",
    "lose forfeit waste squander miss cost",
    "owe borrow take receive",
    "lend loan give provide extend",
    "give donate grant award hand contribute present offer provide send supply deliver",
    "sell auction",
    "steal rob embezzle loot swindle defraud take seize divert siphon",
    "forgive waive cancel drop write",
    "demand claim seek request ask call want",
    "fine penalise penalize order",
    "plant sow grow cultivate",
    "uproot fell destroy burn raze demolish wreck ruin damage gut lose cut clear kill tear",
    "build construct erect make add open",
    "repair restore renovate refurbish fix mend rebuild replace",
    "close shut",
    "open reopen inaugurate launch start",
    "kill slay murder die execute assassinate lose claim cost",
    "injure wound hurt maim hit",
    "arrest detain jail imprison hold catch capture take round",
    "free release liberate let",
    "rescue save pull evacuate bring find free recover",
    "evacuate move relocate displace flee leave force drive",
    "hire recruit employ appoint take add",
    "dismiss sack fire lay cut axe shed",
    "train teach educate instruct",
    "deport expel remove send return",
    "infect sicken hit",
    "vaccinate inoculate immunise immunize treat protect",
    "treat cure heal see",
    "test screen examine check",
    "escort accompany lead guide usher take bring",
    "honour honor decorate praise award",
    "find discover uncover unearth recover locate spot see detect",
    "hide conceal bury",
    "attack strike bomb shell raid hit target",
    "defend protect guard",
    "score make hit post net",
)
_CONVERSE = (
    ("win beat defeat edge rout thrash", "lose"),
    (
        "buy purchase acquire pay receive get inherit import borrow rent",
        "sell give cede send export lend transfer lease",
    ),
    ("employ hire appoint name", "join work"),
    ("follow succeed replace", "precede"),
    ("lead top outnumber exceed", "trail"),
    ("carry transport bear take", "cross ride use travel board"),
)


def are_other_deeds(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Whether two verbs, each in its dictionary forms, are known to tell of different deeds."""
    here, there = _deeds(frozenset(mine)), _deeds(frozenset(theirs))
    if not here or not there or here & there:
        return False
    return not any(are_synonyms(one, other) or sides_of(one) & sides_of(other) for one in mine for other in theirs)


def are_converse(mine: Collection[str], theirs: Collection[str]) -> bool:
    """Whether two verbs tell of one deed from its two sides: buy and sell."""
    return any(
        (set(mine) & set(left.split()) and set(theirs) & set(right.split()))
        or (set(mine) & set(right.split()) and set(theirs) & set(left.split()))
        for left, right in _CONVERSE
    )


@lru_cache(maxsize=8_192)
def _deeds(verbs: frozenset[str]) -> frozenset[int]:
    return frozenset(number for number, line in enumerate(_DEEDS) if verbs & set(line.split()))
