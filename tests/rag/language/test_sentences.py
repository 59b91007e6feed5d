"""Sentences: what ends one, what does not, and that no character is lost."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "The killing of Maj. Gen. Qassem Soleimani in a U.S. strike in January changed that.",
        "The U.K.-based observer group counted 14 dead.",
        "J. K. Rowling and George W. Bush met Dr. Smith of Acme Inc. in St. Louis.",
        "Prices rose 3.5% to $1.2 billion.",
        "Rep. Smith (D-Calif.) voted no.",
        "He left at 5 p.m. Monday.",
    ],
)
def test_abbreviations_initials_and_decimal_points_end_no_sentence(sentence: str) -> None:
    assert sentences(f"{sentence} Then he left.") == [sentence, "Then he left."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “no.” She left.", ["He said “no.”", "She left."]),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("It isn’t [Syria’s]. Iran left.", ["It isn’t [Syria’s].", "Iran left."]),
        ("It fell (by 3%.) It rose.", ["It fell (by 3%.)", "It rose."]),
        ('"Stop!" she said. He did.', ['"Stop!" she said.', "He did."]),
    ],
)
def test_closing_quotes_and_brackets_belong_to_the_sentence(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "sentence", ["(It was not. It was.)", "He left (it was late. It was cold. It was dark.) with her."]
)
def test_sentences_in_brackets_are_kept_together(sentence: str) -> None:
    assert sentences(f"{sentence} Then he left.") == [sentence, "Then he left."]


def test_a_bracket_that_is_never_closed_joins_nothing() -> None:
    text = "He left (it was late. It was cold. She (his wife) stayed. They met."
    assert sentences(text) == ["He left (it was late.", "It was cold.", "She (his wife) stayed.", "They met."]


def test_a_wrapped_line_ends_no_sentence_but_a_blank_line_and_a_list_item_do() -> None:
    assert sentences("The strike killed\n14 people. It was\nthe sixth.") == [
        "The strike killed\n14 people.",
        "It was\nthe sixth.",
    ]
    assert sentences("A heading\n\nA sentence.") == ["A heading", "A sentence."]
    assert sentences("Among them:\n- two officers\n- a driver") == ["Among them:", "- two officers", "- a driver"]


def test_white_space_of_any_kind_is_trimmed() -> None:
    assert sentences(" \u00a0He left.\u00a0 \tShe stayed. \n") == ["He left.", "She stayed."]
    assert sentences(" \n\u00a0 ") == []


PIECES = st.lists(st.sampled_from([*"ab.!?()[]“”\"'’ \n\u00a0", ". ", "Mr. ", "U.S. ", "\n\n", "\n- "])).map("".join)


@given(st.one_of(st.text(), PIECES))
def test_sentences_are_ordered_trimmed_and_lose_nothing_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    outside = set(range(len(text))) - {place for start, end in spans for place in range(start, end)}
    assert all(text[place].isspace() for place in outside)


@pytest.mark.parametrize("unit", ["The strike killed 14 people in Homs. ", "(A. ", "word ", '"Yes. '])
def test_a_megabyte_is_read_in_seconds(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    began = time.monotonic()
    sentence_spans(text)
    assert time.monotonic() - began < 10


def test_a_full_word_is_not_taken_for_an_abbreviation() -> None:
    text = "It was heard 18 miles to the south. Windows broke."

    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "It was heard 18 miles to the south.",
        "Windows broke.",
    ]
