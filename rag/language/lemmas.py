"""Dictionary forms and parts of speech of English words, by LemmInflect."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from lemminflect import getAllLemmas

KEPT_WORDS = 50_000
LONGEST_WORD = 40  # results for what is longer are not kept
BEFORE_CHARACTERS = 12  # that tell whether a noun may be a verb
Known = TypeVar("Known")
_BEFORE_A_VERB = re.compile(
    r"\b(?:to|will|would|can|could|may|might|must|should|shall|did|does|do|not|n't|they|we|who)\s+$", re.IGNORECASE
)


def remembered(reading: Callable[[str], Known]) -> Callable[[str], Known]:
    """The function with its latest results cached, but for long words."""
    kept = lru_cache(maxsize=KEPT_WORDS)(reading)

    @wraps(reading)
    def read(word: str) -> Known:
        return kept(word) if len(word) <= LONGEST_WORD else reading(word)

    return read


def lemmas(word: str) -> frozenset[str]:
    """Every dictionary form that a word may be of, in lower case; the word itself where none is known."""
    known = _forms(word.lower())
    return frozenset().union(*known.values()) if known else frozenset((word.lower(),))


def verb_lemmas(word: str) -> frozenset[str]:
    """The infinitives that a word may be a form of; empty where it is no verb."""
    return _forms(word.lower()).get("VERB", frozenset())


def parts_of_speech(word: str) -> frozenset[str]:
    """What a word may be: NOUN, VERB, ADJ, ADV, PROPN or AUX; empty where it is not known."""
    return frozenset(_forms(word.lower()))


@remembered
def _forms(word: str) -> dict[str, frozenset[str]]:
    """The dictionary forms of a word by part of speech; looked up once, as LemmInflect copies what it returns."""
    return {kind: frozenset(form.lower() for form in forms) for kind, forms in getAllLemmas(word).items()}


def is_verb_at(text: str, start: int, end: int) -> bool:
    """Whether the word at `text[start:end]` is a verb, by its form or by what stands before it: "will launch"."""
    word = text[start:end].lower()
    infinitives = verb_lemmas(word)
    if (infinitives - {word} and not word.endswith("s")) or (
        infinitives and not parts_of_speech(word) & {"NOUN", "ADJ"}
    ):
        return True
    return bool(infinitives) and _BEFORE_A_VERB.search(text, max(0, start - BEFORE_CHARACTERS), start) is not None
