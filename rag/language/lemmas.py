"""Dictionary forms and parts of speech of English words, by LemmInflect."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from lemminflect import getAllLemmas

LONGEST_WORD = 40  # results for what is longer are not kept
BEFORE_CHARACTERS = 12  # that tell whether a noun may be a verb
Known = TypeVar("Known")
_BEFORE_A_VERB = re.compile(
    r"\b(?:to|will|would|can|could|may|might|must|should|shall|did|does|do|not|n't|they|we|who)\s+$", re.IGNORECASE
)


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


def is_verb_at(text: str, start: int, end: int) -> bool:
    """Whether the word at `text[start:end]` is a verb, by its form or by what stands before it: "will launch"."""
    word = text[start:end].lower()
    infinitives = verb_lemmas(word)
    if (infinitives - {word} and not word.endswith("s")) or (
        infinitives and not parts_of_speech(word) & {"NOUN", "ADJ"}
    ):
        return True
    return bool(infinitives) and _BEFORE_A_VERB.search(text, max(0, start - BEFORE_CHARACTERS), start) is not None
