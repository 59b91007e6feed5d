"""Who agrees and who differs."""

from datetime import date

import pytest

from rag.articles import Passage, Source, Span
from rag.conflicts import Conflict, find_conflicts

FRIDAY, SUNDAY = date(2024, 3, 1), date(2024, 3, 3)


def passage(article: str, text: str, published: date | None = None, title: str = "A title") -> Passage:
    return Passage(Source(article, title, None, None, published), 1, 0, len(text), text, 0.5)


def conflicts(*texts: str, days: tuple[date | None, ...] = ()) -> list[Conflict]:
    """What differs between articles of these texts, the first of which is cited."""
    given = (*days, *[None] * (len(texts) - len(days)))
    pool = [passage(str(place), text, day) for place, (text, day) in enumerate(zip(texts, given, strict=True))]
    return list(find_conflicts([Span(0, 0, len(texts[0]))], pool))


def values(found: list[Conflict]) -> list[list[str]]:
    return [[one.value for one in conflict.values] for conflict in found]


# -- what differs -----------------------------------------------------------------------------------


def test_another_number_for_the_same_thing_is_a_difference() -> None:
    (conflict,) = conflicts(
        "The flood destroyed 120 houses in the valley of Ely on Friday, officials said.",
        "The flood on Friday destroyed 200 houses in the valley of Ely, a charity said.",
    )

    assert [one.value for one in conflict.values] == ["120 houses", "200 houses"]
    assert conflict.kind == "differ"
    assert "destroyed" in conflict.about


def test_another_unit_is_a_difference_and_the_same_length_is_none() -> None:
    found = conflicts(
        "The pipeline between the two ports is 1,000 kilometers long, the ministry said.",
        "The pipeline between the two ports is 1,000 miles long, the ministry said.",
        "The pipeline between the two ports is 621 miles long, the ministry said.",
    )

    assert values(found) == [["1,000 kilometers", "1,000 miles"]]


@pytest.mark.parametrize(
    ("one", "other", "different"),
    [
        (
            "The ferry Aurora left Split on Monday with 90 students aboard.",
            "On Tuesday the ferry Aurora left Split with 90 students aboard.",
            ["Monday", "Tuesday"],
        ),
        (
            "The cellist Ida Holm gave her first concert in Vienna on Friday.",
            "The cellist Ida Holm gave her first concert in Prague on Friday.",
            ["Vienna", "Prague"],
        ),
        (
            "The bakery fire in Lund was caused by a gas leak, police said.",
            "Police said the bakery fire in Lund was caused by a cigarette.",
            ["a gas leak", "a cigarette"],
        ),
        (
            "The raid on the village of Kesh killed seven insurgents, the army said.",
            "Seven villagers were killed in the raid on the village of Kesh, a doctor said.",
            ["seven insurgents", "Seven villagers"],
        ),
        (
            "The high court upheld the ban on the march in Leeds on Friday.",
            "The high court overturned the ban on the march in Leeds on Friday.",
            ["upheld the ban on", "overturned the ban on"],
        ),
        (
            "The mine at Orla dumped waste in the lake in April, villagers said.",
            "The mine at Orla did not dump waste in the lake in April, its owner said.",
            ["dumped waste in the lake in", "did not dump waste in the lake in"],
        ),
    ],
)
def test_what_is_told_in_words_differs_too(one: str, other: str, different: list[str]) -> None:
    assert values(conflicts(one, other)) == [different]


def test_the_day_on_which_one_said_it_may_differ() -> None:
    found = conflicts(
        "“This bridge will never be finished under this government,” Senator Ana Ruiz said Tuesday.",
        "“This bridge will never be finished under this government,” Senator Ana Ruiz said Sunday.",
    )

    assert values(found) == [["Tuesday", "Sunday"]]


def test_articles_that_agree_stand_together() -> None:
    (conflict,) = conflicts(
        "The flood destroyed 120 houses in the valley of Ely on Friday, officials said.",
        "The flood destroyed 120 houses in the valley of Ely on Friday.",
        "The flood on Friday destroyed 200 houses in the valley of Ely, a charity said.",
    )

    assert [[span.passage for span in one.spans] for one in conflict.values] == [[0, 1], [2]]


# -- what is newer ----------------------------------------------------------------------------------


def test_a_newer_report_supersedes_an_older_one_and_stands_first() -> None:
    (conflict,) = conflicts(
        "The earthquake killed 40 people in the town of Ely.",
        "The earthquake killed 65 people in the town of Ely.",
        days=(FRIDAY, SUNDAY),
    )

    assert conflict.kind == "updated"
    assert [one.value for one in conflict.values] == ["65 people", "40 people"]


