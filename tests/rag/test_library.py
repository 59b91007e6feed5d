"""The embedded library: ingest, find, filter, update and remove."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.articles import Article, Filters
from rag.embedding import Embedder, load_embedder
from rag.errors import LibraryError
from rag.library import EVERYTHING, Key, Library, Scope, open_library
from rag.library.embedded import EmbeddedLibrary
from tests.making import Hashing, article

MAY, JUNE, JULY = date(2020, 5, 5), date(2020, 6, 5), date(2020, 7, 5)
RAIN = article("rain", "It rained for three days in Seville.", "The river rose.", outlet="The Times", published=MAY)
WINE = article(
    "wine", "The harvest of grapes was late.", "Growers blamed the cold.", outlet="Le Monde", published=JUNE
)
GOATS = article("goats", "Goats have returned to the hills.", "Shepherds are glad.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def reopen(embedder: Embedder, folder: Path) -> Iterator[Callable[..., Library]]:
    """Opens the library of `library` again, as another process would."""
    opened: list[Library] = []

    def reopen(embedder: Embedder = embedder) -> Library:
        opened.append(open_library(folder, embedder))
        return opened[-1]

    yield reopen
    for one in opened:
        one.close()


def by_words(library: Library, query: str) -> list[str]:
    keys = [one.key for one in library.matching(query, 10)]
    passages = library.passages(keys)
    return [passages[key].source.id for key in keys]


def by_article(library: Library, query: str) -> list[str]:
    return [id for id, _ in library.matching_articles(query, 10)]


def test_a_library_of_the_first_version_has_its_articles_indexed_on_opening(
    library: Library, folder: Path, reopen: Callable[..., Library]
) -> None:
    library.add([RAIN, WINE])
    library.close()
    with sqlite3.connect(folder / "library.sqlite") as connection:
        connection.executescript(
            "DROP TRIGGER articles_inserted; DROP TRIGGER articles_deleted; DROP TABLE article_words; "
            "DROP TRIGGER paragraphs_gone; DROP TABLE gone; "
            "PRAGMA user_version = 1"
        )
    connection.close()

    again = reopen()
    again.add([GOATS])

    assert [by_article(again, word) for word in ("Seville", "harvest", "shepherds")] == [
        ["rain"],
        ["wine"],
        ["goats"],
    ]


def test_a_filter_that_excludes_nothing_costs_nothing(library: EmbeddedLibrary) -> None:
    library.add([RAIN, WINE, GOATS])

    with library._store.reading() as connection:
        scope = Scope(Filters(published_from=MAY, published_to=JUNE), JULY)
        assert library._filter.allowed(connection, scope) is None


def test_processes_that_make_the_library_at_once_do_not_disturb_one_another(folder: Path) -> None:
    make = (
        "import sys; from pathlib import Path; from rag.library.embedded import EmbeddedLibrary\n"
        "from tests.making import Hashing, article\n"
        "library = EmbeddedLibrary(Path(sys.argv[1]), Hashing())\n"
        "print(library.add([article(sys.argv[2], 'Text ' + sys.argv[2])]).added)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", make, str(folder), str(number)], stdout=subprocess.PIPE)
        for number in range(6)
    ]

    assert [process.communicate()[0].strip() for process in running] == [b"1"] * 6


# -- the files ------------------------------------------------------------------------------------------


def many(count: int) -> list[Article]:
    return [article(f"a{number:04}", f"Report {number} of the day.") for number in range(count)]


def caches(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.faiss"))


def test_the_index_is_cached_and_a_new_one_takes_the_place_of_the_old(
    folder: Path, reopen: Callable[..., Library]
) -> None:
    first = reopen(Hashing())
    first.add(many(1100))
    first.nearest(np.ones(384, np.float32), 1)
    one = caches(folder)
    first.add([article(f"b{number:04}", f"Story {number} of the night.") for number in range(1100)])
    first.nearest(np.ones(384, np.float32), 1)

    assert len(one) == len(caches(folder)) == 1
    assert one != caches(folder)
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("harm", ["missing", "cut", "changed", "empty", "nonsense"])
def test_an_index_that_is_missing_or_damaged_is_made_again(
    folder: Path, reopen: Callable[..., Library], harm: str
) -> None:
    first = reopen(Hashing())
    first.add(many(1100))
    query = np.arange(384, dtype=np.float32)
    before = first.nearest(query, 20)
    (cache,) = caches(folder)
    data = bytearray(cache.read_bytes())
    middle = len(data) // 2
    if harm == "missing":
        cache.unlink()
    elif harm == "nonsense":
        cache.rename(folder / "index-9-zzz.faiss")
    else:
        data[middle] ^= 0xFF
        cache.write_bytes({"cut": data[:middle], "changed": data, "empty": b""}[harm])

    assert reopen(Hashing()).nearest(query, 20) == before


def test_a_cached_index_is_mended_not_trusted(folder: Path, reopen: Callable[..., Library]) -> None:
    first = reopen(Hashing())
    first.add(many(1100))
    first.nearest(np.ones(384, np.float32), 1)
    first.remove("a0500")
    first.add([article("new", "Something quite different.")])
    query = first_vector(folder, "new")

    again = reopen(Hashing())

    (found,) = again.nearest(query, 1)
    assert again.passages([found.key])[found.key].source.id == "new"
    assert len(again.nearest(query, 5000)) == 1100


def test_a_copy_that_is_restored_meets_no_index_of_what_came_after_it(
    folder: Path, reopen: Callable[..., Library], tmp_path: Path
) -> None:
    first = reopen(Hashing())
    first.add([article("old", "An old report.")])
    first.close()
    shutil.copy(folder / "library.sqlite", tmp_path / "copy")
    first.add(many(1100))
    first.nearest(np.ones(384, np.float32), 1)
    assert caches(folder)
    first.close()
    for file in folder.glob("library.sqlite*"):
        file.unlink()
    shutil.copy(tmp_path / "copy", folder / "library.sqlite")

    for one in (first, reopen(Hashing())):
        one.add([article(f"other {one is first} {number}", f"Other report {number}.") for number in range(20)])
        query = first_vector(folder, "other True 7")
        (found,) = one.nearest(query, 1)
        assert one.passages([found.key])[found.key].source.id == "other True 7"


def test_a_library_that_was_taken_away_and_made_anew_is_read_by_those_who_had_it_open(
    folder: Path, reopen: Callable[..., Library]
) -> None:
    serving = reopen()
    serving.add([RAIN])
    shutil.rmtree(folder)
    assert serving.count() == 0

    reopen().add([WINE, GOATS])

    assert serving.count() == 2
    assert by_words(serving, "rain goats harvest") != []


def first_vector(folder: Path, article_id: str) -> np.ndarray:
    with sqlite3.connect(folder / "library.sqlite") as connection:
        (found,) = connection.execute(
            "SELECT v.vector FROM articles a JOIN paragraphs p ON p.article = a.key "
            "JOIN vectors v ON v.key = p.vector WHERE a.id = ?",
            (article_id,),
        ).fetchone()
    connection.close()
    return np.frombuffer(found, np.float32)


def test_a_file_that_is_no_library_says_what_to_do(folder: Path, embedder: Embedder) -> None:
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(b"no database" * 1000)

    with pytest.raises(LibraryError, match=r"damaged.*restore a backup"):
        open_library(folder, embedder)


def test_a_library_damaged_inside_says_what_to_do(
    library: Library, folder: Path, reopen: Callable[..., Library]
) -> None:
    library.add([RAIN, WINE])
    library.close()
    file = folder / "library.sqlite"
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))

    with pytest.raises(LibraryError, match=r"damaged.*restore a backup"):
        reopen().count()


def test_a_library_of_a_newer_version_says_so(library: Library, folder: Path, embedder: Embedder) -> None:
    library.add([RAIN])
    with sqlite3.connect(folder / "library.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(LibraryError, match="newer version"):
        open_library(folder, embedder)


def test_a_file_in_the_folder_s_place_says_so(folder: Path, embedder: Embedder) -> None:
    folder.write_text("not a folder")

    with pytest.raises(LibraryError, match="not a folder"):
        open_library(folder, embedder)


@pytest.mark.parametrize("locked", ["folder", "all"])
def test_a_library_that_cannot_be_written_can_be_read_and_says_why_it_takes_nothing_in(
    library: Library, folder: Path, locked: str
) -> None:
    library.add([RAIN, WINE])
    library.close()
    done = _as_nobody(
        folder,
        locked,
        "library = EmbeddedLibrary(folder, embedder)\n"
        "print(library.count(), library.get('rain').id, len(library.matching('harvest', 5)))\n"
        "try: library.remove('rain')\n"
        "except LibraryError as error: print(error)",
    )

    assert done.splitlines()[0] == "2 rain 1"
    assert "cannot be written; check the permissions" in done


def test_a_folder_that_cannot_be_made_says_so(folder: Path) -> None:
    folder.mkdir()

    done = _as_nobody(
        folder,
        "folder",
        "try: EmbeddedLibrary(folder / 'new', embedder).add([article('a', 'Text.')])\n"
        "except LibraryError as error: print(error)",
    )

    assert "Permission denied; check the permissions" in done


def _as_nobody(folder: Path, locked: str, code: str) -> str:
    """Runs the code without permission to write the folder (as another user if this one is root); its output."""
    for file in folder.iterdir():
        file.chmod(0o444 if locked == "all" else 0o644)
    folder.chmod(0o555)
    nobody = 65534 if os.getuid() == 0 else None
    before = (
        "import os, sys; from pathlib import Path\n"
        "from rag.library.embedded import EmbeddedLibrary; from rag.errors import LibraryError\n"
        "from tests.making import Hashing, article\n"
        "folder, embedder = Path(os.environ['FOLDER']), Hashing()\n"
        "embedder.fingerprint = os.environ['FINGERPRINT']\n"
        f"nobody = {nobody}\n"
        "if nobody: os.setgid(nobody); os.setuid(nobody)\n"
    )
    reachable = [parent for parent in folder.parents if os.getuid() == 0 and not parent.stat().st_mode & 0o001]
    for parent in reachable:
        parent.chmod(parent.stat().st_mode | 0o011)
    try:
        return subprocess.run(
            [sys.executable, "-c", before + code],
            env={**os.environ, "FOLDER": str(folder), "FINGERPRINT": load_embedder().fingerprint},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    finally:
        folder.chmod(0o755)


def test_a_library_of_this_version_is_not_migrated_twice(library: Library, folder: Path, embedder: Embedder) -> None:
    library.add([RAIN])

    again = EmbeddedLibrary(folder, embedder)

    assert again.get("rain") == RAIN
    again.close()


# -- a large library --------------------------------------------------------------------------------------


@pytest.fixture
def coded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes a thousand paragraphs count as a large library."""
    monkeypatch.setattr("rag.library.vector_index.CODED_FROM", 1000)
    monkeypatch.setattr("rag.library.vector_index.TRAINED_ON", 300)


