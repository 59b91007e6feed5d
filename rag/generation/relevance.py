"""How likely a sentence answers a question: a few plain features and one small logistic model over them.

The extractive writer calls it. No reader model is needed: the features are soft alignment of the question's words
with the sentence's (contextual token vectors of the embedding model, as in BERTScore, Zhang et al. 2020), shared
stems, names that are missing, and whether the sentence holds the kind of thing that is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache

import numpy as np

from rag.embedding import Embedder, Words
from rag.generation.answer_types import CAUSE, MANNER, ORDINAL, PEOPLE, PEOPLES, PLACE, UNIT_CLASSES, VAGUE, counted
from rag.generation.asked_terms import predicate, role_words, speaker, speaks, unknown_words
from rag.generation.missing import SINCE, TIME, lacking
from rag.language.dates import dates
from rag.language.lemmas import parts_of_speech
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.synonyms import are_forms, are_synonyms
from rag.language.words import STOP_WORDS, WORD, content_words, pieces, same_stem
from rag.query import Kind, ParsedQuestion

FEATURES = (
    "cosine", "aligned", "worst_aligned", "shared", "shared_context", "names_missing", "wanted", "wanted_near",
    "context_cosine", "question_words", "aligned_around", "rest_aligned", "rest_worst",
)  # fmt: skip
SYNONYM = 0.8  # what a word counts for that stands there in other words
SAME_STEM = 0.95  # what a word counts for that stands in the sentence in another form
CONTEXT_WEIGHT = 0.3  # what a word of the earlier question counts for in a follow-up
BORROWED = 0.8  # what a match in the sentence before counts for: "the structure" is the building named there
NEAR_WORDS = 8
COUNTED_WITHIN = 5  # words behind a vague number
OF_THE_KIND = 0.25  # worth of the nearest thing of the kind asked for, below which a sentence lacks it
ALIKE = 0.5  # from here on two words in place may be of one thing
SPELLING = 0.75
LACKING = 0.25  # of its likelihood is left to a sentence for each thing that it lacks or that keeps it from answering
# fitted on SQuAD 2.0 and suites of questions over news, docs/measurements.md#answers-over-the-seeds
WEIGHTS = np.array([2.496, 1.666, 0.025, 0.205, 0.511, -1.035, 0.83, 1.651, 0.017, 0.722, 2.743, 3.832, 0.29])
BIAS = -10.398


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer: `text` is its own, `before` the sentence that stands before it in its paragraph,
    `context` its paragraph and its article's title and outlet, which was `published` then; `title` alone."""

    text: str
    context: str
    before: str = ""
    published: date | None = None
    title: str = ""


