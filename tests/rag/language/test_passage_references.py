"""The words by which an answer speaks of its passages are no claims, and their numbers no facts."""

from __future__ import annotations

import pytest

from rag.articles import Draft
from rag.language.passage_references import framing_clause_length, without_references
from rag.verification import Checker
from rag.verification.facts import missing_fact
from tests.rag.verification.making_passages import FERRY, passage


@pytest.mark.parametrize(
    "frame",
    [
        "The article says that ",
        "The second passage also mentions that ",
        "According to the provided context, ",
        "Based on the provided passages, ",
        "According to passage 2, ",
        "As stated in the article, ",
        "In the news article ",
    ],
)
def test_a_frame_is_no_part_of_what_is_said(frame: str) -> None:
    said = "divers recovered 31 bodies within two days."

    assert framing_clause_length(f"{frame}{said}") == len(frame)


@pytest.mark.parametrize("sentence", ["Reports of torture were denied.", "The passage of the law took a week.", ""])
def test_news_of_reports_and_passages_is_no_frame(sentence: str) -> None:
    assert framing_clause_length(sentence) == 0


@pytest.mark.parametrize("sentence", ["According to passage 2", "The article says "])
def test_a_frame_alone_is_kept_as_it_is(sentence: str) -> None:
    assert 0 <= framing_clause_length(sentence) < len(sentence)


def test_a_framed_copy_is_borne_by_what_it_copies() -> None:
    text = "According to the article, a ferry carrying 212 passengers sank off Cebu in March 2019."

    assert {one.verdict for one in Checker().examine(Draft(text, (0,)), [passage(FERRY)]).claims} <= {
        "borne",
        "undecided",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Prices rose (passages 1 and 3).", "Prices rose  ."),
        ("Passage 2 says prices rose.", "  says prices rose."),
        ("Prices rose, as source 3, source 4 report", "Prices rose, as   report"),
    ],
)
def test_the_number_of_a_passage_is_no_fact_of_the_news(text: str, expected: str) -> None:
    assert without_references(text) == expected


@pytest.mark.parametrize(
    "lie",
    [
        "In reports 40 bodies were recovered.",
        "According to the articles 40 bodies were recovered.",
        "Sources 40 miles away saw it.",
        "Articles 400, they say.",
    ],
)
def test_a_count_behind_such_a_word_is_a_fact(lie: str) -> None:
    assert missing_fact(without_references(lie), [passage(FERRY)]) is not None
