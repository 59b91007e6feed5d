"""When two words are the same word: each relation, and what it does not take for the same."""

from __future__ import annotations

import pytest

from rag.language.sameness import are_synonyms, same_country, same_lemma, same_name, same_stem, stem


@pytest.mark.parametrize(
    ("relation", "alike", "apart"),
    [
        (same_lemma, ("bought", "buys"), ("buyer", "buys")),
        (same_stem, ("spending", "spends"), ("spend", "sponge")),
        (same_stem, ("iran", "iranian"), ("iran", "iraq")),
        (same_country, ("dutch", "netherlands"), ("dutch", "denmark")),
        (same_name, ("qasem", "qassem"), ("hassan", "hussein")),
        (same_name, ("syria", "syrian"), ("austria", "australia")),
        (same_name, ("niger", "nigerien"), ("niger", "nigerian")),
        (same_country, ("iranian", "iran"), ("iranian", "iraqi")),
        (are_synonyms, ("won", "victory"), ("won", "weather")),
    ],
)
def test_a_relation_holds_of_what_it_is_for_and_of_no_more(relation, alike, apart) -> None:  # type: ignore[no-untyped-def]
    assert relation(*alike) and relation(*reversed(alike))
    assert not relation(*apart)


def test_forms_of_a_word_have_one_stem() -> None:
    assert stem("Announcement") == stem("announces")
