"""What many tests share: the embedded model, loaded once."""

import pytest

from rag.embedding import Embedder, load_embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedding model that comes with Byline."""
    return load_embedder()
