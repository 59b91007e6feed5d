"""When two lower-case words are the same word: by lemma, stem, spelling, country or meaning.

Each relation is wider than equality and none implies another; what may differ is for the caller to choose. A check of
facts takes lemmas and spellings, a search for what answers takes synonyms as well.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from rag.language import lexicons
from rag.language.countries import country_of
from rag.language.lemmas import lemmas
from rag.language.words import shared_letters

STEM_LETTERS = 5
LEAST_SHARED, MOST_ADDED = 4, 3  # letters that derived words share, and that one has behind them
SIMILAR_SPELLING = 80.0  # of 100, rapidfuzz's ratio
LEAST_SPELLED = 4  # letters of a word that may be misspelt


@lru_cache(maxsize=50_000)
def same_lemma(one: str, other: str) -> bool:
    """Inflections of one dictionary word: bought and buys."""
    return one == other or not lemmas(one).isdisjoint(lemmas(other))


def same_stem(one: str, other: str) -> bool:
    """Inflections and derivations, near enough: spending and spends, Iran and Iranian."""
    if one == other:
        return True
    shared = shared_letters(one, other)
    return shared >= LEAST_SHARED and max(len(one), len(other)) - shared <= min(MOST_ADDED, shared)


def stem(word: str) -> str:
    """The beginning of a word, which its inflections and derivations share; for sets, where `same_stem` is slow."""
    return re.sub(r"\W", "", word.casefold())[:STEM_LETTERS]


def same_country(one: str, other: str) -> bool:
    """A country and its people: dutch and netherlands."""
    return country_of(one) is not None and country_of(one) == country_of(other)


@lru_cache(maxsize=50_000)
def same_name(one: str, other: str) -> bool:
    """Spellings of one part of a name: qasem and qassem, syria and syrian; never of two countries."""
    if one == other or None not in (country_of(one), country_of(other)):
        return one == other or same_country(one, other)
    if len(one) >= LEAST_SPELLED and same_stem(one, other):
        return True
    if min(len(one), len(other)) < LEAST_SPELLED or one[0] != other[0]:
        return False
    return fuzz.ratio(one, other) >= SIMILAR_SPELLING


def are_synonyms(one: str, other: str) -> bool:
    """Words that tell of the same event, role or thing in some use of each: win and beat."""
    return not meanings_of(one).isdisjoint(meanings_of(other))


@lru_cache(maxsize=50_000)
def meanings_of(word: str) -> frozenset[int]:
    """The numbers of the groups of synonyms that a word, in any of its forms, stands in."""
    return frozenset().union(*(_MEANINGS.get(form, frozenset()) for form in (word, *lemmas(word))))


@lru_cache(maxsize=50_000)
def things_of(word: str) -> frozenset[int]:
    """The numbers of the things in the news that a word, in any form, names: a militant is a gunman."""
    forms = (word, word.removesuffix("s"), *lemmas(word))
    return frozenset().union(*(_THINGS.get(form, frozenset()) for form in forms))


def _numbered(name: str) -> dict[str, frozenset[int]]:
    """Each word of a list of groups with the numbers of the groups that it stands in."""
    found: dict[str, frozenset[int]] = {}
    for number, (group,) in enumerate(lexicons.groups(name)):
        for word in group:
            found[word] = found.get(word, frozenset()) | {number}
    return found


_MEANINGS = _numbered("synonyms.groups")
_THINGS = _numbered("synonyms.things")
