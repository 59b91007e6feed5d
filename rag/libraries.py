"""Opens and copies libraries as configured."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rag.articles import IngestReport
from rag.embedding import Embedder, load_embedder
from rag.errors import BadInput
from rag.library import MILVUS, Library, copying, open_library
from rag.library.copying import CarryingEmbedder, Compared
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Copied:
    """The result of a copy: what was written, whether vectors were reused, and how the two libraries compare."""

    report: IngestReport
    carried: bool
    compared: Compared


def library_of(settings: Settings, embedder: Embedder, place: str | None = None) -> Library:
    """Opens the configured library, or the one at `place`. Raises ConfigError, LibraryError."""
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else None
    return open_library(place or settings.library, embedder, token=token)


def copy_library(
    settings: Settings,
    source: str,
    target: str,
    on_copied: Callable[[int, int], None] | None = None,
    on_compared: Callable[[int, int], None] | None = None,
) -> Copied:
    """Copies the library at `source` into the one at `target`, and compares the two. Run again, it resumes.

    Raises BadInput where there is nothing to copy, ConfigError, LibraryError, and WrongModel where the target was
    embedded with another model.
    """
    embedder = load_embedder(settings.embedding_model)
    if place_of(source) == place_of(target):
        raise BadInput(f"{source!r} cannot be copied into itself: name another place.")
    with closing(library_of(settings, embedder, source)) as read:
        if not read.count():
            raise BadInput(f"{source!r} holds no articles: check that the name is right.")
        carrying = CarryingEmbedder(embedder, read)
        with closing(library_of(settings, carrying, target)) as written:
            report = copying.copy(read, written, on_copied)
            compared = copying.compare(read, written, same_vectors=carrying.carries, on_progress=on_compared)
    return Copied(report, carrying.carries, compared)


def place_of(location: str) -> str:
    """A library's location in a canonical form, for comparing."""
    return location if location.startswith(MILVUS) else str(Path(location).expanduser().resolve())
