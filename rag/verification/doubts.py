"""Detects why a claim may be wrong though its words are all there: denials, doubts, plans, speakers, order.

A doubt never refuses a claim: it leaves it to a second opinion, or to the article's own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from rag.language.certainty import LIMITS, NEGATIVE, UNSURE
from rag.language.opposites import is_other_side, sides_of
from rag.language.speech import CLAIMING, DENYING, SAYING
from rag.language.tokens import Tokens, pairs
from rag.verification.evidence import Sentence

_SURENESS = NEGATIVE | UNSURE | DENYING | CLAIMING
_AHEAD = ("be", "to")  # "is to sing"
_TURNED = 2  # content words that stand in another order than in the evidence


def doubt(claim: Tokens, chosen: Sequence[Sentence]) -> str | None:
    """The reason why the chosen sentences may not say what the claim says; None where there is none."""
    nearest = _nearest(claim, chosen)
    told = _up_to_last_shared(claim, nearest)
    if (claim.known - nearest.known) & (_SURENESS | LIMITS) or _AHEAD in pairs(claim.forms) - pairs(nearest.forms):
        return "it is surer, or less sure, than its sources"
    if (told.known - claim.known) & _SURENESS or _AHEAD in pairs(told.forms) - pairs(claim.forms):
        return "its sources are less sure of it"
    if bool(claim.known & SAYING) != bool(told.known & SAYING):
        return "its sources attribute it to someone else"
    if _skips_a_number(claim, nearest):
        return "its sources have another number between these words"
    if _turned(claim, nearest) >= _TURNED:
        return "its sources have these words in another order"
    return None


def is_turned(claim: Tokens, known: Sequence[Sentence]) -> bool:
    """Whether a claim adds an adverb, or has an opposite of a word of the nearest sentence: sold for bought."""
    told = frozenset().union(*(one.tokens.known for one in known))
    nearest = _nearest(claim, known)
    sides = frozenset().union(*(sides_of(form) for form in nearest.known))
    return any(form.endswith("ly") and form not in told for form in claim.content) or any(
        form not in nearest.known and is_other_side(form, sides) for form in claim.content
    )


def _nearest(claim: Tokens, known: Sequence[Sentence]) -> Tokens:
    """The sentence that has the most of the claim's words in order."""
    return max(known, key=lambda one: LCSseq.similarity(claim.forms, one.tokens.forms)).tokens


def _up_to_last_shared(claim: Tokens, sentence: Tokens) -> Tokens:
    """The sentence up to the last word that it shares with the claim in order: a doubt may stand before that word."""
    last = max(
        (block.dest_end for block in LCSseq.opcodes(claim.forms, sentence.forms) if block.tag == "equal"), default=0
    )
    return Tokens(sentence.words[:last], sentence.forms[:last])


def _skips_a_number(claim: Tokens, sentence: Tokens) -> bool:
    """Whether a claim skips a number of the same thing: "64 mm in the south" of "64 mm in the north, 31 mm …"."""
    blocks = [block for block in LCSseq.opcodes(claim.forms, sentence.forms) if block.tag == "equal"]
    if not blocks:
        return False
    between = sentence.forms[blocks[0].dest_start : blocks[-1].dest_end]
    counted = {thing for form, thing in pairs(claim.forms) if form.isdigit()}
    return any(form.isdigit() and form not in claim.known and thing in counted for form, thing in pairwise(between))


def _turned(claim: Tokens, sentence: Tokens) -> int:
    """How many content words of the claim the sentence has, but in another order."""
    shared = [form for form in claim.content if form in sentence.known]
    return len(shared) - int(LCSseq.similarity(shared, sentence.content))
