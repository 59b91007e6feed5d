"""The metadata of a library in Milvus: its embedding model, the collection of its paragraphs, its newest change."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rag.embedding import Embedder
from rag.errors import LibraryError, WrongModel
from rag.library import Generation
from rag.library.milvus.client import Client, CollectionGone
from rag.library.milvus.collections import ARTICLES, NO_VECTOR, PARAGRAPHS, STATE, among

MODEL, CHANGE = "model", "change"
FORMAT = 2  # of the rows; 2 has the words' tokens and their number
Got = TypeVar("Got")


@dataclass(frozen=True, slots=True)
class Model:
    """The embedding model, the collection of the paragraphs, and the format of the rows."""

    name: str
    fingerprint: str
    paragraphs: str
    format: int = 1


class State:
    """The state of one library. Safe to share between threads."""

    def __init__(self, client: Client, embedder: Embedder) -> None:
        self._client = client
        self._embedder = embedder
        self._known: Model | None = None

    def model(self, *, anew: bool = False) -> Model | None:
        """The model, read once unless `anew`; None before the first article.

        Raises LibraryError where another version of Byline made it.
        """
        if self._known is None or anew:
            found = self._value(MODEL)
            model = Model(*json.loads(found)) if found else None
            if model is not None and model.format != FORMAT:
                raise LibraryError(
                    f"The library milvus:{self._client.place} was made by another version of Byline: ingest its "
                    "articles into a new one, or copy it to a folder with the version that made it."
                )
            self._known = model
        return self._known

    def require_model(self) -> None:
        """Raises WrongModel if another model than the configured one embedded the library."""
        model = self.model()
        if model is not None and model.fingerprint != self._embedder.fingerprint:
            other = repr(model.name) if model.name != self._embedder.name else "another version of it"
            raise WrongModel(
                f"The library {self._client.place} was not embedded with {self._embedder.name!r} but with {other}: "
                "set BYLINE_EMBEDDING_MODEL back, or run `byline ingest --re-embed`."
            )

    def make(self) -> str:
        """Creates the library unless it exists; returns the collection of its paragraphs. Raises WrongModel."""
        if self.model() is None:
            self._client.make(STATE)
            self._client.make(ARTICLES)
            if self.model(anew=True) is None:  # no other process was quicker
                self.use(self.new_paragraphs())
        self.require_model()
        return self.paragraphs()

    def paragraphs(self) -> str:
        """The collection of the paragraphs; it does not exist before the first article."""
        model = self.model()
        return model.paragraphs if model else PARAGRAPHS

    def new_paragraphs(self) -> str:
        """Creates another collection for paragraphs, embedded with the configured model."""
        name = f"{PARAGRAPHS}{self._embedder.fingerprint[:12]}"
        if name == self.paragraphs():
            name += "_again"
        self._client.make(name, self._embedder.dimension)
        return name

    def use(self, paragraphs: str) -> None:
        """Makes a collection, embedded with the configured model, the library's current one."""
        self._remember(MODEL, [self._embedder.name, self._embedder.fingerprint, paragraphs, FORMAT])
        self.model(anew=True)

    def read(self, step: Callable[[str], Got]) -> Got:
        """Runs a read of the paragraphs' collection; repeats it if another process has replaced the collection."""
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
        """Records a change before and after it is written, so that no reader caches a state in between."""
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
