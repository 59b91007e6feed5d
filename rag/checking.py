"""The check that every drafted sentence passes before anyone sees it, whoever drafted it. The desk calls it.

A sentence stands on the exact words of its sources: its numbers with their units, its days, names and quotations must
be in them (each failure is a veto), and a score says whether its meaning is. A sentence that its named
sources do not support is cited anew to a passage that does, or refused with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np

from rag.articles import Checked, Draft, Passage, Span
from rag.cross_encoding import load_cross_encoder
from rag.embedding import Embedder, Words
from rag.facts import DateMention, Quantity, dates, names, quantities, quotations
from rag.sentences import sentence_spans
from rag.words import STOP_WORDS, are_opposed, content_words, pieces, same_stem

SUPPORTED = 0.5  # it and the weights below are set by hand on the tests, docs/measurements.md#support
VERBATIM = 0.99
WINDOW_SENTENCES = 3
OTHER_PASSAGES = 5
FEATURES = ("aligned", "weakest", "recall", "bigrams", "cosine")
WEIGHTS = np.array([6.0, 2.0, 3.0, 2.0, 1.0])
BIAS = -8.5
_SPELLING = 0.8


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that nothing at hand supports, and why, for the reader."""

    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Adjoining sentences of one passage, held against a statement. `around` is what else may be leant on."""

    spans: tuple[Span, ...]
    text: str
    around: str
    published: date | None


@dataclass(frozen=True, slots=True)
class _Verdict:
    evidence: _Evidence
    score: float
    objection: str | None


class Checker:
    """Checks drafts against passages. Thread-safe where its embedder is.

    `cross_encoder` names a sentence-transformers model that sharpens the meaning score: the lower of both counts.
    """

    def __init__(self, embedder: Embedder, cross_encoder: str | None = None) -> None:
        self._embedder = embedder
        self._cross_encoder = load_cross_encoder(cross_encoder)

    def check(self, draft: Draft, passages: Sequence[Passage]) -> Checked | Refused:
        """The draft with the exact words that support it, or why nothing does."""
        if draft.spans:
            return self._check_spans(draft, passages)
        named = [index for index in draft.passages if 0 <= index < len(passages)]
        verdicts = [self._best(draft.text, index, passages[index]) for index in named]
        good = [verdict for verdict in verdicts if verdict.objection is None]
        if good:
            return _checked(
                draft.text,
                good,
                None if len(good) == len(named) else "A source that does not support its sentence was dropped.",
            )
        together = self._together(draft.text, verdicts)
        if together is not None and together.objection is None:
            return _checked(draft.text, [together], None)
        others = [index for index in _by_overlap(draft.text, passages) if index not in named][:OTHER_PASSAGES]
        anew = [self._best(draft.text, index, passages[index]) for index in others]
        found = max((one for one in anew if one.objection is None), key=lambda one: one.score, default=None)
        if found is not None:
            return _checked(draft.text, [found], "A sentence was cited anew, to the passage that supports it.")
        closest = max([*verdicts, *anew], key=lambda one: one.score, default=None)
        return Refused(draft.text, closest.objection if closest and closest.objection else "no passage supports it")

    def support(self, statement: str, evidence: str) -> float:
        """How well the evidence supports the statement's meaning, 0–1; facts are not looked at."""
        sentences = [evidence[start:end] for start, end in sentence_spans(evidence)]
        if not sentences or not statement.strip():
            return 0.0
        own, *others = self._embedder.encode_words([statement, *sentences])
        score = float(1 / (1 + np.exp(-(support_features(own, others) @ WEIGHTS + BIAS))))
        if self._cross_encoder is not None:
            score = min(score, float(self._cross_encoder.probabilities([(evidence, statement)])[0]))
        return score

    def _check_spans(self, draft: Draft, passages: Sequence[Passage]) -> Checked | Refused:
        """A draft that names its exact words: they stand as they are, or each article's are checked alone."""
        if _is_verbatim(
            draft.text, " ".join(_words(span, passages) for span in _first_article(draft.spans, passages))
        ):
            first = _first_article(draft.spans, passages)
            others = [span for span in draft.spans if span not in first]
            good = [
                span
                for span in others
                if self._judge(draft.text, _evidence((span,), passages[span.passage])).objection is None
            ]
            return Checked(draft.text, (*first, *good), VERBATIM)
        whole = [self._judge(draft.text, _evidence((span,), passages[span.passage])) for span in draft.spans]
        good_verdicts = [verdict for verdict in whole if verdict.objection is None]
        if good_verdicts:
            return _checked(draft.text, good_verdicts, None)
        together = self._together(draft.text, whole)
        if together is not None and together.objection is None:
            return _checked(draft.text, [together], None)
        return Refused(draft.text, whole[0].objection or "no passage supports it")

    def _best(self, statement: str, index: int, passage: Passage) -> _Verdict:
        """The verdict on the sentences of a passage that support the statement best: as few as do."""
        spans = [
            Span(index, passage.start + start, passage.start + end) for start, end in sentence_spans(passage.text)
        ]
        verdicts = [
            self._judge(statement, _evidence(spans[place : place + size], passage))
            for size in range(1, min(WINDOW_SENTENCES, len(spans)) + 1)
            for place in range(len(spans) - size + 1)
        ]
        return max(
            verdicts,
            key=lambda one: (one.objection is None, round(one.score, 1), -len(one.evidence.spans), one.score),
            default=_Verdict(_evidence((), passage), 0.0, "the passage is empty"),
        )

    def _together(self, statement: str, verdicts: Sequence[_Verdict]) -> _Verdict | None:
        """The verdict on the best sentences of several passages taken as one."""
        if len(verdicts) < 2:
            return None
        joined = _Evidence(
            tuple(span for verdict in verdicts for span in verdict.evidence.spans),
            "\n".join(verdict.evidence.text for verdict in verdicts),
            "\n".join(verdict.evidence.around for verdict in verdicts),
            verdicts[0].evidence.published,
        )
        return self._judge(statement, joined)

    def _judge(self, statement: str, evidence: _Evidence) -> _Verdict:
        score = self.support(statement, evidence.text)
        objection = _objection(statement, evidence)
        if objection is None and score < SUPPORTED:
            objection = "no passage says so"
        return _Verdict(evidence, score, objection)


