"""Hard facts of a claim that its sources must hold: numbers with units, days, names, quotations."""

from __future__ import annotations

from datetime import date

import pytest

from rag.articles import Draft, Passage, Source
from rag.verification import Checker
from rag.verification.facts import missing_fact
from tests.rag.verification.making_passages import BANK, FERRY, passage

HELD = {
    "a number spelled out": ("The trip took twelve hours.", "The trip took 12 hours."),
    "a tokenised sum": ("They paid $30 million.", "They had n't paid $ 30 million ."),
    "a sum as it is tokenised": ("They paid $ 30 million .", "They paid $30 million."),
    "a range with a hyphen": ("It lasts 3 to 5 days.", "It lasts 3-5 days."),
    "a range in words": ("It lasts 3-5 days.", "It lasts between three and five days."),
    "a rounded count": ("Tens of thousands came.", "Some 40,000 came."),
    "about a count": ("About 40,000 people came.", "39,800 people came."),
    "a code": ("You must file Form 1099-PATR.", "Form 1099-PATR must be filed."),
    "marks of inches": ('The pipe is 6" wide and 10" long.', "The pipe is 6 inches wide and 10 inches long."),
    "inches as they stand": ('The pipe is 6" wide and 10" long.', 'The pipe is 6" wide and 10" long.'),
    "a common first word": ("Allegations have surfaced against him.", "He was accused."),
    "a title beside a name": ("Senator Holub said so.", "Jana Holub, the senator, said so."),
    "an office that is not there": ("The Fed Chair Jerome Powell said so.", "Jerome Powell said so."),
    "another spelling": ("They met Qassem Soleimani.", "They met Qasem Soleimani."),
    "a people": ("The Dutch minister said so.", "The minister of the Netherlands said so."),
    "initials": ("They asked the World Health Organization.", "They asked the WHO."),
    "a lower-case source": ("They spoke to Jana Holub in Syria.", "they spoke to jana holub in syria"),
    "a lower-case claim": ("they spoke to jana holub in syria", "They spoke to Jana Holub in Syria."),
    "a quotation": ("He said once more: “we will not cut it”.", "“We will not cut it,” he told reporters."),
    "a bracketed word in a quotation": ("“We will not cut [the rate]”, he said.", "“We will not cut it,” he said."),
}
MISSING = {
    "another sum": ("They paid $40 million.", "They had n't paid $ 30 million .", "$40 million"),
    "another end of a range": ("It lasts 3 to 6 days.", "It lasts 3-5 days.", "6 days"),
    "a conversion of length": ("He ran 10 kilometers.", "He ran 6.2 miles.", "10 kilometers"),
    "a conversion of money": ("It costs 100 euros.", "It costs 110 dollars.", "100 euros"),
    "more than there were": ("Millions came.", "Some 40,000 came.", "Millions"),
    "another rank": ("It was the 3rd storm.", "It was the 4th storm.", "3rd"),
    "another day": ("They met on Friday.", "They met on Monday.", "Friday"),
    "another name": ("They met Joel Rifkin.", "They met Jerome Powell.", "Joel Rifkin"),
    "a common word that is a name": ("They struck Homs.", "They struck many homes.", "Homs"),
    "an invented quotation": ("He said “we will never pay”.", "He said that they will pay.", "we will never pay"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HELD)
def test_a_fact_that_is_written_in_another_way_is_held(kind: str) -> None:
    claim, source = HELD[kind]

    assert missing_fact(claim, [passage(source)]) is None


@pytest.mark.parametrize("kind", MISSING)
def test_a_fact_that_its_sources_lack_is_named(kind: str) -> None:
    claim, source, fact = MISSING[kind]

    found = missing_fact(claim, [passage(source)])

    assert found is not None and fact in found


def test_a_fact_that_stands_in_another_passage_alone_is_held_by_all_passages_together() -> None:
    claim = "Divers recovered 31 bodies, and inflation fell to 3 percent."

    assert missing_fact(claim, [passage(FERRY)]) == "“3 percent” is not in its sources"
    assert missing_fact(claim, [passage(FERRY), passage(BANK)]) is None


def test_the_headline_and_the_outlet_hold_names_and_no_numbers() -> None:
    source = Source("a", "Calder wins by 40 votes", "The Northern Gazette", None, None)
    only = [Passage(source, 1, 0, 9, "She won it", 1.0)]

    assert missing_fact("The winner is Calder, the Northern Gazette said.", only) is None
    assert missing_fact("She won by 40 votes.", only) is not None


def test_a_number_goes_with_the_name_beside_it() -> None:
    text = "In March Norway sold 30 ships. In June Portugal sold 12 ships."

    assert missing_fact("In all, Norway sold 30 ships.", [passage(text)]) is None
    assert missing_fact("In all, Norway sold 12 ships.", [passage(text)]) is None
    moved = Checker().examine(Draft("In all, Norway sold 12 ships.", (0,)), [passage(text)])
    assert [claim.verdict for claim in moved.claims] == ["undecided"]


def test_a_weekday_is_read_on_the_day_of_its_own_article() -> None:
    texts = [passage("The council met on Sunday.", day, str(day)) for day in (date(2020, 5, 5), date(2020, 5, 12))]

    assert missing_fact("The council met on 3 May 2020.", texts[1:]) is not None
    assert missing_fact("The council met on 3 May 2020.", texts) is None


def test_without_passages_every_fact_is_missing() -> None:
    assert missing_fact("It cost $40.", []) is not None
    assert missing_fact("It was cheap.", []) is None
