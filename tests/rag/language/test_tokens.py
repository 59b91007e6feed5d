"""Tokens as the check compares them: dictionary forms, with "not" split from its verb however it is written."""

from __future__ import annotations

import pytest

from rag.language.tokens import tokens


@pytest.mark.parametrize("written", ["hadn't paid", "hadn’t paid", "had n't paid", "had n ' t paid", "HADN'T PAID"])
def test_a_contracted_denial_is_a_denial(written: str) -> None:
    assert tokens(written).forms == ("have", "not", "pay")


def test_inflections_have_one_form() -> None:
    assert tokens("strikes struck striking").known <= {"strike"}


@pytest.mark.parametrize("text", ["", " ", "…", "¿?", "\u200b"])
def test_a_text_without_words_has_no_tokens(text: str) -> None:
    assert tokens(text).content == ()


def test_other_scripts_have_words() -> None:
    assert len(tokens("Иран потратил миллиарды").content) == 3
    assert tokens("افتتحت المدينة مكتبة").words
