"""The articles' own words: what is made of them, and what of them stands in a sentence's place."""

from __future__ import annotations

import pytest

from rag.verification.verbatim import is_verbatim, quotes
from tests.rag.verification.making_passages import BANK, FERRY, FIRE, passage


def test_what_the_cited_passage_says_on_the_matter_is_quoted_to_the_character() -> None:
    (quotation,) = quotes("Forty bodies were recovered by the divers.", [passage(BANK), passage(FERRY)], [1])
    (span,) = quotation.spans

    assert quotation.text == FERRY[span.start : span.end] == "Divers recovered 31 bodies within two days."
    assert (span.passage, quotation.verbatim) == (1, True)


@pytest.mark.parametrize("cited", [[], [0]])
def test_nothing_is_quoted_where_nothing_that_is_cited_bears_on_it(cited: list[int]) -> None:
    assert quotes("Zebras xylophone quietly.", [passage(BANK), passage(FERRY)], cited) == ()


def test_common_words_alone_are_no_matter_to_quote() -> None:
    assert quotes("It is the one that was to be in it.", [passage(FERRY)], [0]) == ()


def test_no_more_than_three_sentences_stand_for_one() -> None:
    assert len(quotes(f"{FERRY} {BANK} {FIRE}", [passage(FERRY), passage(BANK), passage(FIRE)], [0, 1, 2])) <= 3


def test_markers_and_markup_of_an_article_are_left_out_of_a_quotation() -> None:
    text = "Divers recovered 31 bodies [7] within <b>two</b> days."

    assert [one.text for one in quotes("Divers recovered bodies.", [passage(text)], [0])] == [
        "Divers recovered 31 bodies within two days."
    ]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("Divers recovered 31 bodies within two days.", True),
        ("Divers recovered bodies.", True),
        ("[The] divers recovered 31 bodies within two days.", True),
        ("Divers [of the coast guard] recovered 31 bodies.", True),
        ("Divers [of the navy] recovered 31 bodies.", False),
        ("Divers recovered 40 bodies.", False),
        ("Bodies recovered divers.", False),
        ("", False),
        ("[The]", False),
    ],
)
def test_a_statement_is_verbatim_where_its_words_stand_there_in_order(statement: str, expected: bool) -> None:
    assert is_verbatim(statement, FERRY) is expected


def test_a_denial_between_the_words_of_a_statement_is_not_left_out() -> None:
    assert not is_verbatim("He did resign on Friday.", "He did not resign on Friday.")
    assert is_verbatim("He did resign on Friday.", "No doubt he did resign on Friday.")
