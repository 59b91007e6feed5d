"""Places, people and organisations that two sentences name for one role."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from rag.conflicts.overlap import SAME_WORDS, Mismatch, SentencePair, meet
from rag.conflicts.parsing import ParsedSentence
from rag.language.lemmas import verb_lemmas
from rag.language.names import Name
from rag.language.places import place_level

SPELLED_ALIKE = 70.0  # of 100, rapidfuzz's ratio: Kyiv and Kiev
_PREPOSITION = re.compile(
    r"\b(in|at|off|near|outside|on|over|from|to|into|by|for|with|against|of)\s+(?:the\s+)?$", re.IGNORECASE
)
_TITLED = re.compile(r"\b(by|in|at|to|from)\s+(?:an?\s+|the\s+)?(?:[^\W\d_]+\s){1,3}$")
_ROLES_OF_VERBS = frozenset(("agent", "place", "to", "from"))
_PLACES = frozenset(("in", "at", "off", "near", "outside", "on", "over"))
_VERB_BEHIND = re.compile(r"\s(?:(?:will|would|has|have|had|is|was)\s)?([a-z]+)")


def name_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The two names that the sentences give for one role, where there are no others that may stand for it."""
    if min(len(pair.my_names), len(pair.their_names)) != 1 or min(pair.strangers) != 1:
        return []
    found = [(one, other) for one in pair.my_names for other in pair.their_names if _are_rivals(pair, one, other)]
    if len(found) != 1:
        return []
    one, other = found[0]
    kind = "place" if _role(pair.one.text, one) in ("place", "to", "from") else "name"
    return [Mismatch(kind, one.text, other.text, one.start, other.start)]


def _are_rivals(pair: SentencePair, one: Name, other: Name) -> bool:
    """Whether two names, of one level and no two spellings of one, have the same role."""
    alone = len(pair.my_names) == len(pair.their_names) == 1
    role = _role(pair.one.text, one)
    if role != _role(pair.other.text, other) or _is_compound(pair.one, one, pair.other, other):
        return False
    if fuzz.ratio(one.text.lower(), other.text.lower()) >= SPELLED_ALIKE:
        return False
    if place_level(pair.one.text, one.start, one.end) != place_level(pair.other.text, other.start, other.end):
        return False
    if alone and role in _ROLES_OF_VERBS and _have_one_verb(pair, one, other):
        return True
    return _have_one_neighbour(pair, one, other)


def names_differ(pair: SentencePair) -> bool:
    """Whether each sentence has a name of which the other, and the rest of its article, knows nothing."""
    return bool(pair.my_names and pair.their_names)


def _is_compound(sentence: ParsedSentence, name: Name, other: ParsedSentence, there: Name) -> bool:
    """Whether a hyphen follows either name: "Iran-backed"."""
    return "-" in (sentence.text[name.end : name.end + 1], other.text[there.end : there.end + 1])


def _have_one_verb(pair: SentencePair, one: Name, other: Name) -> bool:
    mine, theirs = _verb(pair.one, one), _verb(pair.other, other)
    return bool(mine) == bool(theirs) and (not mine or meet(mine, theirs))


def _have_one_neighbour(pair: SentencePair, one: Name, other: Name) -> bool:
    """Whether one content word stands right before both names, or right behind both, in nearly the same words."""
    if pair.share < SAME_WORDS or (" " in one.text) != (" " in other.text):
        return False
    before = [s.near(n.start, n.start, 1) for s, n in ((pair.one, one), (pair.other, other))]
    behind = [s.near(n.end, n.end, 1) for s, n in ((pair.one, one), (pair.other, other))]
    return meet(before[0][:1], before[1][:1]) or meet(behind[0][-1:], behind[1][-1:])


def _verb(sentence: ParsedSentence, name: Name) -> frozenset[str]:
    """The infinitives of the verb that a name goes with: the one right behind it, else the one that governs it."""
    behind = _VERB_BEHIND.match(sentence.text[name.end :])
    return (verb_lemmas(behind[1]) if behind else frozenset()) or sentence.governing(name.start)


def _role(text: str, name: Name) -> str:
    """What a name is in its sentence, by the preposition before it, also before a title, or the verb behind it."""
    preposition = _PREPOSITION.search(text[: name.start]) or _TITLED.search(text[: name.start])
    if preposition is not None:
        word = preposition[1].lower()
        return "place" if word in _PLACES else {"by": "agent", "into": "to"}.get(word, word)
    behind = re.match(r"\s([a-z]+)", text[name.end :])
    return "agent" if behind is not None and verb_lemmas(behind[1]) else ""
