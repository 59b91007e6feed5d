"""Answers without a language model: picks the articles' own sentences that answer, and orders them.

A sentence is told once with all its sources, is made to be understood alone, and nothing is written where no sentence
is likely enough to answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from rag.articles import Draft, Passage, Span, squeeze
from rag.embedding import Embedder
from rag.generation.coreference import Earlier, resolve
from rag.generation.likelihood import Found, probabilities
from rag.generation.overview import leads
from rag.generation.relevance import Candidate, Relevance, logits
from rag.language.outlets import is_outlet
from rag.language.quantities import quantities
from rag.language.sentences import sentence_spans
from rag.language.words import content_words, stem
from rag.mishaps import Mishaps
from rag.query import ParsedQuestion
from rag.retrieval.evidence import Evidence

LIKELY = 0.25  # so that a quarter of what is answered is wrong, docs/measurements.md#real-news
WORTH_ADDING, WORTH_ADDING_A_FACT = 0.45, 0.6  # of the best sentence's likelihood
STORY_ODDS = 1.7  # how much likelier a follow-up is answered by the articles that the last answer was told from
STATEMENTS = 3
SURE = 0.55  # a leading sentence less likely than this is followed by those behind it
CONTINUED = 2
SOURCES = 5
SAME_WORDS, ALL_WORDS = 0.6, 0.9  # share of the shorter one's content words that the other has too
SAME_MEANING = 0.85
NEW_WORDS = 0.3
AS_LIKELY, NEW_WORDS_OF_A_RIVAL = 0.94, 0.15  # one as likely as the best may hold the fact in few words
LONGEST_QUOTE_SENTENCES = 4

# "WASHINGTON — ", "LONDON (AP) — ", "London CNN — ", "(Reuters) - "; an outlet in brackets may stand without a dash.
_DATELINE = re.compile(
    r"^(?:(?:[A-Z][\w.,'’/-]*\s+){0,5}(?:[A-Z][\w.'’/-]*|\([^()]{2,40}\))\s+(?:[–—]|-{1,2}\s)\s*"
    r"|(?:[A-Z][\w.,'’-]*\s+){0,4}\((?P<outlet>[A-Z][\w. ]{1,30})\)\s*)(?=[A-Z“\"'‘])"
)
_CONNECTIVE = re.compile(
    r"^(?:meanwhile|however|moreover|furthermore|nevertheless|nonetheless|in addition|additionally|also|and|but|yet|"
    r"still|separately|in a related development|at the same time|for example|for instance|indeed|in fact|of course|"
    r"then|so|thus|therefore|on the other hand|in other words)\b,?\s+(?!only\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One or more adjoining sentences that are quoted together: `span` of the pool, `text` as it is told."""

    span: Span
    text: str
    article: str
    score: float = 0.0
    vector: np.ndarray | None = None


