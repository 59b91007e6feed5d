"""Measures extractive answers over real news: answers shown and shown first, wrong ones, declines, calibration.

    python -m eval.bench.newsroom FOLDER… --draw N [--questions 120] [--library FOLDER]

Each FOLDER is a year of RealTimeQA. A draw takes that many of the answerable questions, in the order of a hash of the
draw's number and the question's id, with the articles that a search found for them; articles of more than 60
paragraphs are left out unless they are right. Each question is asked on its day, and as of the day before the first
article that may answer it. Intervals are 95%.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from eval.bench.silence import a_day_before
from eval.bounds import share_bounds
from eval.cases import Case, Suite
from eval.formats.documents import json_lines, says
from eval.formats.realtimeqa import article_key, read_realtimeqa
from rag.articles import Answer, Filters, Question
from rag.desk import Desk
from rag.embedding import load_embedder
from rag.library import open_library

LONGEST_PARAGRAPHS = 60
QUESTIONS = 120
BINS = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a question: the score of each statement, and whether it says the right answer."""

    case: Case
    answered: bool
    statements: tuple[tuple[float, bool], ...]

    @property
    def shown(self) -> bool:
        return any(right for _, right in self.statements)

    @property
    def first(self) -> bool:
        return bool(self.statements) and self.statements[0][1]

    @property
    def score(self) -> float:
        return self.statements[0][0] if self.statements else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.newsroom", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="a year of RealTimeQA, past/2023")
    parser.add_argument("--draw", type=int, required=True, help="which questions are drawn")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many of each year")
    parser.add_argument("--library", help="a folder that keeps what was embedded for the next time")
    given = parser.parse_args()
    answers: list[Answered] = []
    before: list[Answered] = []
    with tempfile.TemporaryDirectory(prefix="byline-newsroom-") as temporary:
        embedder = load_embedder()
        desk = Desk(open_library(given.library or temporary, embedder), embedder)
        for folder in given.folders:
            suite = draw(read_realtimeqa(folder), folder, given.draw, given.questions)
            desk.ingest(suite.articles)
            answers += [ask(desk, case) for case in suite.cases]
            before += [ask(desk, case) for case in a_day_before(suite)]
        desk.close()
    show(answers, before)


def draw(suite: Suite, folder: Path, number: int, questions: int) -> Suite:
    """Draws questions of a suite, with the articles that a search found for them."""
    found = dict(_found(folder))
    answerable = [case for case in suite.cases if case.answers]
    drawn = sorted(answerable, key=lambda case: sha256(f"{number}:{case.id}".encode()).hexdigest())[:questions]
    right = {id for case in drawn for id in case.articles}
    near = {id for case in drawn for id in found.get(case.id, ())}
    kept = tuple(
        one
        for one in suite.articles
        if one.id in right or (one.id in near and len(one.paragraphs) <= LONGEST_PARAGRAPHS)
    )
    among = Filters(articles=tuple(one.id for one in kept))
    return replace(suite, cases=tuple(replace(case, filters=among) for case in drawn), articles=kept)


def _found(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for file in sorted(folder.rglob("*_gcs.jsonl")):
        for _, record in json_lines(file):
            yield f"realtimeqa-{record['question_id']}", [article_key(one["url"]) for one in record["search_result"]]


def ask(desk: Desk, case: Case) -> Answered:
    """Asks the desk a case, and judges the answer."""
    question = Question(case.question, filters=case.filters, as_of=case.as_of, mode="extractive")
    return judged(case, asyncio.run(desk.ask(question)))


def judged(case: Case, answer: Answer) -> Answered:
    """Judges each statement: it is right if it has the answer in one of its spellings."""
    spelled = [spelling for fact in case.answers for spelling in fact]
    right = [any(says(one.text, spelling) for spelling in spelled) for one in answer.statements]
    scores = [one.score for one in answer.statements]
    return Answered(case, answer.answered, tuple(zip(scores, right, strict=True)))


def show(answers: Sequence[Answered], before: Sequence[Answered]) -> None:
    """Prints the figures."""
    answered = sorted((one for one in answers if one.answered), key=lambda one: -one.score)
    sure = answered[: len(answered) // 2]
    _line("answer shown, of all", answers, lambda one: one.shown)
    _line("answer in the first sentence, of all", answers, lambda one: one.first)
    _line("answered, of all", answers, lambda one: one.answered)
    _line("wrong, of what is answered", answered, lambda one: not one.shown)
    _line("right, of the surest half", sure, lambda one: one.shown)
    _line("declined the day before", before, lambda one: not one.answered)
    for name, asked in (("their day", answers), ("either day", [*answers, *before])):
        _show_calibration(name, np.array([pair for one in asked for pair in one.statements], dtype=np.float64))


def _show_calibration(name: str, statements: np.ndarray) -> None:
    """Prints the calibration error of (n, 2) scores and labels, and the slope and offset that would correct it."""
    if not len(statements):
        return
    bins = reliability(statements)
    error = sum(count * abs(right - score) for count, score, right in bins) / len(statements)
    print(f"expected calibration error of {len(statements)} statements on {name}: {error:.3f}")
    for count, score, right in bins:
        print(f"  score {score:.2f}: right {right:.2f} of {count}")
    if 0 < statements[:, 1].sum() < len(statements):
        logits = logit(np.clip(statements[:, :1], 1e-4, 1 - 1e-4))
        platt = LogisticRegression(C=1e6).fit(logits, statements[:, 1])
        print(f"  mended by slope {platt.coef_[0, 0]:.2f} and offset {platt.intercept_[0]:.2f} (Platt)")


def reliability(statements: np.ndarray) -> list[tuple[int, float, float]]:
    """Equal bins of (n, 2) scores and labels: of each its size, mean score and share that is right."""
    ordered = statements[np.argsort(statements[:, 0])]
    parts = [part for part in np.array_split(ordered, BINS) if len(part)]
    return [(len(part), float(part[:, 0].mean()), float(part[:, 1].mean())) for part in parts]


def _line(name: str, answers: Sequence[Answered], holds: Callable[[Answered], bool]) -> None:
    count = sum(map(holds, answers))
    if answers:
        low, high = share_bounds(count / len(answers), len(answers))
        print(f"{name:38} {count / len(answers):.2f} ({count} of {len(answers)}; {low:.2f}–{high:.2f})")


if __name__ == "__main__":
    main()
