"""The check's calibration card: what it lets pass and what it stops, and what its meaning score is worth.

    python -m eval.support_calibration [mturk_cnndm.jsonl mturk_xsum.jsonl …]

First the whole check, on the pairs of sentence and source in `eval/built_in/support_pairs.jsonl`: written for it,
half of them false in one thing. Then the score, for each file of QAGS (sentences that people judged against their
articles): it fits the weights that `rag.checking.support` carries, and prints what they are worth on articles that
they were not fitted on (10 folds by article, 5 times), beside simple baselines measured in the same run.
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

from eval.formats.qags import Judged, read_qags
from rag.articles import Checked, Draft, Passage, Source
from rag.checking import Checker
from rag.checking.support import BIAS, FEATURES, WEIGHTS, support_features
from rag.embedding import Embedder, Words, load_embedder
from rag.sentences import sentence_spans

PAIRS = Path(__file__).parent / "built_in" / "support_pairs.jsonl"
FOLDS, REPEATS = 10, 5
SHRINKAGE = 0.05  # the regression's C


def main(paths: Sequence[Path]) -> None:
    """Print the card of the whole check, and one of its score for each file."""
    embedder = load_embedder()
    _show_pairs(Checker(embedder))
    for path in paths:
        judged = read_qags(path)
        own, sources = _encoded(judged, embedder)
        features = np.stack([support_features(*pair) for pair in zip(own, sources, strict=True)])
        truth = np.array([one.supported for one in judged])
        fold_of = np.array([one.cluster for one in judged])
        print(f"{path.name}: {len(truth)} sentences of {len(set(fold_of))} articles, {truth.mean():.0%} supported")
        _show("fitted on the other articles", truth, *_cross_fitted(features, truth, fold_of))
        carried = 1 / (1 + np.exp(-(features @ WEIGHTS + BIAS)))
        _show("the weights that are carried", truth, [carried], [0.5])
        for name, signal in {"nearest sentence": _nearest, "shared bigrams": _bigrams}.items():
            scores = np.array([signal(*pair) for pair in zip(own, sources, strict=True)])
            _show(f"baseline: {name}*", truth, [scores], [_best_threshold(truth, scores)])
        weights, bias = _fitted(features, truth)
        print("  weights " + ", ".join(f"{n} {w:.2f}" for n, w in zip(FEATURES, weights, strict=True)), end="")
        print(f", bias {bias:.2f}\n  * threshold chosen on the same sentences")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence and the passage that it cites; `kind` says how it was made from it, `half` when it was written."""

    half: str
    passage: str
    published: date
    sentence: str
    supported: bool
    kind: str


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """The pairs that were written for the check."""
    kind = TypeAdapter(Pair)
    return tuple(kind.validate_json(line) for line in path.read_bytes().splitlines())


def passes(checker: Checker, pair: Pair) -> bool:
    """Whether the check lets the sentence pass with that passage alone."""
    source = Source("a", "", None, None, pair.published)
    passage = Passage(source, 1, 0, len(pair.passage), pair.passage, 1.0)
    return isinstance(checker.check(Draft(pair.sentence, (0,)), [passage]), Checked)


def _show_pairs(checker: Checker) -> None:
    pairs = read_pairs()
    wrong = [pair for pair in pairs if passes(checker, pair) is not pair.supported]
    print(f"{PAIRS.name}: {len(pairs)} pairs")
    for half in sorted({pair.half for pair in pairs}):
        for supported, name in ((False, "false ones let pass"), (True, "right ones stopped")):
            these = [pair for pair in pairs if pair.half == half and pair.supported is supported]
            kinds = Counter(pair.kind for pair in these if pair in wrong)
            told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
            print(f"  {half} half, {name}: {kinds.total()} of {len(these)} ({told})")


def _encoded(judged: Sequence[Judged], embedder: Embedder) -> tuple[list[Words], list[list[Words]]]:
    own = [embedder.encode_words([one.statement])[0] for one in judged]
    articles = {
        one.evidence: [one.evidence[start:end] for start, end in sentence_spans(one.evidence)] for one in judged
    }
    words = {text: embedder.encode_words(sentences) for text, sentences in articles.items()}
    return own, [words[one.evidence] for one in judged]


def _cross_fitted(
    features: np.ndarray, truth: np.ndarray, groups: np.ndarray
) -> tuple[list[np.ndarray], list[float]]:
    """The probability of each sentence by weights fitted without its article, once for each repeat."""
    from sklearn.model_selection import StratifiedGroupKFold

    repeats = []
    for seed in range(REPEATS):
        scores = np.zeros(len(truth))
        for train, test in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed).split(
            features, truth, groups
        ):
            weights, bias = _fitted(features[train], truth[train])
            scores[test] = 1 / (1 + np.exp(-(features[test] @ weights + bias)))
        repeats.append(scores)
    return repeats, [0.5] * REPEATS


def _fitted(features: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression in which both classes weigh the same."""
    from sklearn.linear_model import LogisticRegression

    middle, spread = features.mean(axis=0), features.std(axis=0)
    model = LogisticRegression(C=SHRINKAGE, class_weight="balanced").fit((features - middle) / spread, truth)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ middle)


def _nearest(own: Words, sources: Sequence[Words]) -> float:
    return max(float(own.sentence @ one.sentence) for one in sources)


def _bigrams(own: Words, sources: Sequence[Words]) -> float:
    """The share of the statement's pairs of neighbours that stand in the best two neighbouring sentences."""
    mine = set(pairwise(own.words))
    known = [set(pairwise(one.words)) for one in sources]
    both = [one | other for one, other in pairwise(known)] or known
    return max(len(mine & one) for one in both) / max(1, len(mine))


def _best_threshold(truth: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import roc_curve

    false, true, thresholds = roc_curve(truth, scores)
    return float(thresholds[np.argmax(true - false)])


def _show(name: str, truth: np.ndarray, scores: Sequence[np.ndarray], thresholds: Sequence[float]) -> None:
    """One line: area under the ROC curve, balanced accuracy and kappa at the threshold, means over the repeats."""
    from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, roc_auc_score

    rows = [
        (
            roc_auc_score(truth, each),
            balanced_accuracy_score(truth, each >= at),
            cohen_kappa_score(truth, each >= at),
            at,
        )
        for each, at in zip(scores, thresholds, strict=True)
    ]
    auc, balanced, kappa, at = np.mean(rows, axis=0)
    print(f"  {name:29} AUC {auc:.3f}  balanced accuracy {balanced:.3f}  kappa {kappa:.3f}  at {at:.2f}")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
