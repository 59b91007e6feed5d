"""A damaged library reports its damage; no altered text is served."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rag.embedding import Embedder
from rag.errors import LibraryError
from rag.library import Library, open_library
from rag.library.schema import MIGRATIONS
from tests.making import article

RAIN = article("rain", "It rained for three days in Seville.", "Nobody was hurt.", title="Rain", outlet="Post")


@pytest.fixture
def turned(library: Library, tmp_path: Path) -> Path:
    """A library whose file can be altered."""
    library.add([RAIN])
    library.close()
    return tmp_path / "library"


def alter(folder: Path, change: str) -> None:
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection:
        connection.executescript("DROP TRIGGER IF EXISTS articles_deleted;" + change)
        connection.commit()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE articles SET text = replace(text, 'three', 'seven')",
        "UPDATE articles SET title = 'Snow'",
        "UPDATE articles SET outlet = 'Gazette'",
        "UPDATE articles SET published = '2020-13-99'",
        "UPDATE articles SET text = CAST(x'52ff41' AS TEXT)",
        "UPDATE paragraphs SET start = start + 1 WHERE number = 1",
        "UPDATE paragraphs SET number = 7 WHERE number = 2",
        "UPDATE articles SET fingerprint = ''",
    ],
)
def test_an_altered_article_is_an_error_and_not_an_article(turned: Path, embedder: Embedder, change: str) -> None:
    alter(turned, change)

    with closing(open_library(turned, embedder)) as library:
        for read in (lambda: library.get("rain"), library.verify):
            with pytest.raises(LibraryError, match=r"damaged.*restore a backup") as told:
                read()
            assert "Seville" not in str(told.value)


def test_a_schema_that_is_no_text_is_damage(turned: Path, embedder: Embedder) -> None:
    file = turned / "library.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = file.read_bytes().replace(b"indexarticles_published", b"indexar\xf2icles_published")
    file.write_bytes(content.replace(b"CREATE INDEX articles_published", b"CREATE INDE\xf2 articles_published"))

    with pytest.raises(LibraryError, match=r"damaged.*restore a backup"):
        open_library(turned, embedder)


def test_an_altered_paragraph_is_no_passage(turned: Path, embedder: Embedder) -> None:
    with closing(open_library(turned, embedder)) as library:
        keys = [one.key for one in library.matching("Seville", 5)]
    alter(turned, "UPDATE words SET text = 'It rained for nine days in Seville.' WHERE text LIKE '%Seville%'")

    with closing(open_library(turned, embedder)) as library, pytest.raises(LibraryError, match="damaged"):
        library.passages(keys)


def test_a_backup_of_an_altered_library_is_refused(turned: Path, embedder: Embedder, tmp_path: Path) -> None:
    alter(turned, "UPDATE articles SET text = replace(text, 'three', 'seven')")

    with closing(open_library(turned, embedder)) as library, pytest.raises(LibraryError, match="damaged"):
        library.backup(tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_an_altered_article_that_is_taken_in_again_is_mended(turned: Path, embedder: Embedder) -> None:
    shutil.rmtree(turned)
    with closing(open_library(turned, embedder)) as library:
        library.add([RAIN])
        alter(turned, "UPDATE articles SET fingerprint = ''")
        assert library.add([RAIN]).updated == 1
        assert library.get("rain") == RAIN
        library.verify()


def test_an_older_program_writes_no_more_once_a_newer_one_has_migrated(turned: Path, embedder: Embedder) -> None:
    with closing(open_library(turned, embedder)) as older:
        assert older.get("rain") == RAIN
        alter(turned, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")

        assert older.get("rain") == RAIN
        with pytest.raises(LibraryError, match="newer version"):
            older.remove("rain")


def test_faults_put_into_the_real_parts_lose_nothing() -> None:
    command = [sys.executable, "-m", "eval.bench.faults", "--rounds", "3", "--flips", "8", "--articles", "20"]

    done = subprocess.run([*command, "--stores", "1", "--seed", "4"], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "wrong error replies: 0" in done.stdout
    faults = ("kill -9", "bit flips", "posted twice at once", "disk full", "Milvus outage")
    assert all(f"| {name} |" in done.stdout for name in faults)
