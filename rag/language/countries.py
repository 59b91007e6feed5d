"""Countries by their names (ISO 3166, pycountry), their people and their adjectives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache

from rag.language import lexicons
from rag.language.words import shared_letters

# How what is of a country or a city ends, in a regular expression.
ADJECTIVE_ENDING = rf"[a-z]{lexicons.any_of('demonyms.endings')}"
_ADJECTIVES = ("an", "ese", "i", "ish")
_OF_A_NATION = re.compile(r"(pro-|anti-)?([A-Z][^\W\d_]+)")
LEAST_SHARED, MOST_LEFT = 4, 3  # letters that an adjective has of its country's name, and that either has besides


@lru_cache(maxsize=50_000)
def country_of(word: str) -> str | None:
    """The country that a lower-case word names or belongs to; None where it is no country's.

    Adjectives that no list has are of the country whose name they share most letters with: nigerian is of nigeria.
    """
    known = _countries()
    bare = word.removesuffix("s")
    if word in known or bare in known or not bare.endswith(_ADJECTIVES):
        return known.get(word) or known.get(bare)
    shared, _, name = max((shared_letters(bare, name), -len(name), name) for name in known)
    is_near = shared >= LEAST_SHARED and max(len(bare), len(name)) - shared <= MOST_LEFT
    return known[name] if is_near else None


def nations_of(phrase: str) -> frozenset[tuple[str, str]]:
    """The countries to which capitalised words of a phrase belong, each with its prefix: pro- and iran."""
    found = ((prefix, country_of(word.lower())) for prefix, word in _OF_A_NATION.findall(phrase))
    return frozenset((prefix, country) for prefix, country in found if country)


@cache
def _countries() -> Mapping[str, str]:
    """Lower-case names of one word, demonyms and adjectives, each with what stands for its country."""
    import pycountry  # 0.2 s

    demonyms = {word: line for line, (words,) in enumerate(lexicons.groups("demonyms.groups")) for word in words}
    named = {
        name.lower()
        for country in pycountry.countries
        for name in (country.name, getattr(country, "common_name", country.name))
        if " " not in name
    }
    return {name: name for name in named} | {word: str(line) for word, line in demonyms.items()}