def near(library: Library, query: np.ndarray, k: int, scope: Scope = EVERYTHING) -> list[Key]:
    return [one.key for one in library.nearest(query, k, scope)]


def test_a_large_library_finds_what_is_nearest_by_comparing_codes_first(
    folder: Path, reopen: Callable[..., Library], coded: None
) -> None:
    first = reopen(Hashing())
    first.add(many(1500))
    assert caches(folder)

    again = reopen(Hashing())

    for id in ("a0000", "a1234", "a1499"):
        query = first_vector(folder, id)
        (key,) = near(again, query, 1)
        assert again.passages([key])[key].source.id == id


def test_a_large_library_sees_every_change_before_and_after_its_file_is_written_anew(
    folder: Path, reopen: Callable[..., Library], coded: None
) -> None:
    library = reopen(Hashing())
    library.add(many(2000))
    file = caches(folder)
    old = first_vector(folder, "a0500")
    library.remove("a0500")
    library.add([article("new", "Something quite different.")])

    def holds() -> None:
        (key,) = near(library, first_vector(folder, "new"), 1)
        assert library.passages([key])[key].source.id == "new"
        (key,) = near(library, old, 1)
        assert library.passages([key])[key].source.id != "a0500"

    holds()
    assert caches(folder) == file
    library.add([article(f"b{number:04}", f"Story {number} of the night.") for number in range(1000)])
    assert caches(folder) != file
    holds()