class Extractive:
    """Picks and orders sentences. Thread-safe where its embedder is."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._relevance = Relevance(embedder)

    def write(self, asked: ParsedQuestion, evidence: Evidence, mishaps: Mishaps | None = None) -> list[Draft]:
        """The drafts of an answer, the one that answers first; none when what was found does not answer.

        Of a summary and a comparison, `evidence` holds the openings of articles.
        """
        found = evidence.passages[: evidence.found]
        if asked.form != "question":
            return _overview(asked, found)
        told: list[list[_Unit]] = []
        for part in asked.parts:
            self._tell(part, found, evidence.story, told)
        return _drafts(told, evidence.passages, mishaps or Mishaps())

    def _tell(
        self, asked: ParsedQuestion, found: Sequence[Passage], story: frozenset[str], told: list[list[_Unit]]
    ) -> None:
        """Add to what is told the units that answer one question."""
        units = self._scored(asked, found, story)
        if not units or units[0].score < LIKELY:
            return
        known, most = len(told), len(told) + STATEMENTS
        for unit in units:
            same = next((group for group in told if _same(unit, group[0])), None)
            if same is not None:
                _join(same, unit)
            elif len(told) < most and (unit is units[0] or _adds(unit, told, asked, units[0].score)):
                told.append([unit])
        if units[0].score < SURE and len(told) == known + 1:
            told += _continued(told[known][0], units)

    def _scored(self, asked: ParsedQuestion, pool: Sequence[Passage], story: frozenset[str]) -> list[_Unit]:
        """Every unit of the pool with its probability to answer, best first."""
        units = [unit for index in range(len(pool)) for unit in _units(index, pool[index])]
        if not units:
            return []
        found, relevance, lacks = self._found(asked, units, pool)
        scores = probabilities(asked, found, relevance, lacks)
        of_the_story = np.array([unit.article in story for unit in units])
        scores = np.where(of_the_story, STORY_ODDS * scores / (1 + (STORY_ODDS - 1) * scores), scores)
        scored = [
            replace(unit, score=float(score), vector=own.vector)
            for unit, score, own in zip(units, scores, found, strict=True)
        ]
        return sorted(scored, key=lambda unit: -unit.score)

    def found(self, asked: ParsedQuestion, passages: Sequence[Passage]) -> tuple[list[Found], np.ndarray, np.ndarray]:
        """The n sentences of the passages, their relevance (n,) as logits, and how many things each lacks (n,)."""
        units = [unit for index in range(len(passages)) for unit in _units(index, passages[index])]
        return self._found(asked, units, passages) if units else ([], np.zeros(0), np.zeros(0))

    def _found(
        self, asked: ParsedQuestion, units: Sequence[_Unit], pool: Sequence[Passage]
    ) -> tuple[list[Found], np.ndarray, np.ndarray]:
        candidates = [
            Candidate(
                unit.text,
                _context(pool[unit.span.passage]),
                before.text if _follows(before, unit) else "",
                pool[unit.span.passage].source.published,
                pool[unit.span.passage].source.title,
            )
            for before, unit in zip([units[0], *units], units, strict=False)
        ]
        words = self._embedder.encode_words([unit.text for unit in units])
        found = [
            Found(unit.text, own.sentence, unit.span.start, pool[unit.span.passage])
            for unit, own in zip(units, words, strict=True)
        ]
        relevance = self._relevance.features(asked, candidates)
        lacks = self._relevance.lacks(asked, candidates, relevance).sum(axis=1)
        return found, logits(relevance), lacks


def _overview(asked: ParsedQuestion, openings: Sequence[Passage]) -> list[Draft]:
    """The first statement of each opening that is to be told, each once."""
    told: list[_Unit] = []
    for place, covered in leads(asked, openings):
        unit = next(_units(place, openings[place]), None)
        if unit is not None and not any(_same(unit, other) for other in told):
            told.append(replace(unit, score=covered))
    return [Draft(unit.text, (unit.span.passage,), (unit.span,), unit.score) for unit in told]


def _continued(lead: _Unit, units: Sequence[_Unit]) -> list[list[_Unit]]:
    """The sentences that go on from a leading one that stands alone and is not sure: they may hold the answer."""
    after = [unit for unit in units if unit.span.passage == lead.span.passage and unit.span.start >= lead.span.end]
    return [[unit] for unit in sorted(after, key=lambda unit: unit.span.start)[:CONTINUED]]


def _units(index: int, passage: Passage) -> Iterator[_Unit]:
    """The passage's sentences; a quotation that runs over several is kept whole."""
    spans = sentence_spans(passage.text)
    place = 0
    while place < len(spans):
        end = place + 1
        while end < min(len(spans), place + LONGEST_QUOTE_SENTENCES) and _is_open(
            passage.text[spans[place][0] : spans[end - 1][1]]
        ):
            end += 1
        start, stop = spans[place][0], spans[end - 1][1]
        start += dateline_length(passage.text[start:stop])
        text = told_text(passage.text[start:stop])
        if len(content_words(text)) >= 2:
            yield _Unit(Span(index, passage.start + start, passage.start + stop), text, passage.source.id)
        place = end


def _follows(before: _Unit, unit: _Unit) -> bool:
    return before.span.passage == unit.span.passage and before.span.end <= unit.span.start


def told_text(sentence: str) -> str:
    """A sentence as it is told: one line, no dateline, no connective to what stood before, a full stop at its end."""
    sentence = squeeze(sentence)
    text = sentence[dateline_length(sentence) :]
    bare = _CONNECTIVE.sub("", text)
    if bare != text:
        text = bare[:1].upper() + bare[1:]
    text = text.rstrip(" ,;:–—-")
    return text if re.search(r"[.!?][”\"’')\]]*$", text) else f"{text}."


def dateline_length(sentence: str) -> int:
    """How many characters of place and outlet a sentence has in front, which are no part of what it states."""
    found = _DATELINE.match(sentence)
    return found.end() if found and (found["outlet"] is None or is_outlet(found["outlet"])) else 0


def _is_open(text: str) -> bool:
    """Whether a quotation begins in the text that does not end in it."""
    return text.count("“") > text.count("”") if "“" in text or "”" in text else text.count('"') % 2 == 1


