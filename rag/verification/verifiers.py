"""Loads published verifiers of claims, of two kinds, behind one interface.

A CrossEncoder (NLI with three classes, or a single score) judges a claim as a whole. A token classifier marks the
tokens of a claim that its evidence does not support, as LettuceDetect does (Kovács & Recski 2025).
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from rag.cross_encoding import CrossEncoder
from rag.errors import ConfigError

SUPPORTED = 0.5
LONGEST_TOKENS = 4_096
_PROMPT = "Summarize the following text:\n{evidence}\noutput:"  # the form on which LettuceDetect was trained


class Verifier(Protocol):
    """Says of pairs of evidence and claim whether the one supports the other."""

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """One verdict for each pair (evidence, claim)."""


class ScoringVerifier:
    """A CrossEncoder: supported from a probability of one half."""

    def __init__(self, name: str) -> None:
        """Raises ConfigError where the model cannot be loaded or understood."""
        self._model = CrossEncoder(name)

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """Supported where entailment, or the single score, is likelier than not."""
        return [bool(one >= SUPPORTED) for one in self._model.probabilities(pairs)] if pairs else []


class TokenVerifier:
    """A token classifier whose second class marks what is unsupported. Safe to share between threads."""

    def __init__(self, name: str) -> None:
        """Raises ConfigError where the model cannot be loaded."""
        _be_offline(name)
        from transformers import AutoModelForTokenClassification, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
            self._model: Any = AutoModelForTokenClassification.from_pretrained(name).eval()
        except Exception as error:  # whatever can be wrong with files that are somebody else's
            raise _cannot_load(name, error) from error
        self._lock = threading.Lock()  # a model's tokenizer cannot be used by two at once

    def supports(self, pairs: Sequence[tuple[str, str]]) -> list[bool]:
        """Supported where no token of the claim is likelier unsupported than not."""
        with self._lock:
            return [self._has_no_mark(evidence, claim) for evidence, claim in pairs]

    def _has_no_mark(self, evidence: str, claim: str) -> bool:
        import torch

        length = min(LONGEST_TOKENS, int(getattr(self._model.config, "max_position_embeddings", LONGEST_TOKENS)) - 2)
        encoded = self._tokenizer(
            _PROMPT.format(evidence=evidence), claim, truncation="only_first", max_length=length, return_tensors="pt"
        )
        own = [place for place, part in enumerate(encoded.sequence_ids(0)) if part == 1]
        with torch.no_grad():
            marks = self._model(**encoded).logits[0].softmax(-1)[own, 1]
        return bool((marks < SUPPORTED).all())


def load_verifier(name: str) -> Verifier:
    """The verifier of that name or folder, of the kind that its configuration says. Raises ConfigError."""
    return TokenVerifier(name) if "ForTokenClassification" in _architecture(name) else ScoringVerifier(name)


def _architecture(name: str) -> str:
    """The model's class, from its configuration; empty where it names none."""
    try:
        if Path(name).is_dir():
            file = Path(name) / "config.json"
            config = json.loads(file.read_text("utf-8")) if file.is_file() else {}
            return " ".join(config.get("architectures") or ())
        from transformers import AutoConfig

        return " ".join(AutoConfig.from_pretrained(name).architectures or ())
    except Exception as error:  # no network, no such model, a broken file
        raise _cannot_load(name, error) from error


def _be_offline(name: str) -> None:
    if Path(name).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    logging.getLogger("transformers").setLevel(logging.ERROR)


def _cannot_load(name: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"The verifier {name!r} cannot be loaded ({type(error).__name__}): set BYLINE_CHECKER to words, to model, to "
        "model:NAME, or to the name or folder of a CrossEncoder or a token classifier."
    )
