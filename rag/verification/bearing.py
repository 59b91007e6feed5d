"""The probability that some sentences support a claim: a logistic regression over word overlap.

Words decide near copies and near strangers; between them they cannot tell a paraphrase from an invention, so the
middle is left to a second opinion (docs/decisions/010-claims-quotes-and-a-second-opinion.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from rapidfuzz.distance import LCSseq

from rag.language.tokens import Tokens
from rag.verification.evidence import Sentence

FEATURES = ("covered", "in_order", "content_pairs", "pairs", "missing", "length", "sentences")
# Fitted by `python -m eval.bench.written --fit`, docs/measurements.md#what-real-models-wrote
WEIGHTS = np.array([-0.740, 1.570, 0.272, 0.726, -0.763, 0.084, 0.177])
COPIED = 0.9  # of a copy's content words stand in the order of its source
BIAS = 2.166


def bearing(claim: Tokens, chosen: Sequence[Sentence], known: Sequence[Sentence]) -> float:
    """The probability, 0–1, that people would call the claim supported by the chosen sentences of those known."""
    if not claim.content or not chosen:
        return 0.0
    return float(1 / (1 + np.exp(-(bearing_features(claim, chosen, known) @ WEIGHTS + BIAS))))


def is_copy(claim: Tokens, chosen: Sequence[Sentence]) -> bool:
    """Whether one of the sentences has all content words of the claim, nearly all of them in its order."""
    return len(claim.content) > 1 and any(
        one.tokens.known.issuperset(claim.content)
        and LCSseq.similarity(claim.content, one.tokens.content) >= COPIED * len(claim.content)
        for one in chosen
    )


def bearing_features(claim: Tokens, chosen: Sequence[Sentence], known: Sequence[Sentence]) -> np.ndarray:
    """(len(FEATURES),) float64.

    `covered`: the share of content words in the chosen sentences; `in_order`: of all words in the longest common
    subsequence with one of them; `content_pairs`, `pairs`: of neighbouring content words, and words, that are
    neighbours in one; `missing`: the logarithm of content words that no known sentence holds; `length`: of content
    words; `sentences`: how many were chosen.
    """
    held = frozenset().union(*(one.tokens.known for one in chosen))
    everywhere = frozenset().union(*(one.tokens.known for one in known))
    content = claim.content
    return np.array(
        [
            _share([form in held for form in content]),
            max(LCSseq.similarity(claim.forms, one.tokens.forms) for one in chosen) / len(claim.forms),
            _shared_pairs(content, [one.tokens.content for one in chosen]),
            _shared_pairs(claim.forms, [one.tokens.forms for one in chosen]),
            np.log1p(sum(form not in everywhere for form in content)),
            np.log1p(len(content)),
            len(chosen),
        ]
    )


def _shared_pairs(own: Sequence[str], theirs: Sequence[Sequence[str]]) -> float:
    known = frozenset().union(*map(pairwise, theirs))
    return _share([pair in known for pair in pairwise(own)])


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 1.0
