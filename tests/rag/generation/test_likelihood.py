"""When a sentence was told, and whether it names anybody, tells how probable it is that it answers."""

from __future__ import annotations

from datetime import date

import numpy as np

from rag.articles import Passage, Question, Source, Span
from rag.generation import relevance
from rag.generation.candidates import Candidate
from rag.generation.likelihood import FEATURES, OBJECTION, features, objection_factor, probabilities
from rag.generation.relevance import Fit
from rag.query import ParsedQuestion, understand

TODAY, LONG_AGO = date(2023, 5, 6), date(2021, 5, 6)


def asked(text: str = "Who opened the mill?") -> ParsedQuestion:
    return understand(Question(text, as_of=TODAY))


def found(article: str, text: str, published: date | None) -> Candidate:
    passage = Passage(Source(article, "The mill", None, None, published), 1, 0, len(text), text, 0.5)
    return Candidate(Span(0, 0, len(text)), text, "", passage)


def alike(count: int, objections: int = 0) -> Fit:
    """Sentences that fit the question equally well."""
    return Fit(
        np.ones((count, len(relevance.FEATURES))), np.array([0] * (count - 1) + [objections]), np.ones((count, 4))
    )


def test_of_two_sentences_alike_the_newer_is_more_probable() -> None:
    newer, older = probabilities(
        asked(), [found("a", "It opened.", TODAY), found("b", "It opened.", LONG_AGO)], alike(2)
    )

    assert newer > older


def test_a_sentence_with_a_name_that_was_asked_for_is_more_probable() -> None:
    sentences = [found("a", "It was Per Holm.", TODAY), found("a", "It was him.", TODAY), found("b", "No.", LONG_AGO)]
    named, other, _ = probabilities(asked(), sentences, alike(3))

    assert named > other


def test_what_keeps_a_sentence_from_answering_makes_it_less_probable() -> None:
    first, second = probabilities(asked(), [found("a", "It opened.", TODAY)] * 2, alike(2, objections=1))

    assert second < first


def test_in_one_story_a_name_that_is_missing_is_an_objection() -> None:
    fit, missing = alike(2), FEATURES.index("names_missing")
    one, many = np.zeros((2, len(FEATURES))), np.ones((2, len(FEATURES)))
    one[0, missing] = 1

    assert objection_factor(one, fit).tolist() == [OBJECTION, 1]
    assert objection_factor(many, fit).tolist() == [1, 1]


def test_in_one_story_the_fit_alone_decides() -> None:
    sentences = [found("a", "It was Per Holm.", TODAY), found("b", "It was him.", TODAY)]

    assert len(set(probabilities(asked(), sentences, alike(2)))) == 1


def test_undated_passages_are_one_story_and_days_far_apart_are_not() -> None:
    place = FEATURES.index("many_stories")
    apart = [found("a", "It opened.", TODAY), found("b", "It opened.", LONG_AGO)]

    assert features(asked(), [found("a", "It opened.", None)], alike(1))[0, place] == 0
    assert features(asked(), apart, alike(2))[0, place] == 1
