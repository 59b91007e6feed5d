"""Finds the kind of thing that a question asks for in a sentence, and how much of the question stands near it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.language.answer_cues import (
    CAUSE,
    MANNER,
    ORDINAL,
    PEOPLE,
    PLACE,
    SINCE,
    TIME,
    UNIT_CLASSES,
    VAGUE,
    counted,
)  # fmt: skip
from rag.language.dates import dates
from rag.language.lemmas import parts_of_speech
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.questions import Kind
from rag.language.sameness import are_synonyms, same_lemma, same_stem
from rag.language.words import STOP_WORDS, WORD, pieces

NEAR_WORDS = 8
COUNTED_WITHIN = 5  # words behind a vague number
ANY_KIND = 0.5  # what every sentence has of the thing wanted where the question wants no one kind

Things = list[tuple[int, float]]


class Wanted:
    """What a question wants: a number, a day, a person, a place, a cause; `counted` is what it counts."""

    def __init__(self, kind: Kind, question: str, named: Sequence[str]) -> None:
        self._kind = kind
        self._question = question
        self._named = [name.lower() for name in named]
        self._asked = {word.lower() for word in pieces(question)}
        self.counted = counted(question)

    def found_in(self, text: str, same: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
        """The worth of the best thing of the kind in the text (0–1), and what share of the question stands near one.

        `same` (n, m) says which of the question's n words is which of the sentence's m, `weights` (n,) sum to 1.
        """
        things = self._things(text)
        if things is None:
            return ANY_KIND, float(same.any(axis=1) @ weights)
        starts = [match.start() for match in WORD.finditer(text)]
        count, length = max(len(starts), 1), same.shape[1]
        nearest = 0.0
        for start, worth in things:
            centre = sum(1 for place in starts if place < start) / count * length
            low, high = int(max(0, centre - NEAR_WORDS)), int(centre + NEAR_WORDS)
            nearest = max(nearest, worth * float(same[:, low:high].any(axis=1) @ weights))
        return max((worth for _, worth in things), default=0.0), nearest

    def _things(self, text: str) -> Things | None:
        """Start and worth (0–1) of each thing of the wanted kind; None where the question wants no one kind."""
        match self._kind:
            case "number":
                return self._numbers(text)
            case "when":
                lasting = [found.start for found in quantities(text) if found.unit in TIME]
                if SINCE.search(self._question):
                    return [*((one.end(), 1.0) for one in SINCE.finditer(text)), *((start, 0.8) for start in lasting)]
                return [*((one.start, 1.0) for one in dates(text, None)), *((start, 0.6) for start in lasting)]
            case "who":
                people = [(one.start(), 0.7) for one in PEOPLE.finditer(text) if not self._is_asked(one.group())]
                named = [(name.start, 1.0) for name in names(text) if not self._is_asked(name.text)]
                return named + self._opening_name(text) + people
            case "where":
                return [(found.start(), 1.0) for found in PLACE.finditer(text)]
            case "why":
                return [(found.start(), 1.0) for found in CAUSE.finditer(text)]
            case "how":
                return [(found.start(), 1.0) for found in (*MANNER.finditer(text), *CAUSE.finditer(text))]
            case _:
                return None

    def _numbers(self, text: str) -> Things:
        counts = [(found.start, self._unit_fits(found.unit)) for found in quantities(text)]
        for pattern, worth in ((ORDINAL, 0.4), (VAGUE, 0.5)):
            counts += [(one.start(), worth) for one in pattern.finditer(text) if self._counts(text[one.end() :])]
        return counts

    def _counts(self, after: str) -> bool:
        """Whether what stands behind a vague number is what the question counts; how often is told without it."""
        told = [word.lower() for word in pieces(after)[:COUNTED_WITHIN]]
        counts = [word for word in self.counted.split() if not any(word in name for name in self._named)]
        return counts == ["often"] or any(_is_told(word, one) for word in counts for one in told)

    def _unit_fits(self, unit: str | None) -> float:
        if not self.counted:
            return 0.6
        if unit is None:
            return 0.3
        if self.counted in UNIT_CLASSES:
            return 1.0 if unit in UNIT_CLASSES[self.counted] else 0.1
        return 1.0 if any(same_stem(unit, word) for word in self.counted.split()) else 0.4

    def _opening_name(self, text: str) -> Things:
        """A word that opens a sentence may be a name, where no dictionary knows it: Veltra, Chebet."""
        opening = WORD.match(text)
        if opening is None or parts_of_speech(opening.group()) - {"PROPN"} or self._is_asked(opening.group()):
            return []
        return [] if opening.group().lower() in STOP_WORDS else [(opening.start(), 1.0)]

    def _is_asked(self, text: str) -> bool:
        return all(any(same_stem(part.lower(), word) for word in self._asked) for part in pieces(text))


def _is_told(sought: str, word: str) -> bool:
    return same_lemma(sought, word) or are_synonyms(sought, word) or same_stem(sought, word)