def test_a_narrow_filter_finds_all_that_it_lets_through_in_a_large_library(
    folder: Path, reopen: Callable[..., Library], coded: None
) -> None:
    library = reopen(Hashing())
    library.add([*many(2000), *(article(f"old{n}", f"Old report {n}.", published=MAY) for n in range(30))])
    library.add([article("newer", "A newer report.", published=JUNE), article("x", "Text.", outlet="X")])

    def named(keys: list[Key]) -> set[str]:
        return {one.source.id for one in library.passages(keys).values()}

    outlet = Scope(Filters(outlets=("x",)))
    assert named(near(library, np.ones(384, np.float32), 10, outlet)) == {"x"}
    until_may = Scope(Filters(articles=tuple(f"old{n}" for n in range(30))), MAY)
    assert named(near(library, np.ones(384, np.float32), 50, until_may)) == {f"old{n}" for n in range(30)}


def test_a_file_that_is_damaged_where_it_was_not_looked_at_is_found_out_soon(
    folder: Path, reopen: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.cache_files.BEGINNING", 1 << 16)
    monkeypatch.setattr("rag.library.cache_files.BLOCK", 1 << 16)
    first = reopen(Hashing())
    first.add(many(1100))
    query = first_vector(folder, "a1000")
    before = near(first, query, 5)
    (cache,) = caches(folder)
    data = bytearray(cache.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    cache.write_bytes(data)

    again = reopen(Hashing())
    near(again, query, 5)
    again.close()  # waits for the look at the rest

    assert near(again, query, 5) == before


def test_a_change_reads_what_it_changed_and_no_more(folder: Path, reopen: Callable[..., Library]) -> None:
    library = reopen(Hashing())
    library.add(many(1100))
    query = np.ones(384, np.float32)
    near(library, query, 1, Scope(Filters(articles=("a0001",))))
    read: list[str] = []
    library.add([article("new", "Something quite different.")])
    with library._store.reading() as connection:  # type: ignore[attr-defined]
        connection.set_trace_callback(read.append)

    near(library, query, 1, Scope(Filters(articles=("a0001",))))

    assert read
    assert all("WHERE" in one for one in read if "FROM paragraphs" in one)
    assert any("p.key > 1100" in one for one in read)


def test_searches_while_another_thread_writes_see_whole_states(folder: Path, reopen: Callable[..., Library]) -> None:
    library = reopen(Hashing())
    library.add(many(50))
    query = np.ones(384, np.float32)

    def search(_: int) -> int:
        return len(near(library, query, 1000))

    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(search, range(100))
        for number in range(20):
            library.add([article(f"n{number}", f"New report {number}.")])
            library.remove(f"a{number:04}")

    assert set(counts) <= {50, 51}
    assert search(0) == 50
