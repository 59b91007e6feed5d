"""Where and when a sentence was told, and by how many, tells how probable it is that it answers."""

from __future__ import annotations

from datetime import date

import numpy as np

from rag.articles import Passage, Question, Source
from rag.generation.likelihood import FEATURES, Found, features, is_one_story, probabilities
from rag.query import ParsedQuestion, understand

TODAY, LONG_AGO = date(2023, 5, 6), date(2021, 5, 6)


def asked(text: str = "Who opened the mill?") -> ParsedQuestion:
    return understand(Question(text, as_of=TODAY))


def found(article: str, text: str, published: date | None, *, score: float = 0.5) -> Found:
    passage = Passage(Source(article, "The mill", None, None, published), 1, 0, len(text), text, score)
    vector = np.ones(4, np.float32) / 2
    return Found(text, vector, 0, passage)


def both(one: Found, other: Found) -> np.ndarray:
    return probabilities(asked(), [one, other], np.zeros(2), np.zeros(2))


def test_of_two_sentences_alike_the_newer_is_more_probable() -> None:
    newer, older = both(found("a", "It opened.", TODAY), found("b", "It opened.", LONG_AGO))

    assert newer > older


def test_a_sentence_with_a_name_that_was_asked_for_is_more_probable() -> None:
    named, other = both(found("a", "It was Per Holm.", TODAY), found("a", "It was him.", LONG_AGO))

    assert named > other


def test_of_one_story_relevance_alone_decides() -> None:
    sentences = [found("a", "It was Per Holm.", TODAY), found("b", "It was him.", TODAY, score=0.1)]

    assert is_one_story(sentences)
    assert len(set(probabilities(asked(), sentences, np.zeros(2), np.zeros(2)))) == 1


def test_undated_passages_are_one_story_and_days_far_apart_are_not() -> None:
    assert is_one_story([found("a", "It opened.", None)])
    assert not is_one_story([found("a", "It opened.", TODAY), found("b", "It opened.", LONG_AGO)])


def test_every_feature_has_its_column() -> None:
    rows = features(asked(), [found("a", "It opened.", TODAY)], np.zeros(1), np.zeros(1))

    assert rows.shape == (1, len(FEATURES))
