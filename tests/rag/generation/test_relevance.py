"""Which sentence fits a question."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from rag.articles import Passage, Question, Source
from rag.embedding import Embedder
from rag.generation.candidates import candidates
from rag.generation.likelihood import probabilities
from rag.generation.relevance import FEATURES, fit_of
from rag.language.spelling import is_misspelt, unknown_words
from rag.query import understand


def likelihoods(embedder: Embedder, question: str, *sentences: str) -> list[float]:
    text = " ".join(sentences)
    found = candidates([Passage(Source("a", "", None, None, date(2024, 5, 3)), 1, 0, len(text), text, 0.5)])
    parsed = understand(Question(question))
    assert len(found) == len(sentences)
    return [float(one) for one in probabilities(parsed, found, fit_of(embedder, parsed, found))]


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        (
            "When did the ferry sink?",
            "The ferry sank on 3 May 2024 off Sorvik.",
            "The ferry was built of steel and carried cars.",
        ),
        (
            "Who leads the dockers' union?",
            "Omar Haddad, who heads the dockers' union, called it a betrayal.",
            "The dockers' union met on Friday in Port Amel.",
        ),
        (
            "How many people died in the flood?",
            "The flood killed 14 villagers.",
            "People fled from the flood into the hills.",
        ),
    ],
)
def test_the_sentence_that_holds_what_is_asked_leads(
    embedder: Embedder, question: str, answer: str, other: str
) -> None:
    first, second = likelihoods(embedder, question, answer, other)

    assert first > second


def test_a_sentence_without_the_name_that_is_asked_of_is_unlikely_to_answer(embedder: Embedder) -> None:
    sentence = "Kestrel Bank was fined $87 million in Lisova on Thursday, which Ruth Calder called a shock."
    right = likelihoods(embedder, "How much was Kestrel Bank fined in Lisova?", sentence)[0]

    assert likelihoods(embedder, "how much was kestrel bank fined in yemen", sentence)[0] < 0.6 * right


def test_a_name_in_lower_case_is_a_word_that_no_dictionary_knows() -> None:
    assert unknown_words("how much has iran spent on airstrikes in yemen") == ("iran", "yemen")


def test_a_misspelt_name_is_found() -> None:
    assert is_misspelt("netanyaho", "netanyahu")
    assert not is_misspelt("haifa", "havana")


def test_every_feature_has_its_column(embedder: Embedder) -> None:
    text = "The mill opened in May. The council closed it."
    found = candidates([Passage(Source("a", "The mill"), 1, 0, len(text), text, 0.5)])

    fit = fit_of(embedder, understand(Question("When did the mill open?")), found)

    assert fit.features.shape == (2, len(FEATURES))
    assert fit.objections.shape == (2,)
    assert np.isfinite(fit.features).all()
