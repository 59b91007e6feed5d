"""Fixtures shared by many tests: the embedding model, loaded once, and libraries built with it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.embedding import Embedder, load_embedder
from rag.ingestion import read_paths
from rag.library import Library, open_library

SEEDS = Path(__file__).parents[1] / "seeds"

# What a shell starts in the background is deaf to Ctrl-C, and so would be the processes that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedding model that comes with Byline."""
    return load_embedder()


@pytest.fixture
def library(embedder: Embedder, tmp_path: Path) -> Iterator[Library]:
    """An empty library."""
    opened = open_library(tmp_path / "library", embedder)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def seeds_library(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library that holds the articles of seeds/; a test must not change it."""
    opened = open_library(tmp_path_factory.mktemp("seeds") / "library", embedder)
    opened.add(read_paths([SEEDS]))
    yield opened
    opened.close()
