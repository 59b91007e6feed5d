"""Measures the check on single labelled sentences.

    python -m eval.bench.support [mturk_cnndm.jsonl mturk_xsum.jsonl …]

First the pairs of sentence and source in `eval/built_in/support_pairs.jsonl`, half of them false in one thing: the
verdict on each, without a second opinion. Then, for each file of QAGS (summary sentences that three people judged
against their articles), the quality of the probability of `rag.verification.bearing`, with the built-in weights and
cross-validated (10 folds by article, 5 times), with simple baselines in the same run.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from eval.formats.faithjudge import paragraphs
from eval.formats.qags import Judged, read_qags
from rag.articles import Draft, Passage, Source
from rag.embedding import load_embedder
from rag.language.tokens import tokens
from rag.verification import Checker
from rag.verification.bearing import BIAS, WEIGHTS, bearing_features
from rag.verification.checker import ENOUGH_EVIDENCE, MOST_EVIDENCE
from rag.verification.evidence import Sentence, covering, sentences

PAIRS = Path(__file__).parent.parent / "built_in" / "support_pairs.jsonl"
FOLDS, REPEATS = 10, 5
SHRINKAGE = 0.05  # the regression's C


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and its cited passage; `kind` says how it was derived, `half` when it was written."""

    half: str
    passage: str
    published: date
    sentence: str
    supported: bool
    kind: str


def main(paths: Sequence[Path]) -> None:
    """Prints results for the pairs, and for each file of judged sentences."""
    show_pairs(read_pairs())
    for path in paths:
        show_judged(path.name, read_qags(path))


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """Reads the built-in pairs."""
    kind = TypeAdapter(Pair)
    return tuple(kind.validate_json(line) for line in path.read_bytes().splitlines())


def verdict(checker: Checker, pair: Pair) -> str:
    """The check's verdict on a pair, without a second opinion: the worst one of its claims."""
    passage = Passage(Source("a", "", None, None, pair.published), 1, 0, len(pair.passage), pair.passage, 1.0)
    found = {one.verdict for one in checker.examine(Draft(pair.sentence, (0,)), [passage]).claims}
    return next(one for one in ("missing", "undecided", "borne") if one in found)


def show_pairs(pairs: Sequence[Pair]) -> None:
    """Prints the verdicts on false and on right sentences, and the kinds of accepted false ones."""
    checker = Checker()
    found = [(pair, verdict(checker, pair)) for pair in pairs]
    print(f"{PAIRS.name}: {len(pairs)} pairs")
    for supported, name in ((False, "false"), (True, "right")):
        counts = Counter(said for pair, said in found if pair.supported is supported)
        print(f"  {name}: " + ", ".join(f"{said} {count}" for said, count in counts.most_common()))
    kinds = Counter(pair.kind for pair, said in found if not pair.supported and said == "borne")
    print("  false and borne: " + (", ".join(f"{kind} {count}" for kind, count in kinds.most_common()) or "none"))


def show_judged(name: str, judged: Sequence[Judged]) -> None:
    """Prints the quality of the probability on sentences that people judged."""
    truth = np.array([one.supported for one in judged])
    groups = np.array([one.cluster for one in judged])
    features = np.stack([_features(one) for one in judged])
    print(f"{name}: {len(truth)} sentences of {len(set(groups))} articles, {truth.mean():.0%} supported")
    _show("fitted on the other articles", truth, *_cross_fitted(features, truth, groups))
    carried = features @ WEIGHTS + BIAS
    _show("the weights that are carried*", truth, [carried], [_best_threshold(truth, carried)])
    for baseline, signal in (("nearest sentence", _nearest(judged)), ("shared bigrams", _bigrams(judged))):
        _show(f"baseline: {baseline}*", truth, [signal], [_best_threshold(truth, signal)])
    print("  * threshold chosen on the same sentences")


def _features(one: Judged) -> np.ndarray:
    known = _sentences(one.evidence)
    own = tokens(one.statement)
    return bearing_features(own, covering(own, known, MOST_EVIDENCE, ENOUGH_EVIDENCE) or known[:1], known)


def _sentences(article: str) -> list[Sentence]:
    """The sentences of an article, paragraph by paragraph, as in the check."""
    cut = enumerate(paragraphs(article), start=1)
    passages = [Passage(Source("a", ""), number, 0, len(text), text, 1.0) for number, text in cut]
    return sentences(passages, range(len(passages)))


def _cross_fitted(
    features: np.ndarray, truth: np.ndarray, groups: np.ndarray
) -> tuple[list[np.ndarray], list[float]]:
    """The cross-validated probability of each sentence, once per repeat."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    scaled = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-9)
    repeats = []
    for seed in range(REPEATS):
        scores = np.zeros(len(truth))
        for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(scaled, truth, groups):
            model = LogisticRegression(C=SHRINKAGE, class_weight="balanced").fit(scaled[train], truth[train])
            scores[test] = model.predict_proba(scaled[test])[:, 1]
        repeats.append(scores)
    return repeats, [0.5] * REPEATS


def _nearest(judged: Sequence[Judged]) -> np.ndarray:
    """The greatest cosine of a sentence with one of its article's sentences."""
    embedder = load_embedder()
    articles = {one.evidence: [said.text for said in _sentences(one.evidence)] for one in judged}
    vectors = {text: embedder.encode(told) for text, told in articles.items()}
    own = embedder.encode([one.statement for one in judged])
    return np.array([float((vectors[one.evidence] @ mine).max()) for one, mine in zip(judged, own, strict=True)])


def _bigrams(judged: Sequence[Judged]) -> np.ndarray:
    """The share of a sentence's bigrams in the best two adjacent sentences."""
    found = []
    for one in judged:
        mine = set(pairwise(tokens(one.statement).words))
        known = [set(pairwise(said.tokens.words)) for said in _sentences(one.evidence)]
        both = [left | right for left, right in pairwise(known)] or known
        found.append(max((len(mine & each) for each in both), default=0) / max(1, len(mine)))
    return np.array(found)


def _best_threshold(truth: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import roc_curve

    false, true, thresholds = roc_curve(truth, scores)
    return float(thresholds[np.argmax(true - false)])


def _show(name: str, truth: np.ndarray, scores: Sequence[np.ndarray], thresholds: Sequence[float]) -> None:
    """Prints AUC, and balanced accuracy and kappa at the threshold, as means over the repeats."""
    from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, roc_auc_score

    rows = [
        (roc_auc_score(truth, each), balanced_accuracy_score(truth, each >= at), cohen_kappa_score(truth, each >= at))
        for each, at in zip(scores, thresholds, strict=True)
    ]
    auc, balanced, kappa = np.mean(rows, axis=0)
    print(f"  {name:29} AUC {auc:.3f}  balanced accuracy {balanced:.3f}  kappa {kappa:.3f}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