class Relevance:
    """Scores sentences against questions. Thread-safe where its embedder is."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def score(self, asked: ParsedQuestion, candidates: Sequence[Candidate]) -> np.ndarray:
        """(n,) float64: how likely each candidate answers the question, 0–1."""
        if not candidates:
            return np.zeros(0)
        features = self.features(asked, candidates)
        lacks = self.lacks(asked, candidates, features).sum(axis=1)
        return np.asarray(LACKING**lacks / (1 + np.exp(-logits(features))))

    def lacks(self, asked: ParsedQuestion, candidates: Sequence[Candidate], features: np.ndarray) -> np.ndarray:
        """(n, 4 + len(LACKS)) bool: what each candidate lacks, or what keeps it from answering."""
        names_missing, wanted = (features[:, FEATURES.index(name)] for name in ("names_missing", "wanted"))
        own = (
            names_missing > 0,
            (wanted < OF_THE_KIND) & (asked.kind in ("number", "when")),
            (wanted == 0) & (asked.kind == "who"),
            self._is_of_another_thing(asked, candidates),
        )
        others = [lacking(asked, one.text, one.published, f"{one.title} {one.before}") for one in candidates]
        return np.hstack([np.stack(own, axis=1), np.array(others, dtype=bool)])

    def _is_of_another_thing(self, asked: ParsedQuestion, candidates: Sequence[Candidate]) -> np.ndarray:
        """(n,) bool: whether a sentence does not speak of what is asked of its subject, or the speaker is silent."""
        sought, who = predicate(asked), speaker(asked.text)
        near = [[one.text, one.before] for one in candidates]
        parts = role_words(asked.text)
        silent = [
            (bool(who) and not _is_heard(who, one))
            or not all(_is_said(part, f"{one.text} {one.before}") for part in parts)
            for one in candidates
        ]
        if not sought:
            return np.array(silent)
        told = [any(_is_told(sought, word) for text in texts for word in pieces(text.lower())) for texts in near]
        own, *words = self._embedder.encode_words([asked.query, *(one.text for one in candidates)])
        vectors = own.vectors[[place for place, word in enumerate(own.words) if word == sought]]
        others = {word.lower() for word in pieces(asked.text)} - {sought}
        alike = [_is_alike(vectors, one, others) for one in words]
        return np.array([not (a or b) or c for a, b, c in zip(told, alike, silent, strict=True)])

    def features(self, asked: ParsedQuestion, candidates: Sequence[Candidate]) -> np.ndarray:
        """(n, len(FEATURES)) float64, in the order of FEATURES."""
        texts = [one.text for one in candidates]
        asked_words, *words = self._embedder.encode_words([asked.query, *texts])
        before = self._embedder.encode_words([one.before for one in candidates])
        titles = self._embedder.encode_words([one.title for one in candidates])
        around = list(dict.fromkeys(one.context for one in candidates))
        encoded = dict(zip(around, self._embedder.encode_kept(around), strict=True))
        want = _Want.of(asked, asked_words)
        rows = [
            want.features(candidate, own, earlier, title, encoded[candidate.context])
            for candidate, own, earlier, title in zip(candidates, words, before, titles, strict=True)
        ]
        return np.array(rows, dtype=np.float64)


def logits(features: np.ndarray) -> np.ndarray:
    """(n,) float64: the model's logits of (n, len(FEATURES)) features, before what a sentence lacks is counted."""
    return np.asarray(features @ WEIGHTS + BIAS)


