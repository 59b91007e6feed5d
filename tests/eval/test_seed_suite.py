"""The suite over the seeds holds: the answers are in, the sources are right, and what is not known is declined."""

import json
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from eval.seed_questions import SUITE, Case, Score, desk

LEAST = 0.9


@pytest.fixture(scope="module")
def scores() -> list[Score]:
    suite = TypeAdapter(Case)
    cases = [suite.validate_json(line) for line in SUITE.read_text("utf-8").splitlines()]
    with desk("extractive") as ask:
        return [Score(case, ask(case)) for case in cases]


def test_the_suite_has_at_least_forty_questions_of_every_kind(scores: list[Score]) -> None:
    kinds = {score.case.kind for score in scores}

    assert len(scores) >= 40
    assert kinds == {"answerable", "several", "disagreeing", "unanswerable", "follow-up"}
    assert len({score.case.id for score in scores}) == len(scores)


def test_answerable_questions_are_answered_from_a_right_article(scores: list[Score]) -> None:
    answerable = [score for score in scores if score.case.answers]
    right = [score for score in answerable if score.facts and score.article]

    assert len(right) >= LEAST * len(answerable), [score.case.id for score in answerable if score not in right]


def test_unanswerable_questions_are_declined(scores: list[Score]) -> None:
    unanswerable = [score for score in scores if not score.case.answers]
    declined = [score for score in unanswerable if not score.reply.answered]

    assert len(declined) >= LEAST * len(unanswerable), [
        score.case.id for score in unanswerable if score not in declined
    ]


def test_every_citation_is_exact(scores: list[Score]) -> None:
    assert all(exact for score in scores for exact in score.reply.exact)


def test_the_evidence_of_the_suite_is_in_the_seeds() -> None:
    texts = {file.stem: file.read_text("utf-8") for file in (Path(__file__).parents[2] / "seeds").glob("*.txt")}

    for line in SUITE.read_text("utf-8").splitlines():
        case = json.loads(line)
        for sentence in case["evidence"]:
            assert any(sentence in texts[article] for article in case["articles"]), case["id"]
