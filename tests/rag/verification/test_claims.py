"""A sentence is split into the claims that it makes; some of them can be left out."""

from __future__ import annotations

import pytest

from rag.verification.claims import Claim, claims, without


def parts(sentence: str) -> list[str]:
    return [one.text for one in claims(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Iran spent $30 billion in Syria, and closed its embassy in Paris.",
            ["Iran spent $30 billion in Syria", "and closed its embassy in Paris."],
        ),
        (
            "The bridge opened on Monday; the ferry will be kept until summer begins.",
            ["The bridge opened on Monday", "the ferry will be kept until summer begins."],
        ),
        (
            "The mayor (who had resigned in May last year) opened the bridge to traffic.",
            ["The mayor (who had resigned in May last year)", "opened the bridge to traffic."],
        ),
        (
            "The city opened a new bridge to traffic (it cost the state 12 million euros), officials told reporters.",
            [
                "The city opened a new bridge to traffic",
                "(it cost the state 12 million euros)",
                "officials told reporters.",
            ],
        ),
    ],
)
def test_a_sentence_is_split_at_links_semicolons_and_brackets(sentence: str, expected: list[str]) -> None:
    assert parts(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The bridge opened on Monday.",
        "He resigned, saying that he was tired of the job.",
        "Germany, France, and Spain won.",
        "Prices rose in Oslo, Bergen, and Trondheim.",
        "",
        ", and , and",
    ],
)
def test_a_part_too_short_to_claim_anything_stays_with_its_neighbour(sentence: str) -> None:
    assert parts(sentence) == [sentence]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Iran spent $30 billion in Syria, and closed its embassy in Paris.", "Iran spent $30 billion in Syria."),
        ("The bridge opened on Monday; the ferry will be kept until summer begins.", "The bridge opened on Monday."),
        (
            "The strike killed 14 fighters, including nine Iranian soldiers who came from Homs.",
            "The strike killed 14 fighters.",
        ),
        (
            "The city opened a new bridge to traffic (it cost the state 12 million euros).",
            "The city opened a new bridge to traffic.",
        ),
        (
            "The city opened a new bridge to traffic (it cost the state 12 million euros), officials told reporters.",
            "The city opened a new bridge to traffic, officials told reporters.",
        ),
        ("Prices rose by 3 percent – while the yen fell sharply!", "Prices rose by 3 percent."),
        (
            "Prices rose in the U.S. last month, which surprised the central bank",
            "Prices rose in the U.S. last month.",
        ),
    ],
)
def test_a_sentence_without_its_removable_claims_is_a_whole_sentence(sentence: str, expected: str) -> None:
    assert without(sentence, [one for one in claims(sentence) if one.removable]) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The game will be moved to Sunday afternoon, if the league agrees to that plan.",
        "The mayor opened the new bridge to traffic, according to two people who watched it.",
        "The council will close the old ferry line, unless the ministry pays for its repair.",
        "The minister had left the country in March, before the court opened its case.",
        "The bank cut its key rate to 3 percent, because inflation had fallen sharply.",
    ],
)
def test_a_condition_a_time_a_reason_and_a_speaker_cannot_go(sentence: str) -> None:
    assert not any(one.removable for one in claims(sentence))


def test_what_opens_a_sentence_cannot_go() -> None:
    first, *_ = claims("And the bank raised its key rate, which surprised many people in the market.")

    assert not first.removable


@pytest.mark.parametrize(
    "sentence",
    [
        "The minister said: “We will raise wages, because our enemies are weak and stupid people.”",
        'The minister said: "We will raise wages, which foreign companies hate with passion."',
        "The mayor said (prices rose in May, which angered the voters badly) that they fell.",
    ],
)
def test_no_claim_begins_inside_a_quotation_or_a_bracket(sentence: str) -> None:
    for claim in claims(sentence):
        assert claim.text.count("(") == claim.text.count(")")
        assert claim.text.count("“") == claim.text.count("”") and claim.text.count('"') % 2 == 0


def test_a_sentence_whose_marks_would_lose_their_pair_is_not_shortened() -> None:
    sentence = "He said “we won, and the town sang all night” in May"
    start = sentence.index("and")

    assert without(sentence, [Claim(start, len(sentence), sentence[start:], removable=True)]) is None
