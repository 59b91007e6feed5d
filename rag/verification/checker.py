"""Checks drafted sentences against passages: each claim is borne, undecided, or lacks a fact in its sources."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.articles import Checked, Draft, Passage, Span
from rag.cancellation import check_cancelled
from rag.language.orders import is_addressed
from rag.language.passage_references import framing_clause_length, without_references
from rag.language.pronouns import speaks_of_its_writer
from rag.language.tokens import Tokens, tokens
from rag.marks import without_markers, without_markup
from rag.verification.asserted import as_asserted
from rag.verification.bearing import bearing, is_copy
from rag.verification.claims import Claim, claims, without
from rag.verification.doubts import doubt, is_turned
from rag.verification.evidence import Sentence, covering, sentences
from rag.verification.facts import missing_fact
from rag.verification.verbatim import VERBATIM_SCORE, is_verbatim

log = logging.getLogger(__name__)

# A claim of so many content words, borne with so much probability, is shown where nobody can be asked; a changed word
# weighs too little in a long claim, and too much in a short one. docs/measurements.md#what-real-models-wrote
LONG_CLAIM_WORDS, BORNE = 9, 0.9
MOST_EVIDENCE, ENOUGH_EVIDENCE = 4, 0.9  # sentences of one claim, and the share of its words
OWN_VOICE = "it speaks of its writer"
Verdict = Literal["borne", "undecided", "missing"]
COVERAGE_STEPS = 4  # a draft is cited anew for a quarter more of its words, no less
OTHER_WORDS = "its sources do not say it in these words"
ORDERS = "it reads as an instruction"


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim with what was decided of it; `spans` are the words that bear on it, `reason` says why it is not borne.

    `score` is the probability, 0–1, that those words bear it; `covered` is the share of its content words they have.
    """

    claim: Claim
    verdict: Verdict
    spans: tuple[Span, ...]
    score: float
    reason: str = ""
    covered: float = 0.0


@dataclass(frozen=True, slots=True)
class Examined:
    """A draft with its claims checked; `cited` are the places of the passages that it names.

    `is_anew`: words of passages that it does not name bear on it.
    """

    text: str
    claims: tuple[CheckedClaim, ...]
    cited: tuple[int, ...]
    is_anew: bool = False
    is_verbatim: bool = False
    likelihood: float = 1.0

    @property
    def undecided(self) -> tuple[CheckedClaim, ...]:
        """The claims that a second opinion may decide."""
        return tuple(one for one in self.claims if one.verdict == "undecided")

    @property
    def bearing(self) -> tuple[int, ...]:
        """The passages that it cites, or those whose words bear on it where it is cited anew."""
        anew = dict.fromkeys(span.passage for one in self.claims for span in one.spans)
        return tuple(anew) if self.is_anew else self.cited

    @property
    def reason(self) -> str:
        """Why the draft is not supported, for a reader: a missing fact first."""
        worst = min(self.claims, key=lambda one: (one.verdict != "missing", one.verdict == "borne"))
        return worst.reason or "no passage says so"

    def up_to(self, claim: CheckedClaim) -> str:
        """The sentence up to the end of a claim, so that it can be understood alone, without what is known to be
        wrong before it where the sentence stays grammatical."""
        end = claim.claim.end
        wrong = [one.claim for one in self.claims if one.verdict == "missing" and one.claim.end < end]
        if not wrong or not all(one.removable for one in wrong):
            return self.text[:end]
        return without(self.text[:end], wrong) or self.text[:end]


@dataclass(frozen=True, slots=True)
class Refused:
    """A sentence that no passage supports, and why, for the reader."""

    text: str
    reason: str


