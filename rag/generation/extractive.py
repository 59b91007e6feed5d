"""Answers without a language model: picks the articles' own sentences that answer, and orders them.

A sentence is told once with all its sources, is made to be understood alone, and nothing is written where no sentence
is likely enough to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from rag.articles import Draft, Passage, Span
from rag.embedding import Embedder
from rag.generation.candidates import Candidate, candidates, sentences_of
from rag.generation.likelihood import probabilities
from rag.generation.overview import leads
from rag.generation.relevance import fit_of
from rag.language.coreference import Earlier, resolve
from rag.language.datelines import as_standalone
from rag.language.quantities import quantities
from rag.language.sameness import stem
from rag.language.words import content_words
from rag.mishaps import Mishaps
from rag.query import ParsedQuestion
from rag.retrieval.evidence import Evidence

LIKELY = 0.17  # so that a quarter of what is answered is wrong, docs/measurements.md#real-news
WORTH_ADDING = 0.3  # of the best sentence's likelihood
STORY_ODDS = 3.0  # how much likelier a follow-up is answered by the articles that earlier answers were told from
STATEMENTS = 5
SOURCES = 5
SAME_WORDS, ALL_WORDS = 0.6, 0.9  # share of the shorter one's content words that the other has too
SAME_MEANING = 0.85
NEW_WORDS = 0.3  # share of its content words neither asked nor shown; the other side of a conflict has few

Group = list[Candidate]  # sentences that say the same, the one that is told first


class Extractive:
    """Picks and orders sentences. Thread-safe where its embedder is."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def write(self, parsed: ParsedQuestion, evidence: Evidence, mishaps: Mishaps | None = None) -> list[Draft]:
        """The drafts of an answer, the one that answers first; none when what was found does not answer.

        Of a summary and a comparison, `evidence` holds the openings of articles.
        """
        found = evidence.passages[: evidence.found]
        if parsed.form != "question":
            return _overview(parsed, found)
        told: list[Group] = []
        for part in parsed.parts:
            _tell(part, self.ranked(part, found, evidence.story), told)
        return _drafts(told, evidence.passages, mishaps or Mishaps())

    def ranked(
        self, parsed: ParsedQuestion, passages: Sequence[Passage], story: frozenset[str] = frozenset()
    ) -> list[Candidate]:
        """Every sentence of the passages with its probability to answer and its vector, best first."""
        found = candidates(passages)
        if not found:
            return []
        fit = fit_of(self._embedder, parsed, found)
        scores = probabilities(parsed, found, fit)
        of_the_story = np.array([one.article in story for one in found])
        scores = np.where(of_the_story, STORY_ODDS * scores / (1 + (STORY_ODDS - 1) * scores), scores)
        scored = (
            replace(one, score=float(score), vector=vector)
            for one, score, vector in zip(found, scores, fit.vectors, strict=True)
        )
        return sorted(scored, key=lambda one: -one.score)


def _tell(parsed: ParsedQuestion, ranked: Sequence[Candidate], told: list[Group]) -> None:
    """Add to what is told the sentences that answer one question."""
    if not ranked or ranked[0].score < LIKELY:
        return
    least, most = max(LIKELY, WORTH_ADDING * ranked[0].score), len(told) + STATEMENTS
    for one in ranked:
        same = next((group for group in told if _same(one, group[0])), None)
        if same is not None:
            _join(same, one)
        elif len(told) < most and one.score >= least and (one is ranked[0] or _adds(one, told, parsed)):
            told.append([one])


def _same(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences say the same thing with the same numbers."""
    mine, theirs = _stems(one.text), _stems(other.text)
    shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    if shared < SAME_WORDS or _numbers(one.text) != _numbers(other.text):
        return False
    if shared >= ALL_WORDS:
        return True
    return one.vector is not None and other.vector is not None and float(one.vector @ other.vector) >= SAME_MEANING


def _join(group: Group, one: Candidate) -> None:
    """Another article that says the same is one more source; the same article saying it again is not."""
    if len(group) < SOURCES and one.article not in {other.article for other in group}:
        group.append(one)


def _adds(one: Candidate, told: Sequence[Group], parsed: ParsedQuestion) -> bool:
    """Whether a sentence says something that has neither been asked nor shown."""
    known = _stems(parsed.query).union(*(_stems(group[0].text) for group in told))
    own = _stems(one.text)
    return len(own - known) >= NEW_WORDS * len(own)


def _overview(parsed: ParsedQuestion, openings: Sequence[Passage]) -> list[Draft]:
    """The first sentence of each opening that is to be told, each once."""
    told: list[Candidate] = []
    for place, covered in leads(parsed, openings):
        one = next(sentences_of(place, openings[place]), None)
        if one is not None and not any(_same(one, other) for other in told):
            told.append(replace(one, score=covered))
    return [Draft(one.text, (one.span.passage,), (one.span,), one.score) for one in told]


def _drafts(told: Sequence[Group], passages: Sequence[Passage], mishaps: Mishaps) -> list[Draft]:
    """The drafts of what is told, a sentence that goes on from another right behind it."""
    ordered: list[Group] = []
    for group in told:
        behind = (place for place, other in enumerate(ordered, start=1) if _goes_on(other[0], group[0]))
        ordered.insert(next(behind, len(ordered)), group)
    drafts = []
    for place, group in enumerate(ordered):
        goes_on = place > 0 and _goes_on(ordered[place - 1][0], group[0])
        drafts.append(mishaps.guarded(None, partial(_draft, alone=not goes_on), group, passages))
    return [draft for draft in drafts if draft is not None]


def _goes_on(one: Candidate, other: Candidate) -> bool:
    """Whether `other` stands right behind `one` in its paragraph."""
    if one.span.passage != other.span.passage or other.span.start < one.span.end:
        return False
    start = one.passage.start
    return not one.passage.text[one.span.end - start : other.span.start - start].strip()


def _draft(group: Group, passages: Sequence[Passage], *, alone: bool) -> Draft:
    """The group's first sentence with every source of the group, made to be read alone where it must be."""
    lead, spans = group[0], [one.span for one in group]
    text, likelihood = lead.text, max(one.score for one in group)
    if alone:
        earlier = _earlier(lead.span, passages)
        resolved = resolve(
            text, [Earlier(as_standalone(span.words(passages)), key) for key, span in enumerate(earlier)]
        )
        leans_on = [earlier[key] for key in resolved.leans_on]
        before = [as_standalone(span.words(passages)) for span in leans_on] if resolved.widened else []
        spans, text = [*leans_on, *spans], " ".join([*before, resolved.text])
    return Draft(text, tuple(dict.fromkeys(span.passage for span in spans)), tuple(spans), likelihood)


def _earlier(span: Span, passages: Sequence[Passage]) -> list[Span]:
    """The sentences before a span in its own paragraph and in the one before it, as far as that is at hand."""
    passage = passages[span.passage]
    own = (place for place, other in enumerate(passages) if other.source.id == passage.source.id)
    before = max(
        (place for place in own if passages[place].end <= passage.start),
        key=lambda place: passages[place].end,
        default=None,
    )
    found = [] if before is None else [one.span for one in sentences_of(before, passages[before])]
    return [*found, *(one.span for one in sentences_of(span.passage, passage) if one.span.end <= span.start)]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))


def _numbers(text: str) -> frozenset[tuple[float, str | None]]:
    return frozenset((found.value, found.unit) for found in quantities(text))
