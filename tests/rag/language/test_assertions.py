"""What a sentence asserts: its quantities, dates, names and quotations."""

from datetime import date

import pytest

from rag.language.dates import dates
from rag.language.names import names
from rag.language.quantities import bound_of, magnitudes, quantities
from rag.language.quotations import quotations


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("The flood killed 14 villagers.", 14, "villager"),
        ("It cost $4.2 billion.", 4.2e9, "USD"),
        ("Turnout was 68 percent.", 68, "percent"),
        ("It is 1,000 kilometers away.", 1000, "kilometer"),
        ("Twelve helicopters came.", 12, "helicopter"),
    ],
)
def test_a_quantity_has_its_value_and_its_unit(text: str, value: float, unit: str) -> None:
    (found,) = quantities(text)

    assert (found.value, found.unit) == (value, unit)
    assert text[found.start : found.end] == found.text


@pytest.mark.parametrize("text", ["An F-16 crashed.", "They met in 2019.", "It happened on May 4."])
def test_names_and_dates_are_no_quantities(text: str) -> None:
    assert quantities(text) == ()


def test_dozens_are_twelve_or_more() -> None:
    (found,) = magnitudes("Dozens of strikes followed.")

    assert (found.value, found.unit) == (12, "strike")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("It closed on 5 May 2020.", date(2020, 5, 5)),
        ("It closed on Tuesday.", date(2020, 5, 5)),
        ("It closed yesterday.", date(2020, 5, 5)),
    ],
)
def test_a_day_is_resolved_against_the_day_of_publication(text: str, day: date) -> None:
    (found,) = dates(text, date(2020, 5, 6))

    assert found.first == found.last == day


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ann Lee met Bob Ray in Oslo.", ["Ann Lee", "Bob Ray", "Oslo"]),
        ("The talks began.", []),
        ("He flew to the United States of America.", ["United States of America"]),
    ],
)
def test_names_are_capitalised_runs(text: str, found: list[str]) -> None:
    assert [name.text for name in names(text)] == found


def test_a_quotation_is_what_stands_between_the_marks() -> None:
    assert quotations("“We will not give up,” she said.") == ("We will not give up,",)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("It cost about $30.", "about"),
        ("More than 30 left.", "above"),
        ("At least 30 left.", "above"),
        ("Nearly 30 left.", "below"),
        ("Up to 30 left.", "below"),
        ("It cost 30 dollars.", None),
        ("They talked about it; 30 left.", None),
    ],
)
def test_the_words_right_before_a_number_bound_it(text: str, bound: str | None) -> None:
    assert bound_of(text, text.index("30")) == bound