def _context(passage: Passage) -> str:
    return " ".join(part for part in (passage.source.title, passage.source.outlet, passage.text) if part)


def _same(one: _Unit, other: _Unit) -> bool:
    """Whether two units say the same thing with the same numbers."""
    mine, theirs = _stems(one.text), _stems(other.text)
    shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
    if shared < SAME_WORDS or _numbers(one.text) != _numbers(other.text):
        return False
    return shared >= ALL_WORDS or (one.vector is not None and float(one.vector @ other.vector) >= SAME_MEANING)


def _join(group: list[_Unit], unit: _Unit) -> None:
    """Another article that says the same is one more source; the same article saying it again is not."""
    if len(group) < SOURCES and unit.article not in {one.article for one in group}:
        group.append(unit)


def _adds(unit: _Unit, told: Sequence[Sequence[_Unit]], asked: ParsedQuestion, best: float) -> bool:
    """Whether a unit is likely enough to answer and says something that has not been said."""
    worth = WORTH_ADDING_A_FACT if asked.kind in ("number", "when", "where") else WORTH_ADDING
    if unit.score < max(LIKELY, worth * best):
        return False
    known = _stems(asked.query).union(*(_stems(group[0].text) for group in told))
    own = _stems(unit.text)
    new = NEW_WORDS_OF_A_RIVAL if unit.score >= AS_LIKELY * best else NEW_WORDS
    return len(own - known) >= new * len(own)


def _drafts(told: Sequence[Sequence[_Unit]], pool: Sequence[Passage], mishaps: Mishaps) -> list[Draft]:
    """The drafts of what is told, a sentence that goes on from another right behind it."""
    ordered: list[Sequence[_Unit]] = []
    for group in told:
        span = group[0].span
        place = next(
            (place for place, other in enumerate(ordered, start=1) if _goes_on(other[0].span, span, pool)),
            len(ordered),
        )
        ordered.insert(place, group)
    drafts = []
    for place, group in enumerate(ordered):
        goes_on = place > 0 and _goes_on(ordered[place - 1][0].span, group[0].span, pool)
        drafts.append(mishaps.guarded(None, partial(_draft, alone=not goes_on), group, pool))
    return [draft for draft in drafts if draft is not None]


def _goes_on(one: Span, other: Span, pool: Sequence[Passage]) -> bool:
    """Whether `other` stands right behind `one` in its paragraph."""
    if one.passage != other.passage or other.start < one.end:
        return False
    passage = pool[one.passage]
    return not passage.text[one.end - passage.start : other.start - passage.start].strip()


def _draft(group: Sequence[_Unit], pool: Sequence[Passage], *, alone: bool) -> Draft:
    """The group's first unit with every source of the group, made to be read alone where it must be."""
    lead = group[0]
    likelihood = max(unit.score for unit in group)
    if not alone:
        spans = [unit.span for unit in group]
        return Draft(lead.text, tuple(dict.fromkeys(span.passage for span in spans)), tuple(spans), likelihood)
    earlier = _earlier(lead.span, pool)
    resolved = resolve(lead.text, [Earlier(told_text(_words(span, pool)), key) for key, span in enumerate(earlier)])
    leans_on = [earlier[key] for key in resolved.leans_on]
    before = [told_text(_words(span, pool)) for span in leans_on] if resolved.widened else []
    spans = [*leans_on, *(unit.span for unit in group)]
    text = " ".join([*before, resolved.text])
    return Draft(text, tuple(dict.fromkeys(span.passage for span in spans)), tuple(spans), likelihood)


def _earlier(span: Span, pool: Sequence[Passage]) -> list[Span]:
    """The sentences before a span in its own paragraph and in the one before it, as far as the pool holds it."""
    passage = pool[span.passage]
    own = (index for index, other in enumerate(pool) if other.source.id == passage.source.id)
    before = max(
        (index for index in own if pool[index].end <= passage.start), key=lambda index: pool[index].end, default=None
    )
    found = [] if before is None else [unit.span for unit in _units(before, pool[before])]
    return [*found, *(unit.span for unit in _units(span.passage, passage) if unit.span.end <= span.start)]


def _words(span: Span, pool: Sequence[Passage]) -> str:
    passage = pool[span.passage]
    return passage.text[span.start - passage.start : span.end - passage.start]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))


def _numbers(text: str) -> frozenset[tuple[float, str | None]]:
    return frozenset((found.value, found.unit) for found in quantities(text))
