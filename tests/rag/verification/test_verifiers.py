"""Verifiers as they are published, each shape as a tiny model: NLI, a single score, two classes, marked tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ConfigError, WriterError
from rag.settings import load_settings
from rag.verification.opinions import Doubt, VerifierOpinion, load_opinion
from rag.verification.verifiers import ScoringVerifier, TokenVerifier, load_verifier
from tests.making import tiny_cross_encoder, tiny_token_classifier
from tests.rag.verification.making_passages import BANK, FERRY

SHAPES: dict[str, Callable[[Path], str]] = {
    "a single score": tiny_cross_encoder,
    "two classes": lambda folder: tiny_cross_encoder(folder, labels=2),
    "NLI": lambda folder: tiny_cross_encoder(folder, called=("contradiction", "entailment", "neutral")),
    "marked tokens": tiny_token_classifier,
}
PAIRS = [(FERRY, "Divers recovered 31 bodies."), (BANK, "The bank of Norway cut its rate."), ("", ""), ("a", "b")]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_one_verdict_for_each_pair(shape: str, tmp_path: Path) -> None:
    verifier = load_verifier(SHAPES[shape](tmp_path))

    found = verifier.supports(PAIRS)

    assert isinstance(verifier, TokenVerifier if shape == "marked tokens" else ScoringVerifier)
    assert len(found) == len(PAIRS) and all(type(one) is bool for one in found)
    assert verifier.supports([]) == []
    assert [verifier.supports([pair])[0] for pair in PAIRS] == found


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_reads_evidence_that_is_too_long_for_it(shape: str, tmp_path: Path) -> None:
    verifier = load_verifier(SHAPES[shape](tmp_path))

    assert len(verifier.supports([(FERRY * 100, "Divers recovered 31 bodies.")])) == 1


def test_marks_in_the_claim_alone_count_and_long_evidence_cuts_none_off(tmp_path: Path) -> None:
    verifier = load_verifier(tiny_token_classifier(tmp_path))

    pairs = [
        ("zz zz", "The plan was set."),
        (FERRY * 100, "The plan was set."),
        (FERRY * 100, "The plan was crazy z"),
    ]

    assert verifier.supports(pairs) == [True, True, False]


def test_a_claim_longer_than_the_model_reads_is_not_supported(tmp_path: Path) -> None:
    opinion = VerifierOpinion(load_verifier(tiny_token_classifier(tmp_path)))

    async def ask() -> frozenset[int]:
        return (await opinion.ask([Doubt("The plan was set. " * 50, FERRY)], asyncio.to_thread)).supported

    try:
        assert asyncio.run(ask()) == frozenset()
    except WriterError as error:
        assert "could not read" in str(error)


def test_a_verifier_is_a_second_opinion_that_costs_nothing(tmp_path: Path) -> None:
    opinion = load_opinion(load_settings(checker=tiny_token_classifier(tmp_path)), None)
    doubts = [Doubt("The plan was set.", FERRY), Doubt("The plan was crazy.", FERRY)]
    assert opinion is not None

    found = asyncio.run(opinion.ask(doubts, asyncio.to_thread))

    assert found.supported == {0}
    assert (found.usage.prompt_tokens, found.usage.completion_tokens) == (0, 0)


@pytest.mark.parametrize("kind", ["nowhere", "an empty folder", "a broken file", "no JSON", "other classes"])
def test_a_verifier_that_cannot_be_loaded_says_what_to_set(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "verifier"
    if kind != "nowhere":
        folder.mkdir()
    if kind == "a broken file":
        (folder / "config.json").write_text('{"architectures": ["BertForTokenClassification"]}')
    if kind == "no JSON":
        (folder / "config.json").write_text("{")
    name = tiny_cross_encoder(tmp_path, labels=5) if kind == "other classes" else str(folder)

    with pytest.raises(ConfigError, match=r"BYLINE_CHECKER|entailment"):
        load_verifier(name)
