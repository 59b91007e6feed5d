"""The retrieval benchmark: what it scores, and that its command runs."""

import math
from datetime import date
from pathlib import Path

import pytest

from eval.bench.alterations import DAY_NAMED, OUTLET_NAMED, TWO_IN_ONE, alterations
from eval.bench.retrieval import EMBEDDED, main, score
from eval.bench.retrieval_fit import fit
from eval.cases import Case
from rag.articles import Passage, Source
from rag.retrieval import WEIGHTS, Weights
from tests.eval.test_formats import realtimeqa
from tests.making import article, tiny_cross_encoder

MILL = Case("mill", "Who opened the mill?", answers=(("Per Holm",),), articles=("a",), as_of=date(2023, 1, 5))
FISH = Case("fish", "Which fish swam by?", answers=(("Salmon",),), articles=("b",), as_of=date(2023, 2, 3))


def passage(id: str, text: str = "") -> Passage:
    return Passage(Source(id, id), 1, 0, len(text), text, 0.5)


def test_an_article_counts_once_at_its_best_passage() -> None:
    assert score(MILL, [passage("b"), passage("b"), passage("a")])[:3] == (0.0, 1.0, 0.5)
    assert score(MILL, [passage(f"other {n}") for n in range(10)] + [passage("a")])[:3] == (0.0, 0.0, 0.0)


def test_an_answer_counts_as_whole_words_in_the_first_twenty() -> None:
    assert score(MILL, [passage("b", "The mill of per holm.")])[3] == 1.0
    assert score(MILL, [passage("b", "Per Holmberg left.")])[3] == 0.0
    assert score(MILL, [passage("b")] * 20 + [passage("a", "Per Holm")])[3] == 0.0


def test_an_answer_that_is_found_by_chance_does_not_count() -> None:
    short = Case("n", "How many?", answers=(("7",),), articles=("a",))

    assert math.isnan(score(short, [passage("a", "There were 7.")])[3])


def test_questions_are_altered_to_name_what_a_quiz_seldom_names() -> None:
    articles = [article("a", "x", outlet="cnn.com", published=date(2023, 1, 4)), article("b", "y")]
    altered = alterations([MILL, FISH], articles)

    assert altered[DAY_NAMED][0].question == "Who opened the mill? (January 5, 2023)"
    assert altered[DAY_NAMED][0].as_of == date(2023, 1, 4)
    assert [case.question for case in altered[OUTLET_NAMED]] == ["What did Cnn report: Who opened the mill?"]
    assert [case.question for case in altered[TWO_IN_ONE]] == ["Who opened the mill, and which fish swam by?"]


def test_the_command_prints_baselines_byline_and_what_each_idea_gains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reranker = tiny_cross_encoder(tmp_path / "model")
    suite = f"realtimeqa:{realtimeqa(tmp_path / 'data')}?sample=1"

    main([suite, "--library", str(tmp_path / "library"), "--ablate", "--reranker", reranker])

    printed = capsys.readouterr().out
    assert "3 questions over 5 articles" in printed
    for name in ("vectors alone", "plain fusion", "Byline", "Byline, reranked", "without days", "without parts"):
        assert f"| {name} |" in printed


def test_the_weights_are_fitted_and_set_beside_those_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = f"realtimeqa:{realtimeqa(tmp_path / 'data')}?sample=1"

    main([suite, "--library", str(tmp_path / "library"), "--fit", "--questions", "1"])

    printed = capsys.readouterr().out
    assert f"in use: {WEIGHTS}" in printed and "fitted: Weights(vectors=" in printed


def test_each_weight_is_set_to_its_best_step_until_none_changes() -> None:
    def gain(name: str, weights: Weights) -> float:
        return 10 - abs(weights.vectors - 0.5) - abs(weights.days - 2.0)

    best, lines = fit(gain)

    assert best == Weights(vectors=0.5, words=1.0, articles=1.0, days=2.0, outlet=1.0)
    assert lines[0] == "vectors: 0 9.500, 0.25 9.750, 0.5 10.000, 1 9.500, 2 8.500"


@pytest.mark.parametrize("words", [(), ("--words",)])
def test_two_libraries_are_asked_the_same_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    suite = f"realtimeqa:{realtimeqa(tmp_path / 'data')}?sample=1"

    main([suite, "--library", str(tmp_path / "library"), "--other", f"milvus:{tmp_path}/library.db", *words])

    printed = capsys.readouterr().out
    assert "| Byline, other |" in printed and "| BM25 alone, other |" in printed
    assert "| other minus first, paired | right article first |" in printed
    assert "| Byline | +0.000 (" in printed, "the same articles are found in both"
    assert ("| vectors alone, other |" in printed) == (not words)


@pytest.mark.parametrize("embeds", list(EMBEDDED))
def test_what_is_embedded_beside_a_paragraph_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], embeds: str
) -> None:
    suite = f"realtimeqa:{realtimeqa(tmp_path / 'data')}?sample=1"
    here, there = str(tmp_path / "library"), str(tmp_path / "other")

    main([suite, "--library", here, "--other", there, "--embeds", embeds])

    printed = capsys.readouterr().out
    assert "| vectors alone, other |" in printed
    assert "| Byline | +0.000 (" in printed, "so few articles are all found"