def test_what_does_not_change_is_not_updated() -> None:
    (conflict,) = conflicts(
        "The tunnel under the strait of Ely is 40 kilometers long.",
        "The tunnel under the strait of Ely is 65 kilometers long.",
        days=(FRIDAY, SUNDAY),
    )

    assert conflict.kind == "differ"


# -- what does not differ ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "The flood destroyed 120 houses in the valley of Ely on Friday, officials said.",
            "The council of Ely will build 200 houses near the station next year.",
        ),
        (
            "The flood destroyed about 900 houses in the valley of Ely.",
            "The flood destroyed 893 houses in the valley of Ely.",
        ),
        (
            "At least 30 people were arrested at the march in Ely.",
            "Police arrested 36 people at the march in Ely.",
        ),
        (
            "Dozens of people were arrested at the march in Ely.",
            "Police arrested 36 people at the march in Ely.",
        ),
        (
            "A bomb killed 14 people in Daru on Monday.",
            "A bomb killed six people in Ely on Sunday.",
        ),
        (
            "The rebels have killed 2,300 people in Ely since the war began.",
            "The rebels killed eight people in Ely on Monday.",
        ),
        (
            "The actress Yasmin al-Qasimi left Ely on Friday for a film in Rome.",
            "The actress Yasmeen Al Kasimi left Ely on Friday for a film in Rome.",
        ),
        (
            "Parliament is expected to approve the budget of Ely on Friday.",
            "Parliament rejected the budget of Ely on Friday.",
        ),
        (
            "The prime minister quit on Friday after the vote in Ely.",
            "The prime minister resigned on Friday after the vote in Ely.",
        ),
        (
            "The summit on fishing was held in Geneva in May.",
            "The summit on fishing was held in Switzerland in May.",
        ),
    ],
)
def test_what_can_both_be_right_is_no_difference(one: str, other: str) -> None:
    assert conflicts(one, other) == []


def test_one_day_named_in_two_ways_is_no_difference() -> None:
    days = (date(2024, 5, 16), date(2024, 5, 16))

    assert conflicts("The king left Ely on Tuesday.", "The king left Ely on May 14.", days=days) == []


def test_an_article_that_knows_both_values_does_not_contradict_either() -> None:
    one = "The flood destroyed 120 houses in the valley of Ely on Friday."
    other = "The flood destroyed 200 houses in the valley of Ely on Friday. Officials had spoken of 120 houses."

    assert conflicts(one, other) == []


def test_an_article_does_not_differ_with_itself() -> None:
    text = "The flood destroyed 120 houses in Ely on Friday. The flood destroyed 200 houses in Ely on Friday."
    pool = [passage("a", text)]

    assert find_conflicts([Span(0, 0, 48)], pool) == ()


# -- numbers in other clothes -----------------------------------------------------------------------


def test_numbers_that_stand_bare_beside_one_verb_are_held_against_each_other() -> None:
    found = conflicts(
        "Twelve workers were killed and 31 injured on Friday when an explosion tore through the plant in Ely.",
        "Flowers lay at the gates of the plant in Ely on Friday after an explosion that killed 12 workers "
        "and injured 27.",
    )

    assert values(found) == [["31 injured", "27"]]


def test_the_same_words_in_a_row_tell_of_one_thing_without_any_name() -> None:
    found = conflicts(
        "Authorities evacuated 4,000 residents from the streets around the plant and told others to stay indoors.",
        "Authorities evacuated 2,500 residents from the streets around the plant, most of whom spent the night in a "
        "sports hall.",
    )

    assert values(found) == [["4,000 residents", "2,500 residents"]]


def test_two_names_beside_the_same_word_in_the_same_words_are_a_difference() -> None:
    found = conflicts(
        "The gallery in Ely gave its prize for glass to the head of the workshop, co-founder Ana Ruiz.",
        "The gallery in Ely gave its prize for glass to the head of the workshop, co-founder Mia Dahl, in London.",
    )

    assert values(found) == [["Ana Ruiz", "Mia Dahl"]]


def test_all_who_give_a_value_stand_behind_it_however_they_spell_it() -> None:
    (conflict,) = conflicts(
        "The blast in Ely was heard as far away as Lindham, 18 kilometers to the south.",
        "The blast in Ely was heard as far away as Lindham, 18 kilometres to the south.",
        "The blast in Ely was heard as far away as Lindham, 18 miles to the south.",
    )

    assert [len(one.spans) for one in conflict.values] == [2, 1]
    assert conflict.about == "The blast in Ely was heard as far away as Lindham, … to the south"
