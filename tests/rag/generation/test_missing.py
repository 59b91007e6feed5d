"""What keeps a sentence that is like a question from answering it."""

from __future__ import annotations

from datetime import date

import pytest

from rag.articles import Question
from rag.generation.missing import asks, lacking, lacks_owner, of_another_number, of_another_year, tells_no_day
from rag.query import understand


def test_a_sentence_of_another_year_is_of_another_event() -> None:
    assert of_another_year("Who won the Harbour Cup in 2021?", "Ancora won the Harbour Cup in 2019.")
    assert not of_another_year("Who won the Harbour Cup in 2021?", "Veltra, winners in 2019, won in 2021.")
    assert not of_another_year("Who won the Harbour Cup in 2021?", "Veltra won the Harbour Cup.")


def test_a_sequel_is_not_what_is_asked_of() -> None:
    assert of_another_number("When was the Orbit opened?", "Orbit 2 was opened on 3 May 2021.")
    assert not of_another_number("When was the Orbit 2 opened?", "Orbit 2 was opened on 3 May 2021.")


@pytest.mark.parametrize(
    ("sentence", "published", "tells"),
    [
        ("The bank was founded on 3 May 2019.", None, True),
        ("The bank was founded in June 2019.", None, True),
        ("The bank was founded two weeks ago.", date(2024, 5, 3), True),
        ("The bank was founded on Friday.", date(2024, 5, 3), True),
        ("The bank was founded on Friday.", None, False),
        ("The bank was founded last year.", date(2024, 5, 3), False),
        ("The bank was founded by two brothers.", date(2024, 5, 3), False),
    ],
)
def test_a_day_is_told_where_it_can_be_found_in_a_calendar(
    sentence: str, published: date | None, tells: bool
) -> None:
    assert tells_no_day("When was the bank founded?", sentence, published) is not tells


def test_a_year_is_enough_where_a_year_is_asked_for() -> None:
    assert not tells_no_day("In which year was the bank founded?", "The bank was founded in 2019.", None)


def test_a_role_beside_another_is_another_s() -> None:
    assert lacks_owner("Who is the president of Tarvia?", "Ada Holm, the president of Ruland, wept.")
    assert not lacks_owner("Who is the president of Tarvia?", "Tarvia's president, Omar Belkadi, wept.")
    assert not lacks_owner("Who wept?", "Ada Holm, the president of Ruland, wept.")


def test_a_question_answers_nothing() -> None:
    assert asks("Who directed “Home”?”")
    assert not asks("Ann Lee directed “Home”.")


def test_each_thing_counts_once() -> None:
    asked = understand(Question("Who won the Harbour Cup in 2021?"))

    assert sum(lacking(asked, "Veltra won the Harbour Cup in 2021.", None)) == 0
    assert sum(lacking(asked, "Who lost the Harbour Cup in 2019?", None)) == 3


def test_a_role_that_names_no_owner_is_of_the_one_in_the_title() -> None:
    asked, told = "Who is the president of Tarvia?", "President Omar Belkadi declared three days of mourning."
    assert lacks_owner(asked, told)
    assert not lacks_owner(asked, told, "Magnitude 6.1 quake shakes Tarvia")
    assert lacks_owner(asked, "It was said of Ruland President Ada Holm.", "Magnitude 6.1 quake shakes Tarvia")


def test_what_an_article_of_another_year_tells_is_of_another_event() -> None:
    asked = "Who won the Harbour Cup in 2021?"
    assert of_another_year(asked, "Ancora won the Harbour Cup.", "", date(2025, 5, 3))
    assert not of_another_year(asked, "Ancora won the Harbour Cup.", "The finals of 2021", date(2025, 5, 3))
    assert not of_another_year(asked, "Ancora won the Harbour Cup four years ago.", "", date(2025, 5, 3))


def test_a_day_of_a_month_is_a_day_without_its_year() -> None:
    assert not tells_no_day("When was the bank robbed?", "The bank was robbed on May 1.", None)
