"""Who agrees and who differs."""

from datetime import date

from rag.articles import Passage, Source, Span
from rag.comparing import differences


def passage(article: str, text: str, outlet: str | None = None, published: date | None = None) -> Passage:
    return Passage(Source(article, "A title", outlet, None, published), 1, 0, len(text), text, 0.5)


def whole(index: int, pool: list[Passage]) -> Span:
    return Span(index, pool[index].start, pool[index].end)


def test_another_number_for_the_same_thing_is_a_difference() -> None:
    pool = [
        passage("a", "The flood destroyed 120 houses in the valley of Ely on Friday, officials said."),
        passage("b", "The flood on Friday destroyed 200 houses in the valley of Ely, a charity said."),
    ]

    (difference,) = differences([whole(0, pool)], pool)

    assert [telling.value for telling in difference.tellings] == ["120 houses", "200 houses"]
    assert difference.kind == "differ"
    assert "destroyed" in difference.about


def test_another_unit_is_a_difference_and_the_same_length_is_none() -> None:
    pool = [
        passage("a", "The pipeline between the two ports is 1,000 kilometers long, the ministry said."),
        passage("b", "The pipeline between the two ports is 1,000 miles long, the ministry said."),
        passage("c", "The pipeline between the two ports is 621 miles long, the ministry said."),
    ]

    values = {telling.value for one in differences([whole(0, pool)], pool) for telling in one.tellings}

    assert values == {"1,000 kilometers", "1,000 miles"}


def test_a_newer_report_supersedes_an_older_one() -> None:
    pool = [
        passage("a", "The earthquake killed 40 people in the town of Ely.", published=date(2024, 3, 1)),
        passage("b", "The earthquake killed 65 people in the town of Ely.", published=date(2024, 3, 3)),
    ]

    (difference,) = differences([whole(0, pool)], pool)

    assert difference.kind == "updated"


def test_sentences_about_other_matters_do_not_differ() -> None:
    pool = [
        passage("a", "The flood destroyed 120 houses in the valley of Ely on Friday, officials said."),
        passage("b", "The council of Ely will build 200 houses near the station next year."),
    ]

    assert differences([whole(0, pool)], pool) == ()


def test_an_article_does_not_differ_with_itself() -> None:
    text = "The flood destroyed 120 houses in Ely on Friday. The flood destroyed 200 houses in Ely on Friday."
    pool = [passage("a", text)]

    assert differences([Span(0, 0, 48)], pool) == ()
