"""What is asked of a subject, and which sentence answers it."""

from __future__ import annotations

import pytest

from rag.articles import Question
from rag.embedding import Embedder
from rag.generation.asked_terms import predicate, role_words, speaker, speaks, unknown_words
from rag.generation.relevance import Candidate, Relevance
from rag.query import understand


@pytest.fixture(scope="module")
def relevance(embedder: Embedder) -> Relevance:
    return Relevance(embedder)


def likelihoods(relevance: Relevance, question: str, *sentences: str) -> list[float]:
    candidates = [Candidate(sentence, " ".join(sentences)) for sentence in sentences]
    return [float(one) for one in relevance.score(understand(Question(question)), candidates)]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Who is the chief executive of Acme?", "executive"),
        ("When was Kestrel Bank founded?", "founded"),
        ("Who won the runoff?", "won"),
        ("When did Lindqvist resign?", "resign"),
        ("who is the presdient of Tarvia", ""),
        ("What is the aim of the campaign?", ""),
        ("Why did the ferry sink?", ""),
        ("Who carried out the attack?", ""),
    ],
)
def test_what_must_be_spoken_of_is_a_role_or_what_who_and_when_are_asked_of(question: str, word: str) -> None:
    assert predicate(understand(Question(question))) == word


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did Orban say about the border?", "orban"),
        ("What did the minister say about the border?", "minister"),
        ("Where did Orban go?", ""),
    ],
)
def test_it_is_known_whose_words_are_asked_for(question: str, name: str) -> None:
    assert speaker(question) == name


def test_someone_speaks_who_stands_beside_a_word_of_speech() -> None:
    assert speaks("orban", "“We wait,” Orban told reporters.")
    assert not speaks("orban", "Prosecutors are still looking into what became of the money of Orban’s brother.")


def test_a_name_in_lower_case_is_a_word_that_no_dictionary_knows() -> None:
    assert unknown_words("how much has iran spent on airstrikes in yemen") == ("iran", "yemen")


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
    relevance: Relevance, question: str, answer: str, other: str
) -> None:
    first, second = likelihoods(relevance, question, answer, other)

    assert first > second


@pytest.mark.parametrize(
    ("question", "asked_of_another"),
    [
        ("When was Kestrel Bank fined?", "When was Kestrel Bank founded?"),
        ("How much was Kestrel Bank fined in Lisova?", "how much was kestrel bank fined in yemen"),
        ("What did Calder say about the fine?", "What did Drake say about the fine?"),
    ],
)
def test_a_sentence_that_does_not_speak_of_what_is_asked_is_unlikely_to_answer(
    relevance: Relevance, question: str, asked_of_another: str
) -> None:
    sentence = "Kestrel Bank was fined $87 million in Lisova on Thursday, which Ruth Calder called a shock."

    assert likelihoods(relevance, asked_of_another, sentence)[0] < 0.6 * likelihoods(relevance, question, sentence)[0]


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("how many doctors work for the clinic", "doctors"),
        ("How many Iranian soldiers died?", "soldiers"),
        ("salary of the defence minister", "salary"),
    ],
)
def test_what_is_counted_or_headed_must_be_told(question: str, word: str) -> None:
    assert predicate(understand(Question(question))) == word


def test_a_prime_minister_is_not_any_minister() -> None:
    assert role_words("Who is the prime minister of Valdoria?") == ("prime",)
    assert role_words("Who is the coach of Veltra?") == ()


def test_who_speaks_in_the_next_sentence_is_somebody_else() -> None:
    assert speaks("drake", "Drake declined to comment.")
    assert not speaks("drake", "Prosecutors are investigating Drake. His lawyer declined to comment.")
