"""The library's interface: a store of articles, paragraphs and vectors with its searches, and how to open one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np

from rag.articles import Article, Filters, IngestReport, Passage, Rejected, Source
from rag.embedding import Embedder
from rag.errors import ConfigError, MissingExtra

__all__ = ["EVERYTHING", "Generation", "Key", "Library", "Scope", "Scored", "open_library", "restore_library"]

MILVUS = "milvus:"  # prefix of the location of a library in Milvus

Generation = tuple[int, str]  # number and token of the library's newest change; (0, "") before the first
Key = int | str  # of a paragraph in one library; never reused


@dataclass(frozen=True, slots=True)
class Scored:
    """A paragraph that a search found: its key and its score, higher is better."""

    key: Key
    score: float


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a search may read: those that pass the filters and were published by `as_of`."""

    filters: Filters = Filters()
    as_of: date | None = None

    @property
    def first(self) -> date | None:
        """The first day that may be read. Undated articles always may."""
        return self.filters.published_from

    @property
    def last(self) -> date | None:
        """The last day that may be read."""
        return min((day for day in (self.filters.published_to, self.as_of) if day is not None), default=None)


EVERYTHING = Scope()


class Library(Protocol):
    """The interface of a store. Safe to share between threads.

    Every search sees what `add` and `remove` returned from before. While an article is being replaced, a search sees
    either its old or its new edition.
    """

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        """Adds or updates articles, in batches; whatever `on_progress` has reported is stored.

        Raises WrongModel where the library was embedded with another model, LibraryError where it cannot be written.
        """

    def remove(self, article_id: str) -> bool:
        """Removes an article; returns whether there was one."""

    def get(self, article_id: str) -> Article | None:
        """The article with that id."""

    def page(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        """A page of articles after the cursor, ordered by id, and the next page's cursor. Raises BadInput."""

    def count(self) -> int:
        """The number of articles."""

    def newest_day(self) -> date | None:
        """The latest publication day of any article."""

    def nearest(self, vector: np.ndarray, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        """The k paragraphs whose vectors have the greatest inner product with `vector`, (d,) float32."""

    def matching(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        """The k paragraphs with the best BM25 score of the query, over text, title and outlet."""

    def matching_articles(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[tuple[str, float]]:
        """Ids and scores of the k articles with the best BM25 score of the query, over title and whole text."""

    def passages(self, keys: Sequence[Key]) -> dict[Key, Passage]:
        """The paragraphs with these keys, with a score of 0; deleted ones are left out."""

    def originals(self, keys: Sequence[Key], scope: Scope = EVERYTHING) -> dict[Key, Key]:
        """Maps each of these paragraphs to the earliest published one with exactly the same words, if not itself.

        Among several of one day, the article with the lowest id comes first.
        """

    def vectors(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """The stored vectors, (d,) float32, of paragraphs with these texts. Raises WrongModel."""

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Embeds every paragraph again with the configured model; returns how many distinct ones there were."""

    def generation(self) -> Generation:
        """Identifies the library's content: equal generations hold equal articles."""

    def check(self) -> None:
        """Checks, without caches, that the library can be searched. Raises LibraryError, WrongModel."""

    def verify(self) -> None:
        """Reads the whole library and checks every article's hash. Raises LibraryError."""

    def backup(self, file: Path) -> None:
        """Writes a consistent snapshot into a new file, even while the library is being written.

        Raises LibraryError where the file exists or cannot be written, or the store does not support backups.
        """

    def close(self) -> None:
        """Closes files and connections."""


def open_library(location: str | Path, embedder: Embedder, *, token: str | None = None) -> Library:
    """Opens a library; it is created with its first article.

    `location` is a folder, or `milvus:` with a file of Milvus Lite (`….db`) or the URL of a Milvus server, which gets
    `token`. Raises ConfigError for any other location, LibraryError where the library cannot be read.
    """
    if str(location).startswith(MILVUS):
        try:
            from rag.library.milvus import MilvusLibrary
        except ModuleNotFoundError as error:
            raise MissingExtra(
                f"A library in Milvus needs the package {error.name}: pip install 'byline[milvus]'."
            ) from None
        return MilvusLibrary(str(location).removeprefix(MILVUS), embedder, token)
    from rag.library.embedded import EmbeddedLibrary

    return EmbeddedLibrary(Path(location).expanduser(), embedder)


def restore_library(location: str | Path, file: Path, *, force: bool = False) -> None:
    """Replaces a library's content by a backup's; a library with articles needs `force`.

    Raises ConfigError where the location is not a folder, LibraryError where the restore fails.
    """
    if str(location).startswith(MILVUS):
        raise ConfigError(
            "A backup can be restored into a folder only: name one with --library, then run "
            f"`byline library copy FOLDER {location}`."
        )
    from rag.library.backups import restore

    restore(Path(location).expanduser(), file, force=force)
