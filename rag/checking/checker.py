"""Checks drafts against passages, and cites anew what is supported elsewhere. The room's front: the desk calls it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from rag.articles import Checked, Draft, Passage, Span
from rag.cancellation import check_cancelled
from rag.checking import counts, deeds, framing, vetoes, wording
from rag.checking.addressed import is_addressed
from rag.checking.spelling import same_name
from rag.checking.support import addition, support
from rag.cross_encoding import load_cross_encoder
from rag.embedding import Embedder, Words
from rag.marks import without_markers, without_markup
from rag.sentences import sentence_spans
from rag.words import content_words, pieces

ANEW = 0.05  # support from which a sentence may be cited to a passage that it did not name
SUPPORTED = 0.5  # of a cross-encoder
SAME_MATTER = 0.5  # cosine of the statement and the sentence nearest to it
ADDED_WORDS = 2
VERBATIM = 0.99
WINDOW_SENTENCES = 3
OTHER_PASSAGES = 5
_BRACKETED = re.compile(r"\[[^\]]*\]")


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

    `cross_encoder` names a sentence-transformers model that judges as well: it lowers scores, and can refuse.
    """

    def __init__(self, embedder: Embedder, cross_encoder: str | None = None) -> None:
        self._embedder = embedder
        self._cross_encoder = load_cross_encoder(cross_encoder)

    def check(self, draft: Draft, passages: Sequence[Passage]) -> Checked | Refused:
        """The draft with the exact words that support it, or why nothing does."""
        draft = replace(draft, text=without_markers(without_markup(draft.text)).strip())
        if is_addressed(draft.text):
            return Refused(draft.text, "it gives orders instead of telling news")
        found = self._check_spans(draft, passages) if draft.spans else self._check_named(draft, passages)
        return replace(found, score=min(found.score, draft.likelihood)) if isinstance(found, Checked) else found

    def _check_named(self, draft: Draft, passages: Sequence[Passage]) -> Checked | Refused:
        """A draft that names its passages: each is searched for the words that support it, then all, then others."""
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
        fit = [one for one in anew if one.objection is None and one.score >= ANEW]
        fit = [one for one in fit if deeds.are_told(draft.text, one.evidence.text)]
        found = max(fit, key=lambda one: one.score, default=None)
        if found is not None:
            return _checked(draft.text, [found], "A sentence was cited anew, to the passage that supports it.")
        closest = max([*verdicts, *anew], key=lambda one: (one.score, bool(one.evidence.spans)), default=None)
        return Refused(draft.text, closest.objection if closest and closest.objection else "no passage supports it")

    def support(self, statement: str, evidence: str) -> float:
        """How well the evidence supports the statement's meaning, 0–1; facts are not looked at."""
        own, others = self._words(statement, evidence)
        return min(support(own, others), self._judged(statement, evidence))

    def _judged(self, statement: str, evidence: str) -> float:
        """What the cross-encoder makes of it, 0–1; 1 where there is none."""
        if self._cross_encoder is None or not evidence:
            return 1.0
        return float(self._cross_encoder.probabilities([(evidence, statement)])[0])

    def _words(self, statement: str, evidence: str) -> tuple[Words, list[Words]]:
        sentences = [evidence[start:end] for start, end in sentence_spans(evidence)]
        own, *others = self._embedder.encode_words([statement, *sentences])
        return own, others

    def _check_spans(self, draft: Draft, passages: Sequence[Passage]) -> Checked | Refused:
        """A draft that names its exact words: they stand as they are, or each article's are checked alone."""
        if any(is_addressed(passages[span.passage].text) for span in draft.spans):
            return Refused(draft.text, "its source gives orders instead of telling news")
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
        if is_addressed(passage.text):
            return _Verdict(_evidence((), passage), 0.0, "its source gives orders instead of telling news")
        spans = [
            Span(index, passage.start + start, passage.start + end) for start, end in sentence_spans(passage.text)
        ]
        windows = [
            _evidence(spans[place : place + size], passage)
            for size in range(1, min(WINDOW_SENTENCES, len(spans)) + 1)
            for place in range(len(spans) - size + 1)
        ]
        verdicts = [self._judge(statement, window) for window in _fullest(statement, windows)]
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
        check_cancelled()
        objection = (  # what needs no vectors first: most of what is refused is refused here
            vetoes.objection(statement, evidence.text, evidence.around, evidence.published)
            or wording.objection(
                statement, evidence.text, turned=deeds.is_told_from_the_other_side(statement, evidence.text)
            )
            or framing.objection(statement, evidence.text)
            or deeds.objection(statement, evidence.text)
            or counts.objection(statement, evidence.text)
            or counts.other_thing(statement, evidence.text, self._likeness)
            or framing.called_otherwise(statement, evidence.text, self._likeness)
            or self._stranger(statement, evidence.text)
        )
        if objection is not None:
            return _Verdict(evidence, 0.0, objection)
        judged = self._judged(statement, evidence.text)
        score = min(support(*self._words(statement, evidence.text)), judged)
        return _Verdict(evidence, score, None if judged >= SUPPORTED else "no passage says so")

    def _likeness(self, word: str, others: Sequence[str]) -> float:
        """The greatest cosine of a word and some others, each alone."""
        one, *rest = self._embedder.encode([word, *others])
        return max(float(one @ other) for other in rest)

    def _stranger(self, statement: str, evidence: str) -> str | None:
        """What makes the statement another matter than the evidence's, or adds to it."""
        own, others = self._words(statement, evidence)
        if max((float(own.sentence @ one.sentence) for one in others), default=0.0) < SAME_MATTER:
            return "no passage says so"
        verified = {word for fact in vetoes.facts_of(statement) for word in pieces(fact.lower())}
        added = addition(own, others, verified)
        return f"“{' '.join(added)}” is not in its sources" if len(added) >= ADDED_WORDS else None


# -- evidence ---------------------------------------------------------------------------------------


def _evidence(spans: Sequence[Span], passage: Passage) -> _Evidence:
    text = passage.text[spans[0].start - passage.start : spans[-1].end - passage.start] if spans else ""
    source = passage.source
    around = "\n".join(part for part in (source.title, source.outlet, passage.text) if part)
    one = (Span(spans[0].passage, spans[0].start, spans[-1].end),) if spans else ()
    return _Evidence(one, text, around, source.published)


def _fullest(statement: str, windows: Sequence[_Evidence]) -> list[_Evidence]:
    """The windows that hold the most of the statement's words: a contradiction must not be left outside."""
    own = [word.lower() for word in content_words(statement)]
    held = []
    for window in windows:
        words = {word.lower() for word in pieces(window.text)}
        held.append(sum(any(same_name(word, other) for other in words) for word in own))
    return [window for window, count in zip(windows, held, strict=True) if count == max(held)]


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
