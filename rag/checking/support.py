"""How well evidence supports a statement's meaning, as a calibrated score. Called by the checker alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from rag.checking.lexicon import same_word
from rag.embedding import Words
from rag.synonyms import are_synonyms
from rag.words import STOP_WORDS

FEATURES = ("in_step", "phrases", "related", "skipped")
# Fitted by logistic regression on the sentences of QAGS CNN/DM, docs/measurements.md#support
WEIGHTS = np.array([2.45, 2.44, 2.29, -0.54])
BIAS = -4.96
_MATCHED = 0.5
_NEAR, _NEAR_REASON = 0.38, 0.5  # a reason or a circumstance is what is most readily added
_REASONS = ("after", "following", "because", "amid", "through")
_REACH = 3  # content words that are held against each other are at most so far apart


def support(statement: Words, evidence: Sequence[Words]) -> float:
    """How likely people would say that the evidence's sentences hold what the statement says, 0–1."""
    features = support_features(statement, evidence)
    return float(1 / (1 + np.exp(-(features @ WEIGHTS + BIAS)))) if features.any() else 0.0


def support_features(statement: Words, evidence: Sequence[Words]) -> np.ndarray:
    """(len(FEATURES),) float64, zeros where either side has no words.

    All rest on the greatest cosines of contextual word vectors, as BERTScore does (Zhang et al. 2020), but look at
    words in company, since a false sentence is mostly made of words that its source holds too: `in_step`, pairs of
    neighbours found as neighbours in one sentence; `phrases`, three words in a row found as they are; `related`, the
    worst quarter of the pairs of content words found in one sentence; `skipped`, the logarithm of how many content
    words the statement leaves out of the stretch that it tells.
    """
    evidence = [one for one in evidence if one.words]
    if not statement.words or not evidence:
        return np.zeros(len(FEATURES))
    cosines = [
        statement.vectors @ one.vectors.T for one in evidence
    ]  # (words of the statement, words of the sentence)
    matches = np.stack([each.max(axis=1) for each in cosines])  # (sentences, words of the statement)
    nearest = int(matches.mean(axis=1).argmax())
    return np.array(
        [
            max(_in_step(each) for each in cosines),
            _phrases(statement.words, evidence),
            _related(statement.words, matches),
            _skipped(statement.words, evidence[nearest].words, cosines[nearest]),
        ],
        dtype=np.float64,
    )


def addition(statement: Words, evidence: Sequence[Words], verified: Collection[str]) -> tuple[str, ...]:
    """The longest run of content words that nothing in the evidence comes near: what was added to it.

    `verified` words are passed over, since they have been found otherwise: a number in another spelling, a name.
    """
    evidence = [one for one in evidence if one.words]
    if not statement.words or not evidence:
        return statement.words
    known = {word for one in evidence for word in one.words}
    best = np.stack([(statement.vectors @ one.vectors.T).max(axis=1) for one in evidence]).max(axis=0)
    reason = min((statement.words.index(word) for word in _REASONS if word in statement.words), default=len(best))
    near = best >= np.where(np.arange(len(best)) < reason, _NEAR, _NEAR_REASON)
    longest: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    for word, is_near in zip(statement.words, near, strict=True):
        if word in STOP_WORDS or word in verified:
            continue
        run = () if is_near or any(same_word(word, one) or are_synonyms(word, one) for one in known) else (*run, word)
        longest = max(longest, run, key=len)
    return longest


def _in_step(cosines: np.ndarray) -> float:
    """How well the statement's neighbouring words, two at a time, are matched by neighbours of the sentence."""
    if min(cosines.shape) < 2:
        return float(cosines.max())
    return float(np.minimum(cosines[:-1, :-1], cosines[1:, 1:]).max(axis=1).mean())


def _phrases(words: Sequence[str], evidence: Sequence[Words]) -> float:
    """Which share of the statement's threes of words stand so in the evidence."""
    known = {three for one in evidence for three in _threes(one.words)}
    own = _threes(words)
    return sum(three in known for three in own) / max(1, len(own))


def _threes(words: Sequence[str]) -> list[tuple[str, str, str]]:
    return list(zip(words, words[1:], words[2:], strict=False))


def _related(words: Sequence[str], matches: np.ndarray) -> float:
    """The worst quarter of the pairs of near content words, each as well as one sentence matches both."""
    content = [place for place, word in enumerate(words) if word not in STOP_WORDS] or list(range(len(words)))
    pairs = [(one, other) for place, one in enumerate(content) for other in content[place + 1 : place + 1 + _REACH]]
    if not pairs:
        return float(matches.mean(axis=1).max())
    left, right = np.array(pairs).T
    both = np.minimum(matches[:, left], matches[:, right]).max(axis=0)
    return float(np.sort(both)[: max(1, len(both) // 4)].mean())


def _skipped(words: Sequence[str], sentence: Sequence[str], cosines: np.ndarray) -> float:
    """The logarithm of one more than the content words left out between the first and the last that are told."""
    told = cosines.argmax(axis=1)[cosines.max(axis=1) > _MATCHED]
    if not len(told):
        return 0.0
    stretch = set(sentence[told.min() : told.max() + 1]) - set(words)
    return float(np.log1p(sum(word not in STOP_WORDS for word in stretch)))
