"""Features that tell how well sentences fit a question, and what keeps them from answering it.

No reader model is needed: the features are soft alignment of the question's words with the sentence's (contextual
token vectors of the embedding model, as in BERTScore, Zhang et al. 2020), names that are missing, and whether the
sentence holds the kind of thing that is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from rag.embedding import Embedder, Words
from rag.generation.candidates import Candidate
from rag.generation.missing import objections
from rag.generation.wanted import Wanted
from rag.language.answer_cues import PEOPLES
from rag.language.lemmas import parts_of_speech
from rag.language.names import names
from rag.language.sameness import are_synonyms, same_lemma, same_stem
from rag.language.spelling import is_misspelt, unknown_words
from rag.language.words import content_words, pieces
from rag.query import ParsedQuestion

FEATURES = (
    "cosine", "names_missing", "wanted", "wanted_near", "question_words", "aligned_around", "rest_aligned",
)  # fmt: skip
SYNONYM = 0.8  # what a word counts for that stands there in other words
SAME_STEM = 0.95  # what a word counts for that stands in the sentence in another form
CONTEXT_WEIGHT = 0.3  # what a word of the earlier question counts for in a follow-up
BORROWED = 0.8  # what a match in the sentence before counts for: "the structure" is the building named there
OF_THE_KIND = 0.25  # worth of the nearest thing of the kind asked for, below which a sentence lacks it


@dataclass(frozen=True, slots=True)
class Fit:
    """How n sentences fit a question: `features` (n, len(FEATURES)), `objections` (n,) counts what each lacks."""

    features: np.ndarray
    objections: np.ndarray
    vectors: np.ndarray


def fit_of(embedder: Embedder, parsed: ParsedQuestion, found: Sequence[Candidate]) -> Fit:
    """How the candidates, one at least, fit the question; `vectors` (n, d) are their embeddings."""
    asked, *words = embedder.encode_words([parsed.query, *(one.text for one in found)])
    before = embedder.encode_words([one.before for one in found])
    titles = embedder.encode_words([one.passage.source.title for one in found])
    query = _Query(parsed, asked)
    rows = np.array([query.features(*each) for each in zip(found, words, before, titles, strict=True)])
    lacks_kind = (rows[:, FEATURES.index("wanted")] < OF_THE_KIND) & (parsed.kind in ("number", "when"))
    lacks = lacks_kind + np.array([objections(parsed, one.text, one.passage.source, one.before) for one in found])
    return Fit(rows, lacks, np.stack([one.sentence for one in words]))


class _Query:
    """A question made ready to be held against many sentences."""

    def __init__(self, parsed: ParsedQuestion, words: Words) -> None:
        own = {word.lower() for word in pieces(parsed.text)}
        meaningful = {word.lower() for word in pieces(" ".join(content_words(parsed.query)))}
        kept = [place for place, word in enumerate(words.words) if word in meaningful and len(word) > 1]
        named = {part.lower() for name in names(parsed.text) for part in pieces(name.text)}
        self._words = tuple(words.words[place] for place in kept)
        weights = np.array([1.0 if word in own else CONTEXT_WEIGHT for word in self._words])
        self._weights = weights / max(weights.sum(), 1e-9)
        self._vectors, self._sentence = words.vectors[kept], words.sentence
        self._in_a_name = np.array([word in named for word in self._words], dtype=bool)
        self._unknown = unknown_words(parsed.text)
        self._names = (*(name.text for name in names(parsed.text)), *self._unknown)
        self._wanted = Wanted(parsed.kind, parsed.text, self._names)
        self._peoples = PEOPLES.findall(self._wanted.counted)

    def features(self, candidate: Candidate, own: Words, before: Words, title: Words) -> list[float]:
        """The features of one candidate, in the order of FEATURES."""
        best, same = self._matched(own)
        best = np.maximum(best, BORROWED * self._matched(before)[0])
        entitled, same_title = self._matched(title)
        rest = self._weights * ~(same_title.any(axis=1) | self._in_a_name)
        rest = rest / rest.sum() if rest.sum() > 0 else self._weights
        wanted, near = self._wanted.found_in(candidate.text, same, self._weights)
        return [
            float(self._sentence @ own.sentence),
            self._names_missing(candidate),
            wanted,
            near,
            math.log1p(len(self._words)),
            float(np.maximum(best, BORROWED * entitled) @ self._weights),
            float(best @ rest),
        ]

    def _matched(self, other: Words) -> tuple[np.ndarray, np.ndarray]:
        """How well each of the question's words is matched, (n,), and which words are forms of which, (n, m) bool."""
        if not len(self._words) or not len(other.words):
            return np.zeros(len(self._words)), np.zeros((len(self._words), 1), dtype=bool)
        same = np.array([[self._is_same(word, one) for one in other.words] for word in self._words], dtype=bool)
        alike = np.array([[are_synonyms(word, one) for one in other.words] for word in self._words], dtype=bool)
        floor = np.where(same, SAME_STEM, np.where(alike, SYNONYM, 0.0))
        return np.maximum(self._vectors @ other.vectors.T, floor).max(axis=1), same | alike

    def _is_same(self, word: str, other: str) -> bool:
        return _is_form(word, other) or (word in self._unknown and is_misspelt(word, other))

    def _names_missing(self, candidate: Candidate) -> float:
        """The share of the question's names that neither the paragraph nor its title nor its outlet has."""
        if not self._names:
            return 0.0
        source = candidate.passage.source
        around = frozenset(
            word.lower() for word in pieces(f"{source.title} {source.outlet or ''} {candidate.passage.text}")
        )
        near = f"{candidate.text} {candidate.before}"
        told = [word.lower() for word in pieces(near)]
        if any(not any(same_stem(people, word) for word in told) for people in self._peoples):
            return 1.0
        initials = {_initials(name.text) for name in names(near)} if self._has_short_names else set()
        missing = [name for name in self._names if not _stands(name, around) and name not in initials]
        return len(missing) / len(self._names)

    @cached_property
    def _has_short_names(self) -> bool:
        return any(name.isupper() for name in self._names)


@lru_cache(maxsize=50_000)
def _is_form(one: str, other: str) -> bool:
    return same_stem(one, other) or same_lemma(one, other)


@lru_cache(maxsize=4_096)
def _stands(name: str, around: frozenset[str]) -> bool:
    """Whether a name stands among words: its last part, or its first where the last is a common word."""
    parts = pieces(name)
    if any(_is_named(name, part.lower(), other) for part in parts[-1:] for other in around):
        return True
    common = len(parts) > 1 and bool(parts_of_speech(parts[-1].lower()) - {"PROPN"})
    return common and any(same_stem(parts[0].lower(), other) for other in around)


def _is_named(name: str, part: str, word: str) -> bool:
    """Whether a word of a text is that part of a name; a name in lower case may be misspelt."""
    return same_stem(part, word) or (name.islower() and is_misspelt(part, word))


def _initials(name: str) -> str:
    return "".join(word[0] for word in pieces(name) if word[0].isupper())
