"""Summaries and comparisons quote the lead of each article on the topic, in date order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest

from rag.articles import Answer, Question
from rag.desk import Desk
from rag.embedding import Embedder
from rag.library import open_library
from tests.making import article

MIDDLE = "Rescue teams worked through the night to reach the people who were cut off, the fire service said."
FLOOD = "SPRINGFIELD (AP) — A flood destroyed the only bridge of Springfield on Monday, officials said."
MAYOR = "The mayor of Springfield resigned over the flood on Wednesday, a spokeswoman said."
BILL = "The flood in Springfield cost the town $3 million, the council said on Friday."
BANK = "The central bank raised its rate to 3 percent on Tuesday."


@pytest.fixture(scope="module")
def desk(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    opened = Desk(open_library(tmp_path_factory.mktemp("overview"), embedder), embedder)
    opened.ingest(
        [
            article(
                "c", BILL, MIDDLE, title="What the flood cost", outlet="usatoday.com", published=date(2023, 5, 6)
            ),
            article("a", FLOOD, title="Flood in Springfield", outlet="cnn.com", published=date(2023, 5, 1)),
            article("b", MAYOR, title="Mayor of Springfield resigns", outlet="cnn.com", published=date(2023, 5, 3)),
            article("d", BANK, title="Bank raises rate", outlet="cnn.com", published=date(2023, 5, 2)),
        ]
    )
    yield opened
    opened.close()


def told(desk: Desk, text: str) -> tuple[Answer, list[str]]:
    answer = asyncio.run(desk.ask(Question(text)))
    return answer, [statement.text for statement in answer.statements]


def test_a_summary_has_the_leading_statements_on_the_topic_in_the_order_of_their_days(desk: Desk) -> None:
    _, statements = told(desk, "Summarize the news about the Springfield flood")

    assert statements == [FLOOD.partition("— ")[2], MAYOR, BILL]


def test_a_dateline_is_no_part_of_a_statement_nor_of_its_citation(desk: Desk) -> None:
    answer, statements = told(desk, "Summarize the news about the Springfield flood")

    assert answer.citations[0].quote == statements[0]
    assert desk.article("a").text[answer.citations[0].start :] == statements[0]


def test_a_comparison_has_what_each_outlet_leads_with(desk: Desk) -> None:
    _, statements = told(desk, "Compare what USA Today and CNN say about the Springfield flood")

    assert statements == [BILL, FLOOD.partition("— ")[2], MAYOR]


def test_a_topic_that_no_article_is_on_is_declined(desk: Desk) -> None:
    answer, _ = told(desk, "Summarize the news about the football final")

    assert not answer.answered
    assert answer.closest
