"""How far articles agree on what a sentence adds to a question."""

from __future__ import annotations

import numpy as np
import pytest

from rag.articles import Passage, Source, Span
from rag.generation.agreement import agreement, new_facts
from rag.generation.candidates import Candidate

ASKED = frozenset("who will leave congress".split())


def said(article: str, text: str) -> Candidate:
    passage = Passage(Source(article, "A title", None, None, None), 1, 0, len(text), text, 1.0)
    return Candidate(Span(0, 0, len(text)), text, "", passage)


def test_new_facts_are_the_names_and_numbers_that_the_question_has_not() -> None:
    assert new_facts("Kevin McCarthy will leave Congress after 17 years.", ASKED) == {"mccarthy", "17"}


def test_a_fact_that_two_articles_give_is_agreed_on_more_than_one_of_a_single_article() -> None:
    found = [
        said("a", "Kevin McCarthy leaves."),
        said("b", "McCarthy said that he leaves."),
        said("c", "George Santos was told to leave."),
        said("c", "Nobody else leaves."),
    ]
    assert agreement(found, np.array([0.4, 0.3, 0.5, 0.2]), ASKED) == pytest.approx([0.7, 0.7, 0.5, 0.0])


def test_an_article_counts_once_and_so_does_a_sentence_that_another_article_reprints() -> None:
    found = [
        said("a", "Kevin McCarthy leaves."),
        said("a", "McCarthy said so."),
        said("b", "Kevin McCarthy leaves!"),
    ]
    assert agreement(found, np.array([0.4, 0.3, 0.4]), ASKED) == pytest.approx([0.4, 0.4, 0.4])


def test_what_is_hardly_likely_does_not_count() -> None:
    found = [said("a", "Kevin McCarthy leaves."), said("b", "McCarthy said so.")]
    assert agreement(found, np.array([0.4, 0.001]), ASKED) == pytest.approx([0.4, 0.0])
