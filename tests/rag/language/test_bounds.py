"""Words before a number that bound it."""

from __future__ import annotations

import pytest

from rag.language.bounds import bound_of


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
