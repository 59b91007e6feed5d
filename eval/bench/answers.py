"""Fits the model of `rag.generation.likelihood` and prints how well it ranks and how well it is calibrated.

    python -m eval.bench.answers FOLDER… --draw N [--questions 100] [--squad FOLDER] [--library FOLDER] [--ablate]

Each FOLDER is a part of RealTimeQA whose answers may be read; the draw is that of `eval.bench.newsroom`, from each.
A sentence is right where it says the answer; as of the day before, none is. `--squad` adds the questions of SQuAD
2.0, each over one paragraph. Every question weighs the same. The figures are of ten folds by question, `--ablate`
prints them without each feature.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from eval.bench.newsroom import draw, reliability
from eval.bench.silence import a_day_before
from eval.cases import Case, Suite
from eval.formats.documents import says
from eval.formats.realtimeqa import read_realtimeqa
from eval.formats.squad import read_squad
from rag.articles import Question
from rag.desk import Desk
from rag.embedding import Embedder, load_embedder
from rag.generation.agreement import agreement
from rag.generation.candidates import Candidate, candidates
from rag.generation.extractive import STATEMENTS
from rag.generation.likelihood import (
    FEATURES,
    features,
    is_one_story,
    likelihoods,
    objection_factor,
    one_story_probabilities,
    words_of,
)
from rag.generation.relevance import fit_of
from rag.library import open_library
from rag.query import understand

QUESTIONS = 100
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences found for a question: `features` (n, d), `kept` (n,) what objections leave of the likelihood.

    `right` (n,): whether each answers; `asked` are the question's words.
    """

    question: str
    answerable: bool
    asked: frozenset[str]
    found: Sequence[Candidate]
    features: np.ndarray
    kept: np.ndarray
    right: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.answers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="a folder of RealTimeQA")
    parser.add_argument("--draw", type=int, required=True, help="which questions are drawn")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many of each folder")
    parser.add_argument("--squad", type=Path, help="a folder or file of SQuAD 2.0, fitted on too")
    parser.add_argument("--library", help="a folder that keeps what was embedded for the next time")
    parser.add_argument("--ablate", action="store_true", help="print the figures without each feature")
    given = parser.parse_args()
    squad = read_squad(given.squad) if given.squad else None
    news: list[Sentences] = []
    with tempfile.TemporaryDirectory(prefix="byline-answers-") as temporary:
        embedder = load_embedder()
        desk = Desk(open_library(given.library or temporary, embedder), embedder)
        for folder in given.folders:
            suite = draw(read_realtimeqa(folder), folder, given.draw, given.questions)
            news += _found(desk, embedder, suite, (*suite.cases, *a_day_before(suite)))
        others = _found(desk, embedder, squad, squad.cases) if squad else []
        desk.close()
    if given.ablate:
        for place, name in enumerate(FEATURES):
            _show(f"without {name}", news, _unseen(news, others, [at for at in range(len(FEATURES)) if at != place]))
    unseen = _unseen(news, others, range(len(FEATURES)))
    _show("all", news, unseen)
    _show_calibration(news, unseen)
    weights, bias = fit([*news, *others])
    print("WEIGHTS", [round(float(weight), 3) for weight in weights])
    print("BIAS", round(bias, 3))


def _found(desk: Desk, embedder: Embedder, suite: Suite, cases: Sequence[Case]) -> list[Sentences]:
    """What is found for each case; cases for which there is no sentence are left out."""
    desk.ingest(suite.articles)
    made = []
    for case in cases:
        parsed = understand(Question(case.question, filters=case.filters, as_of=case.as_of))
        passages = desk.search(parsed.query, parsed.question.passages, case.filters, case.as_of)
        if found := candidates(passages):
            fit = fit_of(embedder, parsed, found)
            spelled = [spelling for fact in case.answers for spelling in fact]
            right = np.array([any(says(one.text, spelling) for spelling in spelled) for one in found])
            rows = features(parsed, found, fit)
            kept = objection_factor(rows, fit)
            made.append(Sentences(case.id, bool(case.answers), words_of(parsed), found, rows, kept, right))
    return made


