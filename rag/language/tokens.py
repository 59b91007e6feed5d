"""Tokens of a text as the check compares them: dictionary forms, with "not" split from its verb."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rag.language.lemmas import lemmas
from rag.language.words import STOP_WORDS, pieces

STEM_LETTERS = 5
# "don't", and "do n't" or "do n ' t" as tokenised text has it
_NOT = re.compile(r"n\s?['’]\s?t\b", re.IGNORECASE)
_IS_TO = re.compile(r"\b(?:is|are|was|were) to\b", re.IGNORECASE)  # told as "shall", of what is planned
_MAY = re.compile(r"(?<=\d )May\b|(?<=\b[Ii]n )May\b|\bMay(?=,? \d)")  # the month, which is no doubt


@dataclass(frozen=True)
class Tokens:
    """The tokens of one text in order: lower-case `words`, and the dictionary form of each in `forms`."""

    words: tuple[str, ...]
    forms: tuple[str, ...]

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The forms of the words that carry meaning, in order."""
        return tuple(form for word, form in zip(self.words, self.forms, strict=True) if word not in STOP_WORDS)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The beginnings of all words, which forms and derivations share."""
        return frozenset(word[:STEM_LETTERS] for word in self.words)

    @cached_property
    def known(self) -> frozenset[str]:
        """The forms, for membership."""
        return frozenset(self.forms)


@lru_cache(maxsize=16_384)
def tokens(text: str) -> Tokens:
    """The tokens of a text; any text has some, or none."""
    words = tuple(word.lower() for word in pieces(_MAY.sub("month5", _IS_TO.sub("shall", _NOT.sub(" not", text)))))
    return Tokens(words, tuple(form(word) for word in words))


@lru_cache(maxsize=65_536)
def form(word: str) -> str:
    """One dictionary form for all inflections of a lower-case word."""
    return min(lemmas(word))
