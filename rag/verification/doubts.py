"""Detects why a claim may be wrong though its words are all there: denials, doubts, plans, speakers, order.

A doubt never refuses a claim: it leaves it to a second opinion, or to the article's own words.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from rag.language.certainty import LIMITS, SURENESS
from rag.language.opposites import is_other_side, sides_of
from rag.language.speech import SAYING
from rag.language.tokens import Tokens
from rag.verification.evidence import Sentence

MOST_MOVED = 1  # content words that may stand in another order than in the evidence


def doubt(claim: Tokens, chosen: Sequence[Sentence]) -> str | None:
    """The reason why the chosen sentences may not say what the claim says; None where there is none.

    The claim is compared with the sentence that has the most of its words in order, up to the last word they share.
    """
    nearest = _nearest(claim, chosen)
    start, end = _shared_stretch(claim, nearest)
    told = frozenset(nearest.forms[:end])
    if (claim.known - nearest.known) & (SURENESS | LIMITS):
        return "it is surer, or less sure, than its sources"
    if (told - claim.known) & SURENESS:
        return "its sources are less sure of it"
    if bool(claim.known & SAYING) != bool(told & SAYING):
        return "its sources attribute it to someone else"
    if _skips_a_number(claim, nearest.forms[start:end]):
        return "its sources have another number between these words"
    if _moved(claim, nearest) > MOST_MOVED:
        return "its sources have these words in another order"
    return None


def is_turned(claim: Tokens, known: Sequence[Sentence]) -> bool:
    """Whether a claim adds an adverb, or has an opposite of a word of the nearest sentence: sold for bought."""
    told = frozenset().union(*(one.tokens.known for one in known))
    nearest = _nearest(claim, known).known
    sides = frozenset().union(*map(sides_of, nearest))
    return any(
        form not in told if form.endswith("ly") else form not in nearest and is_other_side(form, sides)
        for form in claim.content
    )


def _nearest(claim: Tokens, known: Sequence[Sentence]) -> Tokens:
    """The sentence that has the most of the claim's words in order."""
    return max((one.tokens for one in known), key=lambda one: LCSseq.similarity(claim.forms, one.forms))


def _shared_stretch(claim: Tokens, sentence: Tokens) -> tuple[int, int]:
    """Where the sentence's words begin and end that it shares with the claim in order: doubts behind do not count."""
    blocks = [block for block in LCSseq.opcodes(claim.forms, sentence.forms) if block.tag == "equal"]
    return (blocks[0].dest_start, blocks[-1].dest_end) if blocks else (0, 0)


def _skips_a_number(claim: Tokens, stretch: Sequence[str]) -> bool:
    """Whether a claim skips a number of the same thing: "64 mm in the south" of "64 mm in the north, 31 mm …"."""
    counted = {thing for number, thing in pairwise(claim.forms) if number.isdigit()}
    return any(one.isdigit() and one not in claim.known and thing in counted for one, thing in pairwise(stretch))


def _moved(claim: Tokens, sentence: Tokens) -> int:
    """How many content words of the claim the sentence has, but in another order."""
    shared = [form for form in claim.content if form in sentence.known]
    return len(shared) - int(LCSseq.similarity(shared, sentence.content))
