"""Places, people and organisations that two sentences name for one role."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from rag.conflicts.overlap import SAME_WORDS, Mismatch, SentencePair, meet
from rag.conflicts.parsing import ParsedSentence
from rag.language import lexicons
from rag.language.countries import country_of
from rag.language.lemmas import verb_lemmas
from rag.language.names import Name

SPELLED_ALIKE = 70.0  # of 100, rapidfuzz's ratio: Kyiv and Kiev
WORDS_BEFORE = 4  # that may hold the preposition of a name
_ROLES = lexicons.meanings("prepositions.roles")
_ROLES_OF_VERBS = frozenset(("agent", "place", "to", "from"))
_CONTINENTS, _STATES = lexicons.words("places.continents"), lexicons.words("places.states")
_REGIONS = lexicons.words("places.regions")
AROUND = (24, 12)  # characters before and behind a name that may call it a region


def name_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The two names that the sentences give for one role, where there are no others that may stand for it."""
    if min(len(pair.my_names), len(pair.their_names)) != 1 or min(pair.strangers) != 1:
        return []
    found = [(one, other) for one in pair.my_names for other in pair.their_names if _are_rivals(pair, one, other)]
    if len(found) != 1:
        return []
    one, other = found[0]
    kind = "place" if _role(pair.one, one) in ("place", "to", "from") else "name"
    return [Mismatch(kind, one.text, other.text, one.start, other.start)]


def names_differ(pair: SentencePair) -> bool:
    """Whether each sentence has a name of which the other, and the rest of its article, knows nothing."""
    return bool(pair.my_names and pair.their_names)


def _are_rivals(pair: SentencePair, one: Name, other: Name) -> bool:
    """Whether two names, of one level and no two spellings of one, have the same role."""
    role = _role(pair.one, one)
    if role != _role(pair.other, other):
        return False
    if fuzz.ratio(one.text.lower(), other.text.lower()) >= SPELLED_ALIKE:
        return False
    if place_level(pair.one.text, one.start, one.end) != place_level(pair.other.text, other.start, other.end):
        return False
    alone = len(pair.my_names) == len(pair.their_names) == 1
    if alone and role in _ROLES_OF_VERBS and _have_one_verb(pair, one, other):
        return True
    return _have_one_neighbour(pair, one, other)


def _have_one_verb(pair: SentencePair, one: Name, other: Name) -> bool:
    mine, theirs = _verb(pair.one, one), _verb(pair.other, other)
    return bool(mine) == bool(theirs) and (not mine or meet(mine, theirs))


def _verb(sentence: ParsedSentence, name: Name) -> frozenset[str]:
    """The infinitives of the verb that a name goes with: the one right behind it, else the one that governs it."""
    behind = sentence.verb_behind(name.end)
    return verb_lemmas(behind.low) if behind else sentence.governing(name.start)


def _have_one_neighbour(pair: SentencePair, one: Name, other: Name) -> bool:
    """Whether one content word stands right before both names, or right behind both, in nearly the same words."""
    if pair.share < SAME_WORDS or (" " in one.text) != (" " in other.text):
        return False
    before = [s.near(n.start, n.start, 1) for s, n in ((pair.one, one), (pair.other, other))]
    behind = [s.near(n.end, n.end, 1) for s, n in ((pair.one, one), (pair.other, other))]
    return meet(before[0][:1], before[1][:1]) or meet(behind[0][-1:], behind[1][-1:])


def _role(sentence: ParsedSentence, name: Name) -> str:
    """What a name is in its sentence, by the nearest preposition before it, or the verb behind it."""
    for word in reversed(sentence.text[: name.start].lower().split()[-WORDS_BEFORE:]):
        if word in _ROLES:
            return _ROLES[word]
        if not word.isalpha():
            break
    return "agent" if sentence.verb_behind(name.end) else ""


def place_level(text: str, start: int, end: int) -> str:
    """The level of the place that `text[start:end]` names; what no list has is taken for a town."""
    low = text[start:end].lower().replace(".", "").removeprefix("the ")
    if low in _CONTINENTS or low in _STATES:
        return "continent" if low in _CONTINENTS else "state"
    if country_of(low):
        return "country"
    around = re.findall(r"[a-z]+", text[max(0, start - AROUND[0]) : end + AROUND[1]].lower())
    return "region" if _REGIONS & set(around) else "town"
