"""What keeps a sentence that is like a question from answering it."""

from __future__ import annotations

from datetime import date

from rag.articles import Question, Source
from rag.generation.missing import is_question, objections
from rag.language.another_subject import is_of_another_owner, is_of_another_year
from rag.query import understand


def test_a_sentence_of_another_year_is_of_another_event() -> None:
    assert is_of_another_year("Who won the Harbour Cup in 2021?", "Ancora won the Harbour Cup in 2019.")
    assert not is_of_another_year("Who won the Harbour Cup in 2021?", "Veltra, winners in 2019, won in 2021.")
    assert not is_of_another_year("Who won the Harbour Cup in 2021?", "Veltra won the Harbour Cup.")


def test_what_an_article_of_another_year_tells_is_of_another_event() -> None:
    asked = "Who won the Harbour Cup in 2021?"
    assert is_of_another_year(asked, "Ancora won the Harbour Cup.", "", date(2025, 5, 3))
    assert not is_of_another_year(asked, "Ancora won the Harbour Cup.", "The finals of 2021", date(2025, 5, 3))
    assert not is_of_another_year(asked, "Ancora won the Harbour Cup four years ago.", "", date(2025, 5, 3))


def test_a_role_beside_another_is_another_s() -> None:
    assert is_of_another_owner("Who is the president of Tarvia?", "Ada Holm, the president of Ruland, wept.")
    assert not is_of_another_owner("Who is the president of Tarvia?", "Tarvia's president, Omar Belkadi, wept.")
    assert not is_of_another_owner("Who wept?", "Ada Holm, the president of Ruland, wept.")


def test_a_role_that_names_no_owner_is_of_the_one_in_the_title() -> None:
    asked, told = "Who is the president of Tarvia?", "President Omar Belkadi declared three days of mourning."
    title = "Magnitude 6.1 quake shakes Tarvia"
    assert is_of_another_owner(asked, told)
    assert not is_of_another_owner(asked, told, title)
    assert is_of_another_owner(asked, "It was said of Ruland President Ada Holm.", title)


def test_a_question_answers_nothing() -> None:
    assert is_question("Who directed “Home”?”")
    assert not is_question("Ann Lee directed “Home”.")


def test_each_thing_counts_once() -> None:
    asked, source = understand(Question("Who won the Harbour Cup in 2021?")), Source("a", "")

    assert objections(asked, "Veltra won the Harbour Cup in 2021.", source) == 0
    assert objections(asked, "Who won the Harbour Cup in 2019?", source) == 2
