"""Paragraphs as exact places in the text, in every style of line end, and none too long for the model."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingestion import paragraphs
from rag.ingestion.chunking import LONGEST_CHARACTERS

FIRST = "The mayor of Springfield resigned on Monday after a flood destroyed the town's only bridge, officials said."
SECOND = "Rescue teams worked through the night to reach 200 people who were cut off by the rising water on Sunday."


def pieces(text: str, title: str | None = None) -> list[str]:
    return [text[p.start : p.end] for p in paragraphs(text, title)]


@pytest.mark.parametrize("between", ["\n\n", "\n", "\n \u00a0\n", "\n\n\n\n"])
def test_blank_lines_and_single_line_ends_both_part_paragraphs(between: str) -> None:
    assert pieces(between.join([FIRST, SECOND, FIRST])) == [FIRST, SECOND, FIRST]


def test_white_space_around_a_paragraph_is_not_part_of_it() -> None:
    assert pieces(f"\n \u00a0{FIRST}\u00a0 \n\t{SECOND}  \n") == [FIRST, SECOND]


WRAPPED = """\
The mayor of Springfield resigned on Monday after a flood had
destroyed the only bridge of the town, and two hundred people
were cut off by the water for a night and a day, as officials
of the fire service told reporters.

Rescue teams worked through the night to reach them. The last
of them, a child of three, was carried out of the flooded old
market on Tuesday morning.
"""


def test_text_wrapped_at_a_width_is_read_by_its_blank_lines() -> None:
    assert [piece.split()[0] for piece in pieces(WRAPPED)] == ["The", "Rescue"]


def test_a_single_wrapped_paragraph_is_one() -> None:
    wrapped = WRAPPED.split("\n\n")[1].strip()
    assert pieces(wrapped) == [wrapped]


def test_wrapped_text_without_blank_lines_is_parted_where_a_line_ends_early() -> None:
    assert [piece.split()[0] for piece in pieces(WRAPPED.replace("\n\n", "\n"))] == ["The", "Rescue"]


def test_short_lines_of_about_one_length_are_not_taken_for_wrapped_text() -> None:
    lines = [f"Team {number} has won its game." for number in range(10, 20)]
    assert pieces("\n".join(lines)) == lines


@pytest.mark.parametrize("sentences", [9, 12, 30])
def test_a_long_paragraph_is_split_between_sentences_in_pieces_of_about_one_length(sentences: int) -> None:
    text = " ".join([FIRST] * sentences)
    found = pieces(text)
    assert all(piece.startswith("The mayor") and piece.endswith("said.") for piece in found)
    assert max(map(len, found)) <= LONGEST_CHARACTERS
    assert max(map(len, found)) - min(map(len, found)) <= 2 * len(FIRST)
    assert " ".join(found) == text


def test_a_sentence_too_long_for_a_paragraph_is_cut_after_a_clause_or_a_word() -> None:
    clauses = ", ".join(["and the water rose over the walls of the old market"] * 40)
    assert all(piece.endswith((",", "market")) for piece in pieces(clauses))
    assert all(set(piece.split()) == {"water"} for piece in pieces("water " * 400))
    assert [len(piece) for piece in pieces("x" * 2000)] == [800, 800, 400]


def test_the_pieces_of_a_paragraph_that_is_no_evidence_are_none_either() -> None:
    repeated = " ".join([FIRST, SECOND] * 5)
    evidence = [p.evidence for p in paragraphs(f"{repeated}\n\n{repeated}")]
    assert evidence == [True, True, False, False]


MESSY = st.lists(
    st.sampled_from(
        [*"aB.!?()“”\n \u00a0", "\n\n", FIRST, SECOND, "5 May 2020", "Share", "x" * 900, "(photo: Y)", "We "]
    )
).map("".join)


@given(st.one_of(st.text(), MESSY), st.one_of(st.none(), st.text(max_size=20), st.just(FIRST)))
def test_paragraphs_are_ordered_trimmed_numbered_and_lose_nothing_but_white_space(
    text: str, title: str | None
) -> None:
    found = paragraphs(text, title)
    assert [p.number for p in found] == list(range(1, len(found) + 1))
    assert all(0 <= p.start < p.end <= len(text) and p.end - p.start <= LONGEST_CHARACTERS for p in found)
    assert all(before.end <= after.start for before, after in pairwise(found))
    assert all(text[p.start : p.end] == text[p.start : p.end].strip() for p in found)
    inside = "".join(text[p.start : p.end] for p in found)
    assert "".join(inside.split()) == "".join(text.split())
