"""The dictionary forms of English words, by LemmInflect. Any room may use it."""

from __future__ import annotations

from functools import lru_cache

from lemminflect import getAllLemmas, getInflection


@lru_cache(maxsize=20_000)
def lemmas(word: str) -> frozenset[str]:
    """Every dictionary form that a word may be of, in lower case; the word itself where none is known."""
    known = getAllLemmas(word.lower())
    return frozenset(form.lower() for forms in known.values() for form in forms) or frozenset((word.lower(),))


@lru_cache(maxsize=20_000)
def verb_lemmas(word: str) -> frozenset[str]:
    """The infinitives that a word may be a form of; empty where it is no verb."""
    return frozenset(form.lower() for form in getAllLemmas(word.lower(), upos="VERB").get("VERB", ()))


@lru_cache(maxsize=20_000)
def parts_of_speech(word: str) -> frozenset[str]:
    """What a word may be: NOUN, VERB, ADJ, ADV, PROPN or AUX; empty where it is not known."""
    return frozenset(getAllLemmas(word.lower()))


@lru_cache(maxsize=20_000)
def is_participle(word: str) -> bool:
    """Whether a word may be a past participle: bought, struck, reported."""
    low = word.lower()
    return any(low in getInflection(lemma, tag="VBN") for lemma in verb_lemmas(low))


@lru_cache(maxsize=20_000)
def is_past(word: str) -> bool:
    """Whether a word may be a verb's past: bought, struck, said."""
    low = word.lower()
    return any(low in getInflection(lemma, tag="VBD") for lemma in verb_lemmas(low))
