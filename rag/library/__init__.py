"""The library: one place for articles, paragraphs, vectors and the words to search them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.articles import Article, Filters, IngestReport, Passage, Rejected, Source
from rag.embedding import Embedder
from rag.errors import ConfigError

__all__ = ["Generation", "Keys", "Library", "Scored", "open_library", "restore_library"]

Generation = tuple[int, str]  # the number and the token of a library's newest change; (0, "") before the first


@dataclass(frozen=True, slots=True)
class Scored:
    """A paragraph that a search found: its key in the library and how well it fits, more is better."""

    key: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Keys:
    """A set of paragraphs' keys: `mask` (n,) bool is true at each of the `count`."""

    mask: np.ndarray
    count: int

    @classmethod
    def of(cls, mask: np.ndarray) -> Keys:
        return cls(mask, int(np.count_nonzero(mask)))

    def __len__(self) -> int:
        return self.count

    def tolist(self) -> list[int]:
        return [int(key) for key in np.flatnonzero(self.mask)]


class Library(Protocol):
    """What a store must do. Safe to share between threads."""

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        """Take articles in, in batches; what `on_progress` was told is on the disk.

        Raises WrongModel where the library was embedded with another model, LibraryError where it cannot be written.
        """

    def remove(self, article_id: str) -> bool:
        """Take an article out; whether it was there."""

    def get(self, article_id: str) -> Article | None:
        """The article of that id."""

    def page(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        """Articles in the order of their ids, after the cursor; and the next page's cursor. Raises BadInput."""

    def count(self) -> int:
        """How many articles there are."""

    def newest_day(self) -> date | None:
        """The latest day on which an article was published."""

    def allowed(self, filters: Filters, as_of: date | None) -> Keys | None:
        """Keys of the evidence paragraphs that may be read; None where all may."""

    def nearest(self, vector: np.ndarray, k: int, allowed: Keys | None) -> list[Scored]:
        """The k paragraphs whose vectors have the greatest inner product with `vector`, (d,) float32."""

    def matching(self, query: str, k: int, allowed: Keys | None) -> list[Scored]:
        """The k paragraphs that the query's words fit best, by BM25 over text, title and outlet."""

    def matching_articles(self, query: str, k: int, filters: Filters, as_of: date | None) -> list[tuple[str, float]]:
        """Ids and scores of the k articles that the query's words fit best, by BM25 over title and whole text."""

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The paragraphs with these keys, their score 0; a key that is gone is left out."""

    def originals(self, keys: Sequence[int], allowed: Keys | None) -> dict[int, int]:
        """Of paragraphs with these keys: the earliest published with the very same words, where it is another."""

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Embed every paragraph anew with the model configured; how many there were."""

    def generation(self) -> Generation:
        """The state of the library: two that are the same hold the same articles."""

    def check(self) -> None:
        """Look afresh whether the library can be searched. Raises LibraryError, WrongModel."""

    def verify(self) -> None:
        """Read the whole library and hold every article against its hash. Raises LibraryError."""

    def backup(self, file: Path) -> None:
        """Write the library as it stands now into a new file, whoever writes to it meanwhile.

        Raises LibraryError where the file is there already or cannot be written.
        """

    def close(self) -> None:
        """Let go of the files."""


def open_library(location: str | Path, embedder: Embedder) -> Library:
    """The library at that place: a folder, made when something is first put in.

    Raises ConfigError where the place is none that this version knows, LibraryError where it cannot be read.
    """
    from rag.library.embedded import EmbeddedLibrary

    return EmbeddedLibrary(_folder(location), embedder)


def restore_library(location: str | Path, file: Path, *, force: bool = False) -> None:
    """Put what a backup holds in the place of what the library there holds; `force` where it holds articles.

    Raises ConfigError where the place is none that this version knows, LibraryError where it cannot be done.
    """
    from rag.library.copies import restore

    restore(_folder(location), file, force=force)


def _folder(location: str | Path) -> Path:
    if str(location).startswith("milvus:"):
        raise ConfigError(
            "A library on a Milvus server is nothing that this version can open: name a folder with --library or "
            "BYLINE_LIBRARY."
        )
    return Path(location).expanduser()
