"""Words that exclude one another."""

from __future__ import annotations

import pytest

from rag.language.opposites import exclude


@pytest.mark.parametrize(("one", "other"), [("fighters", "villagers"), ("won", "lost")])
def test_words_on_two_sides_of_a_matter_exclude_one_another(one: str, other: str) -> None:
    assert exclude(one, other)


@pytest.mark.parametrize(("one", "other"), [("won", "held"), ("began", "started"), ("killed", "killing")])
def test_words_on_one_side_or_none_do_not(one: str, other: str) -> None:
    assert not exclude(one, other)
