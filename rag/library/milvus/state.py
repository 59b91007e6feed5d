"""What a library in Milvus knows of itself: which model embedded it, where its paragraphs are, its newest change."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rag.embedding import Embedder
from rag.errors import WrongModel
from rag.library import Generation
from rag.library.milvus.client import Client, CollectionGone
from rag.library.milvus.collections import ARTICLES, NO_VECTOR, PARAGRAPHS, STATE, among

MODEL, CHANGE = "model", "change"
Got = TypeVar("Got")


@dataclass(frozen=True, slots=True)
class Model:
    """What the library was embedded with, and the collection of its paragraphs."""

    name: str
    fingerprint: str
    paragraphs: str


class State:
    """The state of one library. Safe to share between threads."""

    def __init__(self, client: Client, embedder: Embedder) -> None:
        self._client = client
        self._embedder = embedder
        self._known: Model | None = None

    def model(self, *, anew: bool = False) -> Model | None:
        """What the library was embedded with, looked up once unless `anew`; None before the first article."""
        if self._known is None or anew:
            found = self._value(MODEL)
            self._known = Model(*json.loads(found)) if found else None
        return self._known

    def require_model(self) -> None:
        """Raises WrongModel where the library was embedded with another model than the one configured."""
        model = self.model()
        if model is not None and model.fingerprint != self._embedder.fingerprint:
            other = repr(model.name) if model.name != self._embedder.name else "another version of it"
            raise WrongModel(
                f"The library {self._client.place} was not embedded with {self._embedder.name!r} but with {other}: "
                "set BYLINE_EMBEDDING_MODEL back, or run `byline ingest --re-embed`."
            )

    def make(self) -> str:
        """Make the library where there is none; the collection of its paragraphs. Raises WrongModel."""
        if self.model() is None:
            self._client.make(STATE)
            self._client.make(ARTICLES)
            if self.model(anew=True) is None:  # no other process was quicker
                self.use(self.new_paragraphs())
        self.require_model()
        return self.paragraphs()

    def paragraphs(self) -> str:
        """The collection of the paragraphs; one that is not there before the first article."""
        model = self.model()
        return model.paragraphs if model else PARAGRAPHS

    def new_paragraphs(self) -> str:
        """A collection for paragraphs embedded with the model configured, and not the one in force."""
        name = f"{PARAGRAPHS}{self._embedder.fingerprint[:12]}"
        if name == self.paragraphs():
            name += "_again"
        self._client.make(name, self._embedder.dimension)
        return name

    def use(self, paragraphs: str) -> None:
        """Put a collection in force that was embedded with the model configured."""
        self._remember(MODEL, [self._embedder.name, self._embedder.fingerprint, paragraphs])
        self.model(anew=True)

    def read(self, step: Callable[[str], Got]) -> Got:
        """What the step reads of the paragraphs' collection; once more where another process has replaced it."""
        try:
            return step(self.paragraphs())
        except CollectionGone:
            self._client.reset()
            self.model(anew=True)
            return step(self.paragraphs())

    def generation(self) -> Generation:
        """The number and the token of the newest change."""
        number, token = json.loads(self._value(CHANGE) or '[0, ""]')
        return number, token

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Tells readers of a change: before it, for those who read while it is made, and after it."""
        self._remember(CHANGE, _new_generation())
        try:
            yield
        finally:
            self._remember(CHANGE, _new_generation())

    def _value(self, name: str) -> str | None:
        rows = self._client.rows(STATE, among("key", [name]), ["value"])
        return str(rows[0]["value"]) if rows else None

    def _remember(self, name: str, value: object) -> None:
        self._client.put(STATE, [{"key": name, "value": json.dumps(value), "vector": NO_VECTOR}])
        self._client.count(STATE, among("key", [name]), strong=True)


def _new_generation() -> Generation:
    return time.time_ns() // 1_000_000, uuid.uuid4().hex
