"""Fits the model of `rag.generation.likelihood` and prints how well it ranks and how well it is calibrated.

    python -m eval.bench.answers FOLDER --draw N [--questions 100] [--library FOLDER]

FOLDER is a part of RealTimeQA whose answers may be read; the draw is that of `eval.bench.newsroom`. A sentence is
right where it says the answer; as of the day before, none is. Questions whose passages are of the same days are not
fitted on, as the model is not asked of them. The figures are of ten folds by question, beside relevance alone.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from eval.bench.newsroom import draw, reliability
from eval.bench.silence import a_day_before
from eval.cases import Case
from eval.formats.documents import says
from eval.formats.realtimeqa import read_realtimeqa
from rag.articles import Question
from rag.desk import Desk
from rag.embedding import load_embedder
from rag.generation import likelihood
from rag.generation.extractive import Extractive
from rag.library import open_library
from rag.query import understand

QUESTIONS = 100
FOLDS = 10
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences that were found for a question: `features` (n, d), and `right` (n,), whether each answers."""

    question: str
    answerable: bool
    features: np.ndarray
    right: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.answers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="a folder of RealTimeQA")
    parser.add_argument("--draw", type=int, required=True, help="which questions are drawn")
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--library", help="a folder that keeps what was embedded for the next time")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="byline-answers-") as temporary:
        embedder = load_embedder()
        desk = Desk(open_library(given.library or temporary, embedder), embedder)
        suite = draw(read_realtimeqa(given.folder), given.folder, given.draw, given.questions)
        desk.ingest(suite.articles)
        writer = Extractive(embedder)
        made = [_candidates(desk, writer, case) for case in (*suite.cases, *a_day_before(suite))]
        desk.close()
    fitted_on = [one for one in made if one is not None]
    unseen = _unseen(fitted_on)
    _show(
        "relevance alone", fitted_on, [one.features[:, likelihood.FEATURES.index("relevance")] for one in fitted_on]
    )
    _show("model, unseen folds", fitted_on, unseen)
    _show_calibration(fitted_on, unseen)
    weights, bias = fit(fitted_on)
    print("WEIGHTS", [round(float(weight), 3) for weight in weights])
    print("BIAS", round(bias, 3))


def _candidates(desk: Desk, writer: Extractive, case: Case) -> Candidates | None:
    """What was found for a case; None where it is all of one story."""
    asked = understand(Question(case.question, filters=case.filters, as_of=case.as_of))
    passages = desk.search(asked.query, asked.question.passages, case.filters, case.as_of)
    found, logits, lacks = writer.found(asked, passages)
    if not found or likelihood.is_one_story(found):
        return None
    spelled = [spelling for fact in case.answers for spelling in fact]
    right = np.array([any(says(one.text, spelling) for spelling in spelled) for one in found])
    features = likelihood.features(asked, found, logits, lacks)
    return Candidates(case.id, bool(case.answers), features, right)


def fit(candidates: Sequence[Candidates]) -> tuple[np.ndarray, float]:
    """The weights (d,) and the bias of a logistic regression over all sentences."""
    features = np.vstack([one.features for one in candidates])
    scale = features.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(max_iter=3000).fit(features / scale, np.concatenate([one.right for one in candidates]))
    return model.coef_[0] / scale, float(model.intercept_[0])


def _unseen(candidates: Sequence[Candidates]) -> list[np.ndarray]:
    """The logits of each question's sentences, by weights that were fitted without the question."""
    logits: dict[int, np.ndarray] = {}
    groups = [one.question for one in candidates]
    for fitted_on, held_out in GroupKFold(FOLDS).split(candidates, groups=groups):
        weights, bias = fit([candidates[place] for place in fitted_on])
        logits |= {place: candidates[place].features @ weights + bias for place in held_out}
    return [logits[place] for place in range(len(candidates))]


def _show(name: str, candidates: Sequence[Candidates], scores: Sequence[np.ndarray]) -> None:
    asked = [(one.right, score) for one, score in zip(candidates, scores, strict=True) if one.answerable]
    first, among = (np.mean([_is_in(right, score, count) for right, score in asked]) for count in (1, SHOWN))
    print(f"{name:20} right first {first:.2f}, among {SHOWN} {among:.2f}, of {len(asked)} questions")


def _is_in(right: np.ndarray, scores: np.ndarray, count: int) -> bool:
    return bool(right[np.argsort(-scores)[:count]].any())


def _show_calibration(candidates: Sequence[Candidates], logits: Sequence[np.ndarray]) -> None:
    """The reliability of the best sentences of each question, and what each threshold answers and gets wrong."""
    best = [np.argsort(-one)[:SHOWN] for one in logits]
    probability: Callable[[np.ndarray], np.ndarray] = lambda one: 1 / (1 + np.exp(-one))  # noqa: E731
    pairs = [
        np.column_stack([probability(logit[place]), one.right[place]])
        for one, logit, place in zip(candidates, logits, best, strict=True)
    ]
    for count, score, right in reliability(np.vstack(pairs)):
        print(f"  score {score:.2f}: right {right:.2f} of {count}")
    asked = [pair for one, pair in zip(candidates, pairs, strict=True) if one.answerable]
    others = [pair for one, pair in zip(candidates, pairs, strict=True) if not one.answerable]
    for least in (0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3):
        answered = [pair for pair in asked if pair[0, 0] >= least]
        wrong = np.mean([not pair[:, 1].any() for pair in answered]) if answered else 0.0
        declined = np.mean([pair[0, 0] < least for pair in others]) if others else 0.0
        share = len(answered) / max(len(asked), 1)
        print(f"  threshold {least:.2f}: answered {share:.2f}, wrong {wrong:.2f}; declined before {declined:.2f}")


if __name__ == "__main__":
    main()
