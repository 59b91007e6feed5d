"""Dictionary forms and parts of speech of English words, by LemmInflect."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from lemminflect import getAllLemmas, getInflection

LONGEST_WORD = 40  # results for what is longer are not kept
Known = TypeVar("Known")


def _remembered(reading: Callable[[str], Known]) -> Callable[[str], Known]:
    """The reading with its latest results kept."""
    kept = lru_cache(maxsize=20_000)(reading)

    @wraps(reading)
    def read(word: str) -> Known:
        return kept(word) if len(word) <= LONGEST_WORD else reading(word)

    return read


@_remembered
def lemmas(word: str) -> frozenset[str]:
    """Every dictionary form that a word may be of, in lower case; the word itself where none is known."""
    known = getAllLemmas(word.lower())
    return frozenset(form.lower() for forms in known.values() for form in forms) or frozenset((word.lower(),))


@_remembered
def verb_lemmas(word: str) -> frozenset[str]:
    """The infinitives that a word may be a form of; empty where it is no verb."""
    return frozenset(form.lower() for form in getAllLemmas(word.lower(), upos="VERB").get("VERB", ()))


@_remembered
def parts_of_speech(word: str) -> frozenset[str]:
    """What a word may be: NOUN, VERB, ADJ, ADV, PROPN or AUX; empty where it is not known."""
    return frozenset(getAllLemmas(word.lower()))


@_remembered
def is_participle(word: str) -> bool:
    """Whether a word may be a past participle: bought, struck, reported."""
    low = word.lower()
    return any(low in getInflection(lemma, tag="VBN") for lemma in verb_lemmas(low))
