"""A line is told from the news by its shape, and by how many articles of its outlet have it."""

from __future__ import annotations

import pytest

from rag.ingestion.boilerplate_model import is_recurring

NEWSLETTER = "Sign up for our science newsletter and explore the universe with us."
BACKGROUND = "The ministry said on Monday that 1,200 people had left the town since the dam broke in April."


def test_a_line_that_many_articles_of_an_outlet_have_is_none_of_the_news() -> None:
    assert is_recurring(NEWSLETTER, 20)


def test_a_background_that_an_outlet_repeats_is_news() -> None:
    assert not is_recurring(BACKGROUND, 5)


@pytest.mark.parametrize("line", [NEWSLETTER, BACKGROUND])
def test_a_line_that_stands_once_does_not_recur(line: str) -> None:
    assert not is_recurring(line, 0)
