"""Copying between libraries, in either store: complete, idempotent, and compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest

from rag.articles import IngestReport
from rag.embedding import Embedder
from rag.errors import LibraryError, WrongModel
from rag.library import Library, open_library
from rag.library.batches import hash_of
from rag.library.copying import CarryingEmbedder, Compared, Fault, compare, copy
from rag.library.milvus import MilvusLibrary
from tests.making import Counting, Hashing, article

Open = Callable[..., Library]
NEWS = [
    article(f"a{number:03}", f"Report {number}.", "A shared line.", title=f"T {number}", outlet="É", published=day)
    for number, day in enumerate([date(2020, 5, 5), None] * 60)
]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a library in a folder or in Milvus Lite."""
    libraries = []

    def opened(kind: str, name: str, embedder: Embedder) -> Library:
        place = f"milvus:{tmp_path}/{name}.db" if kind == "milvus" else f"{tmp_path}/{name}"
        libraries.append(open_library(place, embedder))
        return libraries[-1]

    yield opened
    for one in libraries:
        one.close()


@pytest.mark.parametrize("kinds", [*permutations(("folder", "milvus"))], ids=" to ".join)
def test_a_copy_has_every_article_and_every_vector_without_embedding_any(
    opened: Open, kinds: tuple[str, str]
) -> None:
    source = opened(kinds[0], "from", Hashing())
    source.add(NEWS)
    counting = Counting(Hashing())
    target = opened(kinds[1], "to", CarryingEmbedder(counting, source))

    report = copy(source, target)

    assert report == IngestReport(added=120)
    assert counting.texts == []
    assert compare(source, target) == Compared(120, ())
    assert target.get("a007") == NEWS[7]
    query = source.vectors(["Report 7."])["Report 7."]
    for library in (source, target):
        (found,) = library.nearest(query, 1)
        assert library.passages([found.key])[found.key].text == "Report 7."


@pytest.mark.parametrize("kind", ["folder", "milvus"])
def test_a_copy_that_was_interrupted_goes_on_and_repeats_nothing(opened: Open, kind: str) -> None:
    source = opened("folder", "from", Hashing())
    source.add(NEWS)
    counting = Counting(Hashing())
    target = opened(kind, "to", counting)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, target, interrupt)
    begun = target.count()
    told: list[tuple[int, int]] = []
    report = copy(source, target, lambda done, total: told.append((done, total)))

    assert 0 < begun < 120
    assert report == IngestReport(added=120 - begun, unchanged=begun)
    assert len(counting.texts) == len(set(counting.texts)) == 121
    assert told[-1] == (120, 120)
    assert compare(source, target).is_whole


def test_a_damaged_copy_is_told_of(opened: Open, tmp_path: Path) -> None:
    source, folder, milvus = (
        opened("milvus", "from", Hashing()),
        opened("folder", "b", Hashing()),
        opened("milvus", "c", Hashing()),
    )
    for one in (source, folder, milvus):
        one.add(NEWS[:6])
    folder.close()
    with sqlite3.connect(tmp_path / "b" / "library.sqlite") as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'Report 1', 'Report 9') WHERE id = 'a001'")
        connection.execute("UPDATE vectors SET vector = zeroblob(1536) WHERE hash = ?", (hash_of("Report 2."),))
    connection.close()
    assert isinstance(milvus, MilvusLibrary)
    milvus._client.delete(milvus._state.paragraphs(), 'text == "Report 2."')
    milvus.remove("a003")
    milvus.add([replace(NEWS[4], text="Report X.\n\nA shared line."), article("extra", "Not in the source.")])

    in_folder = compare(source, opened("folder", "b", Hashing()))
    in_milvus = compare(source, milvus)

    assert in_folder.faults == (Fault("a001", "different"), Fault("a002", "not searchable"))
    assert in_milvus.faults == (
        Fault("a002", "not searchable"),
        Fault("a003", "missing"),
        Fault("a004", "different"),
        Fault("extra", "only in the copy"),
    )
    assert not in_folder.is_whole and not in_milvus.is_whole
    copy(source, milvus)
    assert [one.what for one in compare(source, milvus).faults] == ["not searchable", "only in the copy"]


def test_a_source_of_another_model_is_embedded_anew(opened: Open) -> None:
    class Other(Hashing):
        fingerprint = "other"  # type: ignore[assignment]

        def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
            return -super().encode(texts)

    source = opened("milvus", "from", Hashing())
    source.add(NEWS[:5])
    read = opened("milvus", "from", Other())
    carrying = CarryingEmbedder(Other(), read)
    target = opened("folder", "to", carrying)

    copy(read, target)

    assert not carrying.carries
    assert compare(read, target, same_vectors=False) == Compared(5, ())
    with pytest.raises(WrongModel):
        compare(read, target)


def test_a_damaged_article_ends_a_copy_and_is_not_left_out(opened: Open, tmp_path: Path) -> None:
    source, target = opened("folder", "from", Hashing()), opened("folder", "to", Hashing())
    source.add(NEWS[:3])
    with sqlite3.connect(tmp_path / "from" / "library.sqlite") as connection:
        connection.execute("UPDATE articles SET text = replace(text, 'Report', 'Resort') WHERE id = 'a001'")

    with pytest.raises(LibraryError, match="damaged"):
        copy(source, target)
