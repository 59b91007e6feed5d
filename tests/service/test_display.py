"""Every surface shows the same words for one answer, with its own escaping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from rag.articles import Answer, Citation, Disagreement, Source, Statement, Version
from rag.attribution.citations import with_markers
from service import terminal
from service.chat_completions.replies import Reply
from service.chats.paragraphs import answer_paragraphs
from service.markdown import answer_markdown

PRESS = Source("p", "Fire at the 🏭 mill", "The Ely Press", "https://press.example/1", date(2021, 6, 5))
POST = Source("q", "Mill burns", "Post_and*Star", None, date(2021, 6, 6))
UNKNOWN = Source("u", "The mill", None, None, date(2021, 6, 4))
SAID = ("👩‍👩‍👧 12 firemen 🇬🇧 came to the mill.", "15 firemen came.")
ANSWER = Answer(
    "ans_1",
    "How many firemen came?",
    True,
    "extractive",
    None,
    f"{SAID[0][:-1]} [1][2]. {SAID[1][:-1]} [3]. Reports differ: 12 [1][2] or 15 [3].",
    (Statement(SAID[0], (1, 2), 1.0, 2, 2), Statement(SAID[1], (3,), 1.0, 1, 1)),
    tuple(
        Citation(number, source, 1, 0, 9, words, "", "")
        for number, source, words in ((1, PRESS, SAID[0]), (2, UNKNOWN, SAID[0]), (3, POST, SAID[1]))
    ),
    (Disagreement("firemen who came", "differ", (Version("12", (1, 2)), Version("15", (3,)))),),
)


def in_markdown(answer: Answer) -> str:
    return answer_markdown(answer, lambda citation: None).replace("\\", "")


def in_a_chat(answer: Answer) -> str:
    return "\n".join(paragraph.text for paragraph in answer_paragraphs(answer))


def in_a_terminal(answer: Answer) -> str:
    console = Console(width=100)
    with console.capture() as shown:
        terminal.show_answer(answer, console)
    return shown.get()


@pytest.mark.parametrize("shown", [in_markdown, in_a_chat, in_a_terminal])
def test_who_says_what_names_outlets_and_days(shown: Callable[[Answer], str]) -> None:
    lines = [line.lstrip("-• ") for line in shown(ANSWER).split("\n")]
    block = lines[lines.index("15 [3] (Post_and*Star, 6 June 2021)") - 1 :][:2]

    assert block == ["12 [1][2] (The Ely Press, 5 June 2021)", "15 [3] (Post_and*Star, 6 June 2021)"]
    assert any("The articles differ: firemen who came" in line for line in lines)


@pytest.mark.parametrize("shown", [in_markdown, in_a_chat, in_a_terminal])
def test_a_difference_on_what_was_asked_comes_first(shown: Callable[[Answer], str]) -> None:
    lead = "Reports differ: 12 [1][2] or 15 [3]."
    text = shown(replace(ANSWER, text=f"{lead} {with_markers(ANSWER.statements)}", lead=lead))

    assert text.index("15 [3]") < text.index("12 firemen") < text.index("15 firemen")
    assert text.count("Reports differ") <= 1


@pytest.mark.parametrize("shown", [in_markdown, in_a_chat, in_a_terminal])
@pytest.mark.parametrize(
    ("credit", "read"),
    [
        ("The Ely Press", "The Ely Press: “The mayor said ‘no’ to it.” [1]"),
        ("", "“The mayor said ‘no’ to it.” [1]"),
        (None, "The mayor said “no” to it [1]."),
    ],
)
def test_a_quotation_in_the_place_of_a_sentence_has_marks_and_its_outlet(
    shown: Callable[[Answer], str], credit: str | None, read: str
) -> None:
    words = "The mayor said “no” to it."
    stated = (Statement(words, (1,), 0.99, 1, 1, verbatim=True, credit=credit),)
    cited = (Citation(1, PRESS, 1, 0, 9, words, "", ""),)
    answer = Answer("ans_3", "?", True, "llm", "openai/test", with_markers(stated), stated, cited)

    assert answer.text == read
    assert read in shown(answer)


def test_annotations_point_at_their_markers_behind_what_takes_several_bytes() -> None:
    message = Reply("byline", lambda source: f"http://byline.example/{source.id}").whole(ANSWER).choices[0].message
    noted = [one.url_citation for one in message.annotations]

    assert message.content.startswith(ANSWER.text)
    assert [message.content[one.start_index : one.end_index] for one in noted[:6]] == [
        "[1]", "[2]", "[3]", "[1]", "[2]", "[3]",
    ]  # fmt: skip
    assert [one.url for one in noted[:3]] == [
        "https://press.example/1", "http://byline.example/u", "http://byline.example/q",
    ]  # fmt: skip


def test_what_could_steer_where_it_is_shown_is_left_out_everywhere() -> None:
    steering = "a\u202eb\x1b[31mc\x07\u2028d"
    source = Source("s", steering, steering, None, None)
    citation = Citation(1, source, 1, 0, 9, steering, "", "")
    stated = (Statement(steering, (1,), 1.0, 1, 1),)
    answer = Answer("ans_2", "?", True, "extractive", None, f"{steering} [1]", stated, (citation,))

    for shown in (in_markdown(answer), in_a_chat(answer), in_a_terminal(answer)):
        assert "ab" in shown
        assert not set(shown) & set("\u202e\x1b\x07\u2028")
