"""The suite over the seeds passes: right answers, right sources, unknowns declined."""

from __future__ import annotations

import asyncio

import pytest

from eval.cases import Suite
from eval.failures import failures
from eval.running import run_suite
from eval.runs import Run
from eval.scores import Scores
from eval.scoring import score
from eval.suites import load_suite
from eval.target import DeskTarget
from rag.settings import Settings

LEAST = 0.9


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suite("seeds")


@pytest.fixture(scope="module")
def run(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Run:
    async def asked() -> Run:
        target = DeskTarget(suite.articles, Settings(), "extractive")
        try:
            return await run_suite(suite, target, folder=tmp_path_factory.mktemp("run"))
        finally:
            await target.close()

    return asyncio.run(asked())


@pytest.fixture(scope="module")
def scores(run: Run) -> Scores:
    return score(run, resamples=100)


def test_the_suite_has_at_least_forty_questions_of_every_kind(suite: Suite) -> None:
    assert len(suite.cases) >= 40
    assert {case.kind for case in suite.cases} == {
        "answerable",
        "several",
        "disagreeing",
        "unanswerable",
        "follow-up",
    }


def test_the_evidence_of_the_suite_is_in_the_seeds(suite: Suite) -> None:
    assert suite.notes == ()


def test_every_question_is_replied_to(scores: Scores) -> None:
    assert scores.errored == ()


def test_answerable_questions_are_answered_from_a_right_article(run: Run, scores: Scores) -> None:
    right = scores.overall["facts_and_article"]

    assert right.n == sum(case.answerable for case in run.suite.cases)
    assert right.value >= LEAST, failures(run, scores)


def test_unanswerable_questions_are_declined(run: Run, scores: Scores) -> None:
    declined = scores.overall["reject_recall"]

    assert declined.n == sum(not case.answerable for case in run.suite.cases)
    assert declined.value >= LEAST, failures(run, scores)


def test_every_citation_is_exact(scores: Scores) -> None:
    assert scores.overall["citation_validity"].value == 1.0