def support_features(statement: Words, evidence: Sequence[Words]) -> np.ndarray:
    """(len(FEATURES),) float64: how a statement's words are matched in sentences of evidence, 0–1 each.

    Soft alignment of contextual vectors as in BERTScore (Zhang et al. 2020), the weakest of them, content words and
    word pairs found again, and the nearest sentence's cosine.
    """
    kept = [place for place, word in enumerate(statement.words) if word not in STOP_WORDS]
    if not kept or not any(len(one.words) for one in evidence):
        return np.zeros(len(FEATURES))
    words = [word for one in evidence for word in one.words]
    vectors = np.concatenate([one.vectors for one in evidence])
    best = (statement.vectors[kept] @ vectors.T).max(axis=1)
    known = set(words)
    found = np.array(
        [
            statement.words[place] in known or any(same_stem(statement.words[place], word) for word in known)
            for place in kept
        ]
    )
    pairs = {pair for one in evidence for pair in pairwise(one.words)}
    own_pairs = list(pairwise(statement.words))
    return np.array(
        [
            best.mean(),
            np.sort(best)[: max(1, len(best) // 4)].mean(),
            found.mean(),
            sum(pair in pairs for pair in own_pairs) / max(1, len(own_pairs)),
            max(float(statement.sentence @ one.sentence) for one in evidence),
        ]
    )


# -- vetoes -----------------------------------------------------------------------------------------


def _objection(statement: str, evidence: _Evidence) -> str | None:
    """The first hard fact of the statement that the evidence does not hold, as a reason; None where all are there."""
    if _NEGATION.search(statement) and not _NEGATION.search(evidence.text):
        return "its sources do not deny it"
    known_quantities = quantities(evidence.text)
    for quantity in quantities(statement):
        counted = [known for known in known_quantities if known.unit == quantity.unit is not None]
        # where the sources count the same thing, theirs is the number, whatever else they have as many of
        if not any(_same_quantity(quantity, known) for known in counted or known_quantities):
            return f"“{quantity.text.strip()}” is not in its sources"
    known_dates = dates(evidence.text, evidence.published)
    for day in dates(statement, evidence.published):
        if not _same_day(day, known_dates, evidence.published):
            return f"“{day.text}” is not in its sources"
    around = [piece.lower() for piece in pieces(f"{evidence.text} {evidence.around}")]
    for name in names(statement):
        if not _named(name.text, around):
            return f"“{name.text}” is not in its sources"
    for quotation in quotations(statement):
        if not _quoted(quotation, f"{evidence.text}\n{evidence.around}"):
            return f"the quotation “{quotation[:60]}” is not in its sources"
    return _contradiction(statement, evidence.text)


def _same_quantity(mine: Quantity, theirs: Quantity) -> bool:
    if abs(mine.value - theirs.value) > 0.005 * max(abs(mine.value), abs(theirs.value)):
        return _in_months(mine) is not None and _in_months(mine) == _in_months(theirs)
    if mine.unit == theirs.unit or mine.unit is None:
        return True
    return not (_is_measure(mine.unit) or _is_measure(theirs.unit))


def _in_months(quantity: Quantity) -> float | None:
    months = {"month": 1.0, "year": 12.0, "decade": 120.0}.get(quantity.unit or "")
    return None if months is None else quantity.value * months


def _is_measure(unit: str | None) -> bool:
    return unit in _MEASURES or (unit is not None and unit.isupper())


_MEASURES = frozenset(
    """percent kilometer mile meter foot inch centimeter yard kilogram ton gram mph second minute hour day week month
    year decade degree megawatt acre hectare barrel""".split()
)


def _same_day(mine: DateMention, known: Iterable[DateMention], published: date | None) -> bool:
    known = list(known)
    if any(mine.text.lower() == theirs.text.lower() for theirs in known):
        return True
    if mine.first is None or mine.last is None:
        return False
    if (
        published is not None
        and mine.first <= published <= mine.last
        and mine.last - mine.first > (date(1, 2, 1) - date(1, 1, 1))
    ):
        return True  # the year of publication may be told without being written
    return any(
        theirs.first is not None
        and theirs.last is not None
        and mine.first <= theirs.first
        and theirs.last <= mine.last
        for theirs in known
    )


def _named(name: str, around: Sequence[str]) -> bool:
    """Whether every part of a name is there, in some spelling of it."""
    parts = [part.lower() for part in pieces(name) if part.lower() not in STOP_WORDS]
    initials = "".join(part[0] for part in parts)
    if len(parts) > 1 and initials in around:
        return True
    return all(any(_same_name(part, other) for other in around) for part in parts[-2:])


def _same_name(one: str, other: str) -> bool:
    if one == other or (len(one) > 3 and same_stem(one, other)):
        return True
    if min(len(one), len(other)) < 4 or one[0] != other[0]:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SPELLING


def _quoted(quotation: str, text: str) -> bool:
    """Whether the words of a quotation stand in a row in the text; an ellipsis or a bracketed word may part them."""
    around, bare = _in_a_row(text.replace("[", " ").replace("]", " ")), _in_a_row(_BRACKETED.sub(" ", text))
    parts = [_in_a_row(part) for part in _PARTED.split(quotation) if pieces(part)]
    return all(part in around or part in bare for part in parts)


def _in_a_row(text: str) -> str:
    return f" {' '.join(piece.lower() for piece in pieces(text))} "


_BRACKETED = re.compile(r"\[[^\]]*\]")
_PARTED = re.compile(r"\[[^\]]*\]|\.{3}|…")
_NEGATION = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|without|denied|denies|deny|refused?|failed|rejected|hardly|\w+n['’]t)\b",
    re.IGNORECASE,
)


def _contradiction(statement: str, evidence: str) -> str | None:
    """Why the statement says the opposite of the evidence, as far as words show it."""
    mine, theirs = pieces(statement.lower()), pieces(evidence.lower())
    own, other = _negated(statement), _negated(evidence)
    if own != other:
        denied = {word for word in own ^ other if word in mine and any(same_stem(word, known) for known in theirs)}
        if denied:
            return "its sources say the opposite"
    if are_opposed(mine, theirs):
        return "its sources say the opposite"
    return "its sources tell it the other way round" if _swapped(statement, evidence) else None


def _negated(text: str) -> frozenset[str]:
    """The content words that a negation stands before, within three words."""
    found = set()
    for match in _NEGATION.finditer(text):
        following = [word.lower() for word in content_words(text[match.end() : match.end() + 40])]
        found.update(following[:1])
    return frozenset(found)


def _swapped(statement: str, evidence: str) -> bool:
    """Whether two names stand on the other sides of the word between them: "A struck B" against "B struck A"."""
    own = [(name.text.split()[-1].lower(), name.start) for name in names(statement)]
    theirs = pieces(evidence.lower())
    for (first, here), (second, there) in pairwise(own):
        if first == second:
            continue
        between = [word.lower() for word in content_words(statement[here:there])]
        verbs = [word for word in between if word != first and word in theirs and word not in (first, second)]
        if (
            len(verbs) == 1
            and " by " not in statement[here:there]
            and _stand(theirs, second, verbs[0], first)
            and not _stand(theirs, first, verbs[0], second)
        ):
            return True
    return False


def _stand(words: Sequence[str], one: str, verb: str, other: str) -> bool:
    """Whether `one` stands shortly before the verb, which is not passive, and `other` shortly behind it."""
    for place, word in enumerate(words):
        if word == verb:
            before, after = words[max(0, place - 5) : place], words[place + 1 : place + 6]
            if one in before and other in after and "by" not in after[: after.index(other)]:
                return True
    return False


# -- evidence ---------------------------------------------------------------------------------------


def _evidence(spans: Sequence[Span], passage: Passage) -> _Evidence:
    text = passage.text[spans[0].start - passage.start : spans[-1].end - passage.start] if spans else ""
    source = passage.source
    around = "\n".join(part for part in (source.title, source.outlet, passage.text) if part)
    one = (Span(spans[0].passage, spans[0].start, spans[-1].end),) if spans else ()
    return _Evidence(one, text, around, source.published)


def _checked(text: str, verdicts: Sequence[_Verdict], note: str | None) -> Checked:
    spans = tuple(dict.fromkeys(span for verdict in verdicts for span in verdict.evidence.spans))
    return Checked(text, spans, max(verdict.score for verdict in verdicts), note)


def _first_article(spans: Sequence[Span], passages: Sequence[Passage]) -> list[Span]:
    first = passages[spans[0].passage].source.id
    return [span for span in spans if passages[span.passage].source.id == first]


def _words(span: Span, passages: Sequence[Passage]) -> str:
    passage = passages[span.passage]
    return passage.text[span.start - passage.start : span.end - passage.start]


def _is_verbatim(statement: str, evidence: str) -> bool:
    """Whether the statement's words are the evidence's, in order; what stands in brackets was put in for clarity."""
    mine = pieces(_BRACKETED.sub(" ", statement).casefold())
    theirs = iter(pieces(_BRACKETED.sub(" ", evidence).casefold()))
    put_in = pieces(" ".join(re.findall(r"\[([^\]]*)\]", statement)).casefold())
    known = set(pieces(evidence.casefold()))
    return (
        bool(mine)
        and all(word in theirs for word in mine)
        and all(word in known or len(word) < 3 for word in put_in if word != "the")
    )


def _by_overlap(statement: str, passages: Sequence[Passage]) -> list[int]:
    """The passages' places, those first that share the most content words with the statement."""
    own = {word.lower() for word in content_words(statement)}
    shared = [len(own & {word.lower() for word in content_words(passage.text)}) for passage in passages]
    return sorted((index for index in range(len(passages)) if shared[index]), key=lambda index: -shared[index])
