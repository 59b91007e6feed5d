"""How many separate reports stand behind a statement."""

from rag.articles import Passage, Source
from rag.origins import origins


def passage(article: str, text: str, outlet: str | None = None) -> Passage:
    return Passage(Source(article, "A title", outlet), 1, 0, len(text), text, 0.5)


def test_the_same_words_in_two_articles_have_one_origin() -> None:
    words = "The mayor of Springfield said on Monday that twelve schools in the city would stay closed."

    assert origins([passage("a", words), passage("b", f"{words} He gave no reason.")]) == 1


def test_articles_that_credit_one_newspaper_have_one_origin() -> None:
    one = passage("a", "The company will cut 900 jobs, according to The Daily Star.")
    other = passage("b", "The Daily Star reported that hundreds of workers would lose their posts in spring.")

    assert origins([one, other]) == 1


def test_reports_of_their_own_are_origins_of_their_own() -> None:
    one = passage("a", "Our reporter saw two trucks burning at the gate.")
    other = passage("b", "Police confirmed that vehicles were set on fire near the entrance.")

    assert origins([one, other]) == 2


def test_one_article_is_one_origin_however_often_it_is_cited() -> None:
    assert origins([passage("a", "It rained."), passage("a", "The river rose by a metre overnight.")]) == 1
