"""What two sentences have in common, and which words and names each has alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.conflicts.parsing import ContentWord, ParsedSentence
from rag.language import lexicons
from rag.language.lemmas import lemmas
from rag.language.names import Name
from rag.language.sameness import meanings_of, same_country, same_name, things_of
from rag.language.words import WORD, without_possessive

# Shares of the content words of the sentence that has fewer. All thresholds of this package were set on the first
# half of the planted pairs and on news of RealTimeQA 2023, docs/measurements.md#disagreements.
SAME_MATTER, NEARLY_SAME, CLOSE, SAME_WORDS = 0.5, 0.6, 0.7, 0.85
LEAST_SHARED_WORDS = 3
_TITLES = lexicons.words("titles.words") | lexicons.words("titles.parts")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that two sentences say differently: its sort, and what and where it is in each."""

    kind: str
    mine: str
    theirs: str
    place: int
    there: int
    changes: bool = False  # a newer report may rightly have another value


@dataclass(frozen=True, slots=True, eq=False)
class SentencePair:
    """Two sentences with what they have in common.

    `share` leaves out the name of each that differs. `mine` and `theirs` are the words of each that the other lacks;
    `my_names` and `their_names` the names that neither the other sentence nor the rest of its article knows;
    `strangers` how many names of each the other sentence lacks.
    """

    one: ParsedSentence
    other: ParsedSentence
    shared: int
    share: float
    mine: tuple[ContentWord, ...]
    theirs: tuple[ContentWord, ...]
    my_names: tuple[Name, ...]
    their_names: tuple[Name, ...]
    shared_names: int
    strangers: tuple[int, int]


def pair_up(one: ParsedSentence, other: ParsedSentence, article: str, other_article: str) -> SentencePair:
    """What two sentences have in common; `article` and `other_article` are the texts of their articles."""
    mine, theirs = _lacking(one.words, other.words), _lacking(other.words, one.words)
    my_strangers, their_strangers = _unknown(one.names, other.text), _unknown(other.names, one.text)
    my_names, their_names = _unknown(my_strangers, other_article), _unknown(their_strangers, article)
    shared = min(len(one.words) - len(mine), len(other.words) - len(theirs))
    slots = [_words_of(names) if my_names and their_names else 0 for names in (my_names, their_names)]
    least = min(len(one.words) - slots[0], len(other.words) - slots[1])
    return SentencePair(
        one,
        other,
        shared,
        min(1.0, shared / least) if least > 0 else 0.0,
        mine,
        theirs,
        my_names,
        their_names,
        len(one.names) - len(my_strangers),
        (len(my_strangers), len(their_strangers)),
    )


def _words_of(names: Sequence[Name]) -> int:
    """How many words the first name has: it is what may differ, and no share of what else is said."""
    return len(WORD.findall(names[0].text))


@lru_cache(maxsize=65_536)
def meanings(word: str) -> frozenset[str | int]:
    """What a lower-case word shares with others that stand for the same: its lemmas and synonyms."""
    return frozenset({word} | lemmas(word) | meanings_of(word) | {-1 - number for number in things_of(word)})


def same(one: str, other: str) -> bool:
    """Whether two lower-case words stand for one thing: lemmas, synonyms, a country and its people."""
    return not meanings(one).isdisjoint(meanings(other)) or same_country(one, other)


def meet(one: Collection[str], other: Collection[str]) -> bool:
    """Whether any word of the one stands for what a word of the other does."""
    return any(same(left, right) for left in one for right in other)


def _lacking(words: Sequence[ContentWord], others: Sequence[ContentWord]) -> tuple[ContentWord, ...]:
    known = frozenset().union(*(meanings(word.low) for word in others))
    return tuple(word for word in words if meanings(word.low).isdisjoint(known))


def _unknown(names: Sequence[Name], text: str) -> tuple[Name, ...]:
    return tuple(name for name in names if not _is_known(name.text, text))


@lru_cache(maxsize=32_768)
def _is_known(name: str, text: str) -> bool:
    """Whether any part of a name but its titles is among the words of a text."""
    parts = [part.lower().removesuffix("'s") for part in WORD.findall(name) if part[0].isupper()]
    parts = [part for part in parts if part not in _TITLES] or parts
    return any(same_name(part, other) for part in parts for other in _capitalized(text))


@lru_cache(maxsize=4_096)
def _capitalized(text: str) -> frozenset[str]:
    return frozenset(without_possessive(word.lower()) for word in WORD.findall(text) if not word.islower())
