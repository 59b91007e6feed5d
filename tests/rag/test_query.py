"""Parsing a question: the kind of answer wanted, and follow-ups made self-contained."""

import pytest

from rag.articles import Question, Turn
from rag.language.questions import kind_of
from rag.query import understand

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
        ("He broke the law when he copied a photograph of which singer?", "who"),
        ("when the war ended", "when"),
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


REPLACED = (
    Turn("user", "Who replaced Boris Johnson?"),
    Turn("assistant", "Liz Truss replaced Boris Johnson as prime minister [1]."),
)


@pytest.mark.parametrize(
    ("text", "read", "kind"),
    [
        ("When?", "When replaced Boris Johnson?", "when"),
        ("And why?", "why replaced Boris Johnson?", "why"),
        ("And in Scotland?", "Who replaced Boris Johnson in Scotland?", "who"),
        ("When did she resign?", "When did Liz Truss resign?", "when"),
    ],
)
def test_a_follow_up_is_read_with_the_question_and_the_answer_before_it(text: str, read: str, kind: str) -> None:
    asked = understand(Question(text, history=REPLACED))

    assert (asked.text, asked.kind) == (read, kind)


def test_a_place_takes_the_place_of_the_one_before() -> None:
    assert understand(Question("And in Iraq?", history=HISTORY)).text == "How much has Iran spent in Iraq?"


def test_a_chain_of_follow_ups_is_read_from_its_first_question() -> None:
    history = (*REPLACED, Turn("user", "When did she resign?"), Turn("assistant", "She resigned in October [1]."))

    assert understand(Question("Why?", history=history)).text == "Why did Liz Truss resign?"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Summarize the news about monkeypox", "monkeypox"),
        ("Please give me a summary of the latest reports on the debt ceiling.", "debt ceiling"),
        ("What is the latest on the Uvalde shooting?", "Uvalde shooting"),
        ("news about the earthquake in Turkey", "earthquake in Turkey"),
    ],
)
def test_a_summary_is_asked_for_of_its_topic(text: str, topic: str) -> None:
    asked = understand(Question(text))

    assert (asked.form, asked.text) == ("summary", topic)


@pytest.mark.parametrize(
    "text", ["Compare what CNN and USA Today say about the flood.", "How do CNN and USA Today differ on the flood?"]
)
def test_outlets_are_compared_on_a_topic(text: str) -> None:
    asked = understand(Question(text))

    assert (asked.form, asked.outlets, asked.text) == ("comparison", ("CNN", "USA Today"), "the flood")


def test_what_people_say_is_no_comparison_of_outlets() -> None:
    assert understand(Question("What did Biden and Trump say about tariffs?")).form == "question"


def test_key_words_are_read_as_the_question_they_stand_for() -> None:
    assert understand(Question("uvalde shooting death toll")).kind == "number"


def test_a_question_that_names_nothing_leans_on_the_conversation() -> None:
    history = (Turn("user", "Who won the vote in Tarvia?"), Turn("assistant", "Ada Holm won [1]."))

    asked = understand(Question("How large was the margin of the winning party?", history))

    assert "Tarvia" in asked.query


def test_an_answer_that_told_nothing_is_no_story_to_lean_on() -> None:
    told, nothing = Turn("assistant", "Ada Holm won [1]."), Turn("assistant", "The articles do not say.")
    history = (Turn("user", "Who won in Tarvia?"), told, Turn("user", "By how much?"), nothing)

    assert understand(Question("And who lost?", history)).earlier_answers == ("Ada Holm won.",)
    assert understand(Question("Who is the mayor of Ely?", history)).earlier_answers == ()