@dataclass(frozen=True, slots=True)
class _Want:
    """What a question wants, made ready to be held against many sentences."""

    kind: Kind
    text: str
    words: tuple[str, ...]
    weights: np.ndarray
    vectors: np.ndarray
    sentence: np.ndarray
    named: np.ndarray
    peoples: tuple[str, ...]
    misspelt: frozenset[str]
    names: tuple[str, ...]
    counted: str

    @classmethod
    def of(cls, asked: ParsedQuestion, words: Words) -> _Want:
        own = {word.lower() for word in pieces(asked.text)}
        meaningful = {word.lower() for word in pieces(" ".join(content_words(asked.query)))}
        kept = [position for position, word in enumerate(words.words) if word in meaningful and len(word) > 1]
        named = {part.lower() for name in names(asked.text) for part in pieces(name.text)}
        weights = np.array([1.0 if words.words[position] in own else CONTEXT_WEIGHT for position in kept])
        return cls(
            kind=asked.kind,
            text=asked.text,
            words=tuple(words.words[position] for position in kept),
            weights=weights / max(weights.sum(), 1e-9),
            vectors=words.vectors[kept],
            sentence=words.sentence,
            named=np.array([words.words[position] in named for position in kept], dtype=bool),
            names=(*(name.text for name in names(asked.text)), *unknown_words(asked.text)),
            peoples=tuple(PEOPLES.findall(counted(asked.text))),
            misspelt=frozenset(unknown_words(asked.text)),
            counted=counted(asked.text),
        )

    def features(
        self, candidate: Candidate, own: Words, before: Words, title: Words, context: np.ndarray
    ) -> list[float]:
        best, same = self._matched(own)
        borrowed, same_before = self._matched(before)
        best = np.maximum(best, BORROWED * borrowed)
        entitled, same_title = self._matched(title)
        rest = self.weights * ~(same_title.any(axis=1) | self.named)
        rest = rest / rest.sum() if rest.sum() > 0 else self.weights
        found = np.maximum(same.any(axis=1), BORROWED * same_before.any(axis=1))
        around = {word.lower() for word in pieces(candidate.context)}
        near, wanted = self._wanted(candidate.text, own, same)
        in_context = [any(same_stem(word, other) for other in around) for word in self.words]
        return [
            float(self.sentence @ own.sentence),
            float(best @ self.weights),
            float(best.min(initial=1.0)),
            self._share(found),
            self._share(np.array(in_context, dtype=bool)),
            self._names_missing(around, f"{candidate.text} {candidate.before}"),
            wanted,
            near,
            float(self.sentence @ context),
            math.log1p(len(self.words)),
            float(np.maximum(best, BORROWED * entitled) @ self.weights),
            float(best @ rest),
            float(best[rest > 0].min(initial=1.0)),
        ]

    def _matched(self, other: Words) -> tuple[np.ndarray, np.ndarray]:
        """How well each of the question's words is matched, (n,), and which words are forms of which, (n, m) bool."""
        if not len(self.words) or not len(other.words):
            return np.zeros(len(self.words)), np.zeros((len(self.words), 1), dtype=bool)
        same = np.array([[self._is_same(word, one) for one in other.words] for word in self.words], dtype=bool)
        alike = np.array([[are_synonyms(word, one) for one in other.words] for word in self.words], dtype=bool)
        floor = np.where(same, SAME_STEM, np.where(alike, SYNONYM, 0.0))
        return np.maximum(self.vectors @ other.vectors.T, floor).max(axis=1), same | alike

    def _is_same(self, word: str, other: str) -> bool:
        return _is_form(word, other) or (word in self.misspelt and _is_spelled(word, other))

    def _share(self, matched: np.ndarray) -> float:
        return float(matched.astype(np.float64) @ self.weights) if len(self.words) else 0.0

    def _names_missing(self, around: set[str], near: str) -> float:
        if not self.names:
            return 0.0
        short = any(name.isupper() for name in self.names)
        initials = {_initials(name.text) for name in names(near)} if short else set()
        told = [word.lower() for word in pieces(near)]
        if any(not any(same_stem(people, word) for word in told) for people in self.peoples):
            return 1.0
        missing = [
            name for name in self.names
            if not _stands(name, around) and name not in initials
        ]  # fmt: skip
        return len(missing) / len(self.names)

    def _wanted(self, text: str, own: Words, same: np.ndarray) -> tuple[float, float]:
        """Whether the kind of thing asked for is there, and how much of the question stands near it."""
        spans = self._wanted_spans(text)
        whole = self._share(np.asarray(same.any(axis=1)))
        if spans is None:
            return whole, 0.5
        if not spans:
            return 0.0, 0.0
        starts = [match.start() for match in WORD.finditer(text)]
        count = max(len(starts), 1)
        nearest = 0.0
        for start, worth in spans:
            centre = sum(1 for place in starts if place < start) / count * len(own.words)
            low, high = int(max(0, centre - NEAR_WORDS)), int(centre + NEAR_WORDS)
            nearest = max(nearest, worth * self._share(np.asarray(same[:, low:high].any(axis=1))))
        return nearest, max(worth for _, worth in spans)

    def _wanted_spans(self, text: str) -> list[tuple[int, float]] | None:
        """Start and worth (0–1) of each thing of the wanted kind; None where the question wants no one kind."""
        asked = {word.lower() for word in pieces(self.text)}
        match self.kind:
            case "number":
                counts = [(found.start, self._unit_fits(found.unit)) for found in quantities(text)]
                ordinals = [
                    (found.start(), 0.4) for found in ORDINAL.finditer(text) if self._counts(text[found.end() :])
                ]
                return (
                    counts
                    + ordinals
                    + [(found.start(), 0.5) for found in VAGUE.finditer(text) if self._counts(text[found.end() :])]
                )
            case "when" if SINCE.search(self.text):
                return [(found.end(), 1.0) for found in SINCE.finditer(text)] + [
                    (found.start, 0.8) for found in quantities(text) if found.unit in TIME
                ]
            case "when":
                lasting = [(found.start, 0.6) for found in quantities(text) if found.unit in TIME]
                return [(found.start, 1.0) for found in dates(text, None)] + lasting
            case "who":
                people = [(found.start(), 0.7) for found in PEOPLE.finditer(text) if not _known(found.group(), asked)]
                named = [(name.start, 1.0) for name in names(text) if not _known(name.text, asked)]
                return named + _opening_name(text, asked) + people
            case "where":
                return [(found.start(), 1.0) for found in PLACE.finditer(text)]
            case "why":
                return [(found.start(), 1.0) for found in CAUSE.finditer(text)]
            case "how":
                found = [*MANNER.finditer(text), *CAUSE.finditer(text)]
                return [(match.start(), 1.0) for match in found]
            case _:
                return None

    def _counts(self, after: str) -> bool:
        """Whether what stands behind a vague number is what the question counts; how often is told without it."""
        told = [word.lower() for word in pieces(after)[:COUNTED_WITHIN]]
        counted = [word for word in self.counted.split() if not self._is_a_name(word)]
        return counted == ["often"] or any(_is_told(word, one) for word in counted for one in told)

    def _is_a_name(self, word: str) -> bool:
        return any(word in name.lower() for name in self.names)

    def _unit_fits(self, unit: str | None) -> float:
        if not self.counted:
            return 0.6
        if unit is None:
            return 0.3
        if self.counted in UNIT_CLASSES:
            return 1.0 if unit in UNIT_CLASSES[self.counted] else 0.1
        return 1.0 if any(same_stem(unit, word) for word in self.counted.split()) else 0.4


