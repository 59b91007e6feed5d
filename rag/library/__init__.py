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
from rag.errors import ConfigError, MissingExtra

__all__ = ["EVERYTHING", "Generation", "Key", "Library", "Scope", "Scored", "open_library", "restore_library"]

MILVUS = "milvus:"  # begins the place of a library in Milvus

Generation = tuple[int, str]  # the number and the token of a library's newest change; (0, "") before the first
Key = int | str  # names a paragraph in one library; never used twice


@dataclass(frozen=True, slots=True)
class Scored:
    """A paragraph that a search found: its key in the library and how well it fits, more is better."""

    key: Key
    score: float


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a search may read: those that pass the filters and were not published after `as_of`."""

    filters: Filters = Filters()
    as_of: date | None = None

    @property
    def first(self) -> date | None:
        """The first day that may be read. An undated article is of any day."""
        return self.filters.published_from

    @property
    def last(self) -> date | None:
        """The last day that may be read."""
        return min((day for day in (self.filters.published_to, self.as_of) if day is not None), default=None)


EVERYTHING = Scope()


class Library(Protocol):
    """What a store must do. Safe to share between threads.

    What `add` and `remove` have acknowledged, every later search sees. Of an article that is being replaced a search
    sees the old edition or the new one, never both and never neither.
    """

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        """Take articles in, in batches; what `on_progress` was told is stored.

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

    def nearest(self, vector: np.ndarray, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        """The k paragraphs whose vectors have the greatest inner product with `vector`, (d,) float32."""

    def matching(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        """The k paragraphs that the query's words fit best, by BM25 over text, title and outlet."""

    def matching_articles(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[tuple[str, float]]:
        """Ids and scores of the k articles that the query's words fit best, by BM25 over title and whole text."""

    def passages(self, keys: Sequence[Key]) -> dict[Key, Passage]:
        """The paragraphs with these keys, their score 0; a key that is gone is left out."""

    def originals(self, keys: Sequence[Key], scope: Scope = EVERYTHING) -> dict[Key, Key]:
        """Of paragraphs with these keys: the earliest published with the very same words, where it is another.

        Of several of one day, that of the first article by id.
        """

    def vectors(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors, (d,) float32, that the library keeps of paragraphs with these words. Raises WrongModel."""

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        """Embed every paragraph anew with the model configured; how many different ones there were."""

    def generation(self) -> Generation:
        """The state of the library: two that are the same hold the same articles."""

    def check(self) -> None:
        """Look afresh whether the library can be searched. Raises LibraryError, WrongModel."""

    def verify(self) -> None:
        """Read the whole library and hold every article against its hash. Raises LibraryError."""

    def backup(self, file: Path) -> None:
        """Write the library as it stands now into a new file, whoever writes to it meanwhile.

        Raises LibraryError where the file is there already, cannot be written, or the store has no such copy.
        """

    def close(self) -> None:
        """Let go of the files and connections."""


def open_library(location: str | Path, embedder: Embedder, *, token: str | None = None) -> Library:
    """The library at that place, made when something is first put in.

    A place is a folder, or `milvus:` and a file of Milvus Lite (`….db`) or the URL of a Milvus server, to which
    `token` is shown. Raises ConfigError where the place is no such, LibraryError where it cannot be read.
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
    """Put what a backup holds in the place of what the library there holds; `force` where it holds articles.

    Raises ConfigError where the place is no folder, LibraryError where it cannot be done.
    """
    if str(location).startswith(MILVUS):
        raise ConfigError(
            "A backup is restored into a folder: name one with --library, then `byline library copy FOLDER "
            f"{location}`."
        )
    from rag.library.copies import restore

    restore(Path(location).expanduser(), file, force=force)
