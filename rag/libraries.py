"""Opens, copies and restores the libraries that settings name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag.articles import IngestReport
from rag.embedding import Embedder, load_embedder
from rag.errors import BadInput
from rag.library import MILVUS, Library, copying, open_library, restore_library
from rag.library.copying import CarryingEmbedder, Compared
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a library: what was put into the target, whether vectors were carried, and how the two compare."""

    report: IngestReport
    carried: bool
    compared: Compared


def library_of(settings: Settings, embedder: Embedder, place: str | None = None) -> Library:
    """The library of the settings, or at another place. Raises ConfigError, LibraryError."""
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else None
    return open_library(place or settings.library, embedder, token=token)


def copy_library(
    settings: Settings,
    source: str,
    target: str,
    on_copied: Callable[[int, int], None] | None = None,
    on_compared: Callable[[int, int], None] | None = None,
) -> Copied:
    """Copy the library at one place into that at another and compare the two.

    Run again, it goes on. Raises BadInput where there is nothing to copy, ConfigError, LibraryError, and WrongModel
    where the target has another model.
    """
    embedder = load_embedder(settings.embedding_model)
    if place_of(source) == place_of(target):
        raise BadInput(f"{source!r} cannot be copied into itself: name another place.")
    with closing(library_of(settings, embedder, source)) as read:
        if not read.count():
            raise BadInput(f"{source!r} holds no articles: is it the library that you mean?")
        carrying = CarryingEmbedder(embedder, read)
        with closing(library_of(settings, carrying, target)) as written:
            report = copying.copy(read, written, on_copied)
            compared = copying.compare(read, written, same_vectors=carrying.carries, on_progress=on_compared)
    return Copied(report, carrying.carries, compared)


def restore(settings: Settings, file: Path, *, force: bool = False) -> None:
    """Put what a backup holds in the place of what the library of the settings holds; `force` where it is not empty.

    Services that use the library see it as they see an ingest. Raises ConfigError, LibraryError.
    """
    restore_library(settings.library, file, force=force)


def place_of(location: str) -> str:
    """A library's place, the same however it is written."""
    return location if location.startswith(MILVUS) else str(Path(location).expanduser().resolve())
