"""What leaves a claim undecided though its words are there: denials, hedges, plans, speakers, order."""

from __future__ import annotations

import pytest

from rag.language.tokens import tokens
from rag.verification.doubts import doubt
from rag.verification.evidence import sentences
from tests.rag.verification.making_passages import passage

SURER, LESS_SURE = "it is surer, or less sure, than its sources", "its sources are less sure of it"
SPEAKER, ORDER = "its sources attribute it to someone else", "its sources have these words in another order"


def doubt_of(claim: str, *texts: str) -> str | None:
    return doubt(tokens(claim), sentences([passage(text) for text in texts], range(len(texts))))


@pytest.mark.parametrize(
    ("claim", "source", "reason"),
    [
        ("The vessel was licensed to sail.", "The vessel was not licensed to sail.", LESS_SURE),
        ("The vessel was licensed to sail.", "The vessel was n't licensed to sail .", LESS_SURE),
        ("The vessel was never licensed to sail.", "The vessel was licensed to sail.", SURER),
        ("The band sang in Oslo.", "The band is to sing in Oslo.", LESS_SURE),
        ("The band is to sing in Oslo.", "The band sang in Oslo.", SURER),
        ("The bank cut its rate.", "The bank plans to cut its rate.", LESS_SURE),
        ("He stole the money.", "He allegedly stole the money.", LESS_SURE),
        ("All workers left the plant.", "Workers left the plant.", SURER),
        ("He was in Oslo, police said.", "He was in Oslo.", SPEAKER),
        ("Portugal beat Germany in Munich.", "Germany beat Portugal in Munich.", ORDER),
    ],
)
def test_a_claim_as_sure_as_its_source_alone_is_free_of_doubt(claim: str, source: str, reason: str) -> None:
    assert doubt_of(claim, source) == reason
    assert doubt_of(source, source) is None


def test_three_words_in_another_order_are_in_doubt() -> None:
    assert doubt_of(
        "Norway is the largest supplier of gas to Belgium.", "Belgium is the largest supplier of gas to Norway."
    ) == ORDER  # fmt: skip


def test_a_hedge_behind_the_last_word_shared_leaves_no_doubt() -> None:
    assert doubt_of("The bank cut its rate.", "The bank cut its rate and may cut it again.") is None


def test_the_nearest_sentence_alone_is_compared() -> None:
    assert doubt_of("The bank cut its rate.", "The rate may not hold.", "The bank cut its rate.") is None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The council voted on 3 May 2020.", "The council voted on Sunday."),
        ("The council voted in May.", "The council voted last month."),
        ("The council voted on a budget.", "On May 3, the council voted on a budget."),
    ],
)
def test_the_month_of_may_is_no_hedge(claim: str, source: str) -> None:
    assert doubt_of(claim, source) is None
