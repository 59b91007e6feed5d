"""Encoders: texts → vectors, by ONNX Runtime on a CPU, or by torch."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.errors import ConfigError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's n tokens, special ones left out; `vectors` (n, d) float32 in context, `sentence` (d,) float32."""

    tokens: tuple[str, ...]
    vectors: np.ndarray
    sentence: np.ndarray


class Encoder(Protocol):
    """A model that encodes texts. Safe to share between threads."""

    batch: int  # texts that are encoded together

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) float32, rows of unit length, of at most `batch` texts."""

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        """The tokens of at most `batch` texts; None where the model has no vectors of tokens in context."""

    def spelled(self, tokens: Sequence[str]) -> str:
        """The text that tokens stand for."""


class OnnxEncoder:
    """Runs a model that `rag.onnx_export` exported into that folder, without loading torch or transformers."""

    # On news this takes three quarters of the time of 32: less padding, and more fits the processor's cache.
    batch = 8

    def __init__(self, folder: Path) -> None:
        """Raises an error of ONNX Runtime or tokenizers where the files are missing or damaged."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # Spinning threads would take the processor from concurrent searches.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        added = self._tokenizer.get_added_tokens_decoder()
        self._special = {token for token, about in added.items() if about.special}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        _, (vectors,) = self._run(texts, ["sentence_embedding"])
        return np.asarray(vectors, np.float32)

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        encodings, (vectors, sentences) = self._run(texts, ["token_embeddings", "sentence_embedding"])
        found = []
        for encoding, rows, sentence in zip(encodings, vectors, sentences, strict=True):
            kept = [place for place, token in enumerate(encoding.ids) if token not in self._special]
            found.append(Tokens(tuple(encoding.tokens[place] for place in kept), rows[kept], sentence))
        return found

    def spelled(self, tokens: Sequence[str]) -> str:
        decoder = self._tokenizer.decoder
        return str(decoder.decode(list(tokens))) if decoder else " ".join(tokens)

    def _run(self, texts: Sequence[str], outputs: list[str]) -> tuple[list[Any], list[np.ndarray]]:
        encodings = self._tokenizer.encode_batch([text.strip() for text in texts])
        columns = {
            "input_ids": [one.ids for one in encodings],
            "attention_mask": [one.attention_mask for one in encodings],
            "token_type_ids": [one.type_ids for one in encodings],
        }
        return encodings, self._session.run(outputs, {name: np.array(columns[name]) for name in self._inputs})


class TorchEncoder:
    """Runs any sentence-transformers model in torch, on a GPU where there is one; one thread at a time."""

    batch = 32

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self._lock = threading.Lock()  # a model's tokenizer is not thread-safe

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            vectors = self.model.encode(
                list(texts), batch_size=self.batch, normalize_embeddings=True, show_progress_bar=False
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def tokens(self, texts: Sequence[str]) -> list[Tokens] | None:
        with self._lock:
            outs = self.model.encode(
                list(texts), batch_size=self.batch, show_progress_bar=False, output_value=None, prompt=""
            )
            if "token_embeddings" not in outs[0]:
                return None
            return [self._tokens_of(out) for out in outs]

    def spelled(self, tokens: Sequence[str]) -> str:
        return str(self.model.tokenizer.convert_tokens_to_string(list(tokens)))

    def _tokens_of(self, out: dict[str, Any]) -> Tokens:
        tokenizer = self.model.tokenizer
        ids = out["input_ids"].tolist()
        special = set(tokenizer.all_special_ids)
        kept = [place for place, token in enumerate(ids) if token not in special]
        tokens = tokenizer.convert_ids_to_tokens([ids[place] for place in kept])
        vectors = out["token_embeddings"].float().cpu().numpy()[kept]
        return Tokens(tuple(tokens), vectors, out["sentence_embedding"].float().cpu().numpy())


def load_sentence_transformer(name: str, place: str) -> SentenceTransformer:
    """Loads the model from `place`, a folder or a name. Raises ConfigError."""
    # Otherwise loading a local model would contact the hub.
    if Path(place).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        return SentenceTransformer(place)
    except Exception as error:  # third-party files can fail in any way
        raise ConfigError(
            f"The embedding model {name!r} cannot be loaded ({type(error).__name__}): set "
            "BYLINE_EMBEDDING_MODEL to the name or folder of a sentence-transformers model, "
            "or unset it to use the model that comes with Byline."
        ) from error