def _opening_name(text: str, asked: set[str]) -> list[tuple[int, float]]:
    """A word that opens a sentence may be a name, where no dictionary knows it: Veltra, Chebet."""
    opening = WORD.match(text)
    if opening is None or parts_of_speech(opening.group()) - {"PROPN"} or _known(opening.group(), asked):
        return []
    return [] if opening.group().lower() in STOP_WORDS else [(opening.start(), 1.0)]


@lru_cache(maxsize=50_000)
def _is_form(one: str, other: str) -> bool:
    return same_stem(one, other) or are_forms(one, other)


def _is_told(sought: str, word: str) -> bool:
    return are_forms(sought, word) or are_synonyms(sought, word) or same_stem(sought, word)


def _is_alike(vectors: np.ndarray, told: Words, others: set[str]) -> bool:
    """Whether a word of a sentence is like those vectors in place, and none of the other words of the question."""
    free = [place for place, word in enumerate(told.words) if not any(_is_form(word, other) for other in others)]
    return bool(len(vectors) and len(free) and (vectors @ told.vectors[free].T).max() >= ALIKE)


def _is_said(part: str, text: str) -> bool:
    return any(_is_form(part, word) or part[:5] == word[:5] for word in pieces(text.lower()))


def _is_heard(who: str, candidate: Candidate) -> bool:
    """Whether someone speaks in the sentence, in what stands before it, or around a sentence of "he" or "she"."""
    return any(speaks(who, text) for text in (candidate.text, candidate.before, candidate.context))


def _stands(name: str, around: set[str]) -> bool:
    """Whether a name stands among words: its last part, or its first where the last is a common word."""
    parts = pieces(name)
    if any(_is_named(name, part.lower(), other) for part in parts[-1:] for other in around):
        return True
    common = len(parts) > 1 and bool(parts_of_speech(parts[-1].lower()) - {"PROPN"})
    return common and any(same_stem(parts[0].lower(), other) for other in around)


def _initials(name: str) -> str:
    return "".join(word[0] for word in pieces(name) if word[0].isupper())


def _is_named(name: str, part: str, word: str) -> bool:
    """Whether a word of a text is that part of a name; a name in lower case may be misspelt."""
    if same_stem(part, word):
        return True
    return name.islower() and _is_spelled(part, word)


@lru_cache(maxsize=50_000)
def _is_spelled(one: str, other: str) -> bool:
    """Whether a word may be another one misspelt."""
    near = min(len(one), len(other)) > 3 and one[0] == other[0]
    return near and SequenceMatcher(None, one, other, autojunk=False).ratio() >= SPELLING


def _known(text: str, asked: set[str]) -> bool:
    return all(any(same_stem(part.lower(), word) for word in asked) for part in pieces(text))
