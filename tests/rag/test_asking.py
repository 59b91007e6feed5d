"""What is being asked: the kind of answer wanted, and follow-up questions read alone."""

import pytest

from rag.articles import Question, Turn
from rag.asking import kind_of, understand

HISTORY = (
    Turn("user", "How much has Iran spent in Syria?"),
    Turn("assistant", "According to Foreign Policy, Iran has spent over $30 billion [1]."),
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who resigned?", "who"),
        ("When did it begin?", "when"),
        ("In which year was it built?", "when"),
        ("Where is the plant?", "where"),
        ("In which part of the country is it?", "where"),
        ("How many died?", "number"),
        ("how much did it cost", "number"),
        ("How far is it?", "number"),
        ("Why did prices rise?", "why"),
        ("What caused the fire?", "why"),
        ("How did they escape?", "how"),
        ("What is it?", "what"),
        ("Did the court agree?", "yes_no"),
        ("So, who won?", "who"),
        ("According to Reuters, who won?", "who"),
        ("the budget", "what"),
    ],
)
def test_a_question_word_tells_the_kind_of_answer(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_a_question_that_stands_alone_is_left_alone() -> None:
    asked = understand(Question("Who is the mayor of Springfield and its chief of police?", history=HISTORY))

    assert "spent" not in understand(Question("Who leads Hezbollah today in Lebanon?", history=HISTORY)).query
    assert asked.text.startswith("Who is the mayor")


def test_a_pronoun_is_read_as_the_name_it_stands_for() -> None:
    asked = understand(Question("And how many troops did it lose there?", history=HISTORY))

    assert asked.text == "how many troops did Iran lose there?"
    assert asked.query.startswith("How much has Iran spent")


def test_a_bare_follow_up_asks_for_what_was_asked_before() -> None:
    asked = understand(Question("And in Iraq?", history=HISTORY))

    assert asked.kind == "number"
    assert "spent" in asked.query


def test_that_points_at_the_answer() -> None:
    asked = understand(Question("Who said that?", history=HISTORY))

    assert asked.kind == "who"
    assert "Foreign Policy" in asked.query
    assert "[1]" not in asked.query


def test_two_questions_in_one_are_two() -> None:
    first, second = understand(Question("When was the mayor elected, and how many votes did he get?")).parts

    assert (first.kind, second.kind) == ("when", "number")
    assert "votes" in second.text


def test_names_joined_by_and_are_one_question() -> None:
    assert len(understand(Question("What did Iran and Russia sign in Moscow?")).parts) == 1


def test_what_is_searched_for_is_the_whole_and_each_of_its_parts() -> None:
    assert understand(Question("Who won the vote?")).queries == ("Who won the vote?",)
    whole, first, second = understand(Question("Who won the vote, and when was it?")).queries
    assert (whole, first) == ("Who won the vote, and when was it?", "Who won the vote")
    assert "when was" in second
