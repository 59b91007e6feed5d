"""Scores pairs of texts with any sentence-transformers CrossEncoder.

None comes with Byline: settings name one as reranker or as verifier.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rag.errors import ConfigError


class CrossEncoder:
    """A sentence-transformers CrossEncoder. Safe to share between threads, which wait for one another."""

    def __init__(self, name: str) -> None:
        """Loads the model. Raises ConfigError where it cannot be loaded or its output cannot be used."""
        if Path(name).is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        import sentence_transformers
        from torch.nn import Identity

        try:
            self._model = sentence_transformers.CrossEncoder(name, activation_fn=Identity())
        except Exception as error:  # third-party files can fail in any way
            raise ConfigError(
                f"The cross-encoder {name!r} cannot be loaded ({type(error).__name__}): name a folder or a model of "
                "sentence-transformers in BYLINE_RERANKER or BYLINE_CHECKER, or unset it."
            ) from error
        self._labels: Mapping[int, str] = self._model.config.id2label
        self._yes = _yes(name, self._labels)
        self._lock = threading.Lock()  # a model's tokenizer cannot be used by two at once

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """(n,) float64: the probability that the second text of each pair answers, or follows from, the first."""
        with self._lock:
            found = self._model.predict(list(pairs), show_progress_bar=False)
        logits = np.asarray(found, dtype=np.float64).reshape(len(pairs), len(self._labels))
        if self._yes is None:
            return np.asarray(1 / (1 + np.exp(-logits[:, 0])))
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(weights[:, self._yes] / weights.sum(axis=1))


def load_cross_encoder(name: str | None) -> CrossEncoder | None:
    """Loads the cross-encoder of that name or folder; None for None. Raises ConfigError."""
    return None if name is None else CrossEncoder(name)


def _yes(name: str, labels: Mapping[int, str]) -> int | None:
    """The index of the positive class: entailment, or the second of two; None for a model with a single output."""
    if len(labels) == 1:
        return None
    for place, label in labels.items():
        if label.casefold().startswith("entail"):
            return int(place)
    if len(labels) == 2:
        return 1
    raise ConfigError(
        f"The cross-encoder {name!r} has the classes {', '.join(labels.values())}: name one with a single output or "
        "with a class called entailment."
    )