def fit(found: Sequence[Sentences], columns: Sequence[int] = range(len(FEATURES))) -> tuple[np.ndarray, float]:
    """The weights (d,) and the bias of a logistic regression over all sentences, every question weighing the same.

    Features that are not among `columns` have no weight.
    """
    rows = np.vstack([one.features[:, columns] for one in found])
    scale = rows.std(axis=0)
    scale[scale == 0] = 1.0
    share = np.concatenate([np.full(len(one.right), 1 / len(one.right)) for one in found])
    model = LogisticRegression(max_iter=4000)
    model.fit(
        rows / scale, np.concatenate([one.right for one in found]), sample_weight=share * len(share) / share.sum()
    )
    weights = np.zeros(len(FEATURES))
    weights[list(columns)] = model.coef_[0] / scale
    return weights, float(model.intercept_[0])


def _unseen(news: Sequence[Sentences], others: Sequence[Sentences], columns: Sequence[int]) -> list[np.ndarray]:
    """The likelihoods of each question's sentences, by weights that were fitted without the question."""
    told: dict[int, np.ndarray] = {}
    groups = [one.question for one in news]
    for fitted_on, held_out in GroupKFold(FOLDS).split(news, groups=groups):
        weights, bias = fit([*(news[place] for place in fitted_on), *others], columns)
        for place in held_out:
            one = news[place]
            told[place] = likelihoods(one.features, one.kept, weights, bias)
    return [told[place] for place in range(len(news))]


def _show(name: str, found: Sequence[Sentences], told: Sequence[np.ndarray]) -> None:
    asked = [(one.right, scores) for one, scores in zip(found, told, strict=True) if one.answerable]
    first, among = (np.mean([_is_in(right, scores, count) for right, scores in asked]) for count in (1, STATEMENTS))
    best = [scores.max() for scores in told]
    answerable = [one.answerable for one in found]
    auc = roc_auc_score(answerable, best) if len(set(answerable)) > 1 else 0.5
    print(f"{name:24} right first {first:.2f}, among {STATEMENTS} {among:.2f}; AUC of answerable or not {auc:.3f}")


def _is_in(right: np.ndarray, scores: np.ndarray, count: int) -> bool:
    return bool(right[np.argsort(-scores)[:count]].any())


def _show_calibration(found: Sequence[Sentences], unseen: Sequence[np.ndarray]) -> None:
    """Fits the probability of each question's best sentences; prints what thresholds answer and get wrong."""
    rows = [
        np.column_stack([logit(np.clip(alone, 1e-9, 1 - 1e-9)), agreement(one.found, alone, one.asked)])
        for one, alone in zip(found, unseen, strict=True)
    ]
    best = [np.argsort(-alone)[:STATEMENTS] for alone in unseen]
    fitted = [place for place, one in enumerate(found) if one.answerable and not is_one_story(one.features)]
    model = LogisticRegression(C=1e6).fit(
        np.vstack([rows[place][best[place]] for place in fitted]),
        np.concatenate([found[place].right[best[place]] for place in fitted]),
    )
    (slope, agreed), offset = model.coef_[0], model.intercept_[0]
    print(f"SLOPE, AGREEMENT, OFFSET {slope:.2f}, {agreed:.2f}, {offset:.2f}")
    told = [
        one_story_probabilities(alone) if is_one_story(one.features) else model.predict_proba(row)[:, 1]
        for one, alone, row in zip(found, unseen, rows, strict=True)
    ]
    _show("with agreement", found, told)
    pairs = []
    for one, scores in zip(found, told, strict=True):
        place = np.argsort(-scores)[:STATEMENTS]
        pairs.append(np.column_stack([scores[place], one.right[place]]))
    for count, score, right in reliability(np.vstack(pairs)):
        print(f"  probability {score:.2f}: right {right:.2f} of {count}")
    asked = [pair for one, pair in zip(found, pairs, strict=True) if one.answerable]
    others = [pair for one, pair in zip(found, pairs, strict=True) if not one.answerable]
    for least in (0.1, 0.12, 0.15, 0.18, 0.2, 0.25, 0.3):
        answered = [pair for pair in asked if pair[0, 0] >= least]
        wrong = np.mean([not pair[:, 1].any() for pair in answered]) if answered else 0.0
        declined = np.mean([pair[0, 0] < least for pair in others]) if others else 0.0
        share = len(answered) / max(len(asked), 1)
        print(f"  threshold {least:.2f}: answered {share:.2f}, wrong {wrong:.2f}; declined before {declined:.2f}")


if __name__ == "__main__":
    main()