class Checker:
    """Checks drafts against passages by their words.

    `consults`: what the words leave open can be asked elsewhere, so that they decide near copies alone.
    """

    def __init__(self, *, consults: bool = False) -> None:
        self._consults = consults

    def check(self, draft: Draft, passages: Sequence[Passage]) -> Checked | Refused:
        """The draft with the exact words that support it, decided by words alone, or the reason against it."""
        examined = self.examine(draft, passages)
        return self.settle(examined) or Refused(examined.text, examined.reason)

    def examine(self, draft: Draft, passages: Sequence[Passage]) -> Examined:
        """The draft with a verdict on each of its claims.

        Claims are held against all passages that the draft names, then against the others as well.
        """
        text = without_markers(without_markup(draft.text)).strip()
        cited = tuple(dict.fromkeys(place for place in draft.passages if 0 <= place < len(passages)))
        if is_addressed(text):
            return Examined(text, (_refused(text, ORDERS),), ())
        if not draft.spans and speaks_of_its_writer(text):
            return Examined(text, (_refused(text, OWN_VOICE),), cited)
        if draft.spans:
            return self._examine_spans(draft, text, passages)
        found = self._judge_all(text, passages, cited)
        is_anew = False
        if len(cited) < len(passages) and any(one.verdict != "borne" for one in found):
            wider = self._judge_all(text, passages, range(len(passages)))
            if _rank(wider) > _rank(found):
                found, is_anew = wider, True
        return Examined(text, found, cited, is_anew, likelihood=draft.likelihood)

    def settle(self, examined: Examined, supported: Collection[CheckedClaim] = ()) -> Checked | None:
        """The draft as it may be shown, `supported` by a second opinion; None where it may not be.

        A claim that is not borne is left out where the sentence stays grammatical and no bolder without it.
        """
        bad = [one for one in examined.claims if one.verdict != "borne" and one not in supported]
        good = [one for one in examined.claims if one not in bad]
        if not good or not all(one.claim.removable for one in bad):
            return None
        text = without(examined.text, [one.claim for one in bad]) if bad else examined.text
        if text is None:
            return None
        spans = tuple(dict.fromkeys(span for one in good for span in one.spans))
        score = min(examined.likelihood, min(one.score for one in good))
        verbatim = examined.is_verbatim
        return Checked(text, spans, score, verbatim, is_anew=examined.is_anew, is_shortened=bool(bad))

    def _judge_all(self, text: str, passages: Sequence[Passage], places: Iterable[int]) -> tuple[CheckedClaim, ...]:
        own = tokens(without_references(text))
        known, read = as_asserted(own, sentences(passages, places), passages)
        whole = covering(own, known, MOST_EVIDENCE, ENOUGH_EVIDENCE)
        whole = whole if _covered(own, whole) else []
        return tuple(self._judge(claim, known, read, whole) for claim in _claims(text))

    def _judge(
        self, claim: Claim, known: Sequence[Sentence], read: Sequence[Passage], whole: Sequence[Sentence]
    ) -> CheckedClaim:
        """The verdict on one claim; one whose check fails is undecided, since no text may break the check."""
        check_cancelled()
        try:
            return self._decide(claim, known, read, whole)
        except Exception as error:  # no message: it may hold words of an article
            log.error("the check of a claim of %d characters failed: %s", len(claim.text), type(error).__name__)
            return CheckedClaim(claim, "undecided", (), 0.0, "it could not be checked")

    def _decide(
        self, claim: Claim, known: Sequence[Sentence], read: Sequence[Passage], whole: Sequence[Sentence]
    ) -> CheckedClaim:
        """The verdict on one claim; `whole` bears on its sentence, for a claim that shares no word with any."""
        plain = without_references(claim.text)
        own = tokens(plain)
        chosen = covering(own, known, MOST_EVIDENCE, ENOUGH_EVIDENCE)
        covered = _covered(own, chosen)
        chosen = chosen if covered else list(whole)
        spans = tuple(one.span for one in chosen)
        if not chosen:
            return CheckedClaim(claim, "missing", (), 0.0, "no passage says so")
        missing = missing_fact(plain, read)
        if missing is not None:
            return CheckedClaim(claim, "missing", spans, 0.0, missing, covered)
        score = bearing(own, chosen, known)
        reason = doubt(own, chosen)
        if reason is None and not is_copy(own, chosen) and not self._is_likely(own, score, known):
            reason = OTHER_WORDS
        return CheckedClaim(claim, "undecided" if reason else "borne", spans, score, reason or "", covered)

    def _is_likely(self, own: Tokens, score: float, known: Sequence[Sentence]) -> bool:
        """Whether a long claim is likely enough to be shown without a second opinion, with no word turned."""
        if self._consults or len(own.content) < LONG_CLAIM_WORDS or score < BORNE:
            return False
        return not is_turned(own, known)

    def _examine_spans(self, draft: Draft, text: str, passages: Sequence[Passage]) -> Examined:
        """A draft that names its exact words: the first article's must be its own words, the others' must bear it."""
        first = [one for one in draft.spans if _article(one, passages) == _article(draft.spans[0], passages)]
        if any(is_addressed(passages[span.passage].text) for span in draft.spans):
            return Examined(text, (_refused(text, f"its source: {ORDERS}"),), ())
        if not is_verbatim(text, " ".join(span.words(passages) for span in first)):
            return self.examine(replace(draft, spans=()), passages)
        others = [one for one in draft.spans if one not in first and self._bears(text, one, passages)]
        whole = CheckedClaim(Claim(0, len(text), text), "borne", (*first, *others), VERBATIM_SCORE)
        return Examined(text, (whole,), (), is_verbatim=True, likelihood=draft.likelihood)

    def _bears(self, text: str, span: Span, passages: Sequence[Passage]) -> bool:
        """Whether the words of one span alone support a text."""
        passage = passages[span.passage]
        alone = replace(passage, start=span.start, end=span.end, text=span.words(passages))
        return all(one.verdict == "borne" for one in Checker()._judge_all(text, [alone], [0]))


def _claims(text: str) -> tuple[Claim, ...]:
    """The claims of a sentence; words that only name its passages belong to the first claim."""
    begin = framing_clause_length(text)
    first, *rest = (replace(one, start=one.start + begin, end=one.end + begin) for one in claims(text[begin:]))
    return (replace(first, start=0), *rest)


def _covered(own: Tokens, chosen: Sequence[Sentence]) -> float:
    """The share of a claim's content words that the sentences have."""
    held = frozenset().union(*(one.tokens.known for one in chosen))
    return sum(form in held for form in own.content) / max(1, len(own.content))


def _rank(found: Sequence[CheckedClaim]) -> tuple[int, int, int]:
    """Orders verdicts on one sentence: fewer missing facts first, then more borne claims, then more covered words."""
    return (
        -sum(one.verdict == "missing" for one in found),
        sum(one.verdict == "borne" for one in found),
        int(COVERAGE_STEPS * min(one.covered for one in found)),
    )


def _refused(text: str, reason: str) -> CheckedClaim:
    return CheckedClaim(Claim(0, len(text), text), "missing", (), 0.0, reason)


def _article(span: Span, passages: Sequence[Passage]) -> str:
    return passages[span.passage].source.id
