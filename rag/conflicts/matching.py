"""Whether two sentences tell of one matter, and which of their words and names meet. Called inside the room."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from rag.conflicts.readings import Reading, Word
from rag.language.kinds_of_things import TITLES, alike_of
from rag.language.lemmas import lemmas, parts_of_speech, verb_lemmas
from rag.language.names import Name
from rag.language.sameness import meanings_of, same_country, same_name
from rag.language.speech import SAYING
from rag.language.words import WORD, pieces

LEAST_SHARED_WORDS = 3
SAME_MATTER = 0.5  # share of the content words of the one that has fewer
NEARLY_THE_SAME = 0.6
SAME_WORDS = 0.85
NEAR_WORDS = 6
STEM = 6  # letters that forms of one word share, near enough
_HELPERS = re.compile(
    r"\b(?:to|will|would|can|could|may|might|must|should|shall|did|does|do|not|n't|they|we|who)\s+$", re.I
)


@dataclass(frozen=True, slots=True)
class Rival:
    """Something that two sentences tell differently: what it is in each, and where."""

    kind: str
    mine: str
    theirs: str
    place: int
    there: int
    changes: bool = False  # a newer report may rightly have another value


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sentences with what they have in common.

    `mine` and `theirs` are the words of each that the other lacks; `my_names` and `their_names` the names of which
    neither the other sentence nor what stands around it knows. `strangers`: how many names
    of each the other sentence lacks.
    """

    one: Reading
    other: Reading
    shared: int
    share: float
    mine: tuple[Word, ...]
    theirs: tuple[Word, ...]
    my_names: tuple[Name, ...]
    their_names: tuple[Name, ...]
    shared_names: int
    strangers: tuple[int, int]


def pair_up(one: Reading, other: Reading, around: str, around_other: str) -> Pair:
    """What two sentences have in common; `around` is what else each one's article says at that place."""
    mine = _lacking(one.words, other.words)
    theirs = _lacking(other.words, one.words)
    shared = min(len(one.words) - len(mine), len(other.words) - len(theirs))
    least = min(len(one.words), len(other.words))
    my_names = _unknown(one.names, other, around_other)
    their_names = _unknown(other.names, one, around)
    shared_names = sum(_is_known(name, other.text) for name in one.names)
    strangers = len(_unknown(one.names, other, "")), len(_unknown(other.names, one, ""))
    share = shared / least if least else 0.0
    return Pair(one, other, shared, share, mine, theirs, my_names, their_names, shared_names, strangers)


def longest_run(one: str, other: str) -> int:
    """How many words stand in both texts in the same row; all numbers are taken as one."""
    mine, theirs = _masked(one), _masked(other)
    return SequenceMatcher(None, mine, theirs, autojunk=False).find_longest_match().size


def _masked(text: str) -> list[str]:
    return ["0" if piece[0].isdigit() else piece for piece in pieces(re.sub(r"(?<=\d)[,.](?=\d)", "", text.lower()))]


@lru_cache(maxsize=65_536)
def meanings(word: str) -> frozenset[str | int]:
    """What a lower-case word shares with others that stand for the same: its forms, its stem, its synonyms."""
    stemmed = {f"{word[:STEM]}…"} if len(word) >= STEM else set()
    things = {-1 - number for number in alike_of(word)}
    return frozenset({word} | lemmas(word) | stemmed | meanings_of(word) | things)


def same(one: str, other: str) -> bool:
    """Whether two lower-case words stand for one thing: forms, synonyms, spellings, a country and its people."""
    return not meanings(one).isdisjoint(meanings(other)) or same_country(one, other)


def meet(one: Collection[str], other: Collection[str]) -> bool:
    """Whether any word of the one stands for what a word of the other does."""
    return any(same(left, right) for left in one for right in other)


def governing(reading: Reading, place: int) -> frozenset[str]:
    """The infinitives of the verb that a place goes with: the last before it, else the first behind it."""
    placed = [word for word in reading.words if is_used_as_verb(reading.text, word)]
    before = [word for word in placed if word.end <= place]
    behind = [word for word in placed if word.start >= place]
    return next((verb_lemmas(word.low) for word in (*before[-1:], *behind[:1])), frozenset())


def of_one_deed(pair: Pair, place: int, there: int) -> bool:
    """Whether what stands at the two places goes with verbs that tell of one deed."""
    mine, theirs = governing(pair.one, place), governing(pair.other, there)
    return meet(mine, theirs) if mine and theirs else pair.share >= SAME_WORDS


def is_used_as_verb(text: str, word: Word) -> bool:
    """Whether a word is a verb by its form, or behind what makes it one: "to drug", "will launch"."""
    if word.capital or not verb_lemmas(word.low) - SAYING:
        return False
    inflected = word.low not in verb_lemmas(word.low) and not word.low.endswith("s")
    if inflected or not parts_of_speech(word.low) & {"NOUN", "ADJ"}:
        return True
    return _HELPERS.search(text[: word.start]) is not None


def near(reading: Reading, start: int, end: int) -> list[str]:
    """The content words nearest to a place, before and behind it."""
    before = [word.low for word in reading.words if word.end <= start][-NEAR_WORDS:]
    behind = [word.low for word in reading.words if word.start >= end][:NEAR_WORDS]
    inside = [word.low for word in reading.words if word.start < end and word.end > start]
    return [*before, *inside, *behind]


def _lacking(words: Sequence[Word], others: Sequence[Word]) -> tuple[Word, ...]:
    known = frozenset().union(*(meanings(word.low) for word in others))
    names = [word.low for word in others if word.capital]
    return tuple(
        word
        for word in words
        if meanings(word.low).isdisjoint(known)
        and not (word.capital and any(same_name(word.low, name) for name in names))
    )


def _unknown(names: Sequence[Name], other: Reading, around: str) -> tuple[Name, ...]:
    return tuple(name for name in names if not any(_is_known(name, text) for text in (other.text, around)))


@lru_cache(maxsize=32_768)
def _is_known(name: Name, text: str) -> bool:
    """Whether any part of a name that tells it apart is among the words of a text."""
    parts = [part.lower().removesuffix("'s") for part in WORD.findall(name.text) if part[0].isupper()]
    parts = [part for part in parts if part not in TITLES] or parts
    known = _capitals(text)
    return any(same_name(part, other) for part in parts for other in known)


@lru_cache(maxsize=4_096)
def _capitals(text: str) -> frozenset[str]:
    words = (word for word in WORD.findall(text) if not word.islower())
    return frozenset(re.sub(r"['’]s?$", "", word.lower()) for word in words)
