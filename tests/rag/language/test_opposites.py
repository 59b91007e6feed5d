"""Words that exclude one another."""

from __future__ import annotations

import pytest

from rag.language.opposites import are_opposed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("when did prices rise", "prices fell on monday"),
        ("how many were killed", "twelve were wounded"),
        ("who won the race", "the favourite lost"),
        ("the court upheld it", "the court overturned it"),
    ],
)
def test_texts_on_two_sides_of_a_matter_are_opposed(one: str, other: str) -> None:
    assert are_opposed(one.split(), other.split())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("when did prices rise", "prices rose after they fell"),
        ("who won the race", "the race was held in oslo"),
        ("they began on monday", "they started on monday"),
    ],
)
def test_a_text_that_has_both_sides_or_neither_is_not_opposed(one: str, other: str) -> None:
    assert not are_opposed(one.split(), other.split())
