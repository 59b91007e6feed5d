"""A library in Milvus: what becomes of it where a process stops, a server is away, or a package is missing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from eval.bench.fault_store import milvus_server
from rag.errors import BylineError, ConfigError, LibraryError, MissingExtra
from rag.library import open_library, restore_library
from rag.library.milvus import MilvusLibrary
from rag.library.milvus.collections import ARTICLES
from rag.library.milvus.stems import counts_in, indexed, query_terms
from tests.making import Hashing, article

OLD = [article(f"a{number}", f"Old report {number}.", "A line that stays.") for number in range(3)]
NEW = [article(f"a{number}", f"New report {number}.", "A line that stays.") for number in range(3)]


def opened(tmp_path: Path, name: str = "library") -> MilvusLibrary:
    library = open_library(f"milvus:{tmp_path}/{name}.db", Hashing())
    assert isinstance(library, MilvusLibrary)
    return library


def texts(library: MilvusLibrary) -> list[str]:
    """The texts of all paragraphs that a search finds."""
    found = library.passages([one.key for one in library.nearest(np.ones(384, np.float32), 100)])
    return sorted(one.text for one in found.values())


def words(articles: list[object]) -> list[str]:
    return sorted(part for one in articles for part in one.text.split("\n\n"))  # type: ignore[attr-defined]


def test_an_update_that_stops_at_any_step_shows_one_edition_and_is_mended_by_adding_again(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    steps = 0
    for step in range(100):
        library = opened(tmp_path, f"library{step}")
        library.add(OLD)
        left = step

        def stopping(name: str, library: MilvusLibrary = library) -> None:
            write = getattr(library._client, name)

            def stop_or_write(*told: object) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Stopped
                write(*told)

            setattr(library._client, name, stop_or_write)

        stopping("put")
        stopping("delete")
        try:
            library.add(NEW)
        except Stopped:
            steps += 1
        library.close()

        again = opened(tmp_path, f"library{step}")
        assert texts(again) in (words(OLD), words(NEW)), step
        assert [again.get(f"a{number}") for number in range(3)] in (OLD, NEW)
        again.add(NEW)
        assert texts(again) == words(NEW)
        assert again._client.count(again._state.paragraphs(), 'key > ""') == 6, "nothing of the old edition is left"
        again.close()
        if step > steps:
            break
    assert steps >= 5


def test_a_killed_process_leaves_what_it_acknowledged(tmp_path: Path) -> None:
    code = (
        "import os, sys; from tests.making import Hashing, article; from rag.library import open_library\n"
        "library = open_library(sys.argv[1], Hashing())\n"
        "news = (article(f'a{n:04}', f'Report {n}.') for n in range(2000))\n"
        "library.add(news, lambda report: os.write(1, f'{report.added}\\n'.encode()))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, f"milvus:{tmp_path}/library.db"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(2)][-1]
    process.kill()
    process.wait()

    library = opened(tmp_path)

    assert library.count() >= acknowledged
    assert library.add(article(f"a{n:04}", f"Report {n}.") for n in range(acknowledged)).unchanged == acknowledged
    assert len(texts(library)) == 100
    library.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The URL of a Milvus server: Milvus Lite's own, in another process."""
    with milvus_server(tmp_path / "data") as server:
        yield f"http://127.0.0.1:{server.port}"


def test_processes_share_a_server(server: str) -> None:
    code = (
        "import sys; from tests.making import Hashing, article; from rag.library import open_library\n"
        "library = open_library(sys.argv[1], Hashing(), token='root:Milvus')\n"
        "print(library.add([article('shared', 'Text.'), article(sys.argv[2], 'Text ' + sys.argv[2])]).added)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, f"milvus:{server}", name], stdout=subprocess.PIPE)
        for name in ("one", "two")
    ]
    assert all(process.communicate()[0].strip() in (b"1", b"2") for process in running)

    library = open_library(f"milvus:{server}", Hashing())

    assert [source.id for source in library.page(None, 10)[0]] == ["one", "shared", "two"]
    assert len(library.nearest(np.ones(384, np.float32), 10)) == 3
    library.close()


def test_a_file_in_use_by_another_process_says_so(tmp_path: Path) -> None:
    library = opened(tmp_path)
    library.add(OLD)
    code = (
        "import sys; from tests.making import Hashing; from rag.library import open_library\n"
        "try: open_library(sys.argv[1], Hashing())\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    def told() -> str:
        command = [sys.executable, "-c", code, f"milvus:{tmp_path}/library.db"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        return done.stdout

    assert re.match("LibraryError .*one process at a time", told())
    library.close()
    assert told() == "", "who closes a library lets go of it"


def test_a_server_that_is_away_says_what_to_look_at() -> None:
    with pytest.raises(LibraryError, match=r"milvus:http://127.0.0.1:9 fails .*check that Milvus runs there"):
        open_library("milvus:http://127.0.0.1:9", Hashing()).count()


@pytest.mark.parametrize("place", ["milvus:", "milvus:folder", "milvus:https://someone:secret@host:19530"])
def test_a_place_that_is_none_says_how_to_write_one(place: str) -> None:
    with pytest.raises(ConfigError, match=r"milvus:FILE.db|BYLINE_MILVUS_TOKEN") as error:
        open_library(place, Hashing())

    assert "secret" not in str(error.value)


def test_backup_and_restore_name_the_copy(tmp_path: Path) -> None:
    library = opened(tmp_path)

    with pytest.raises(LibraryError, match=r"byline library copy milvus:.*library\.db FOLDER"):
        library.backup(tmp_path / "file")
    with pytest.raises(ConfigError, match=r"byline library copy FOLDER milvus:x\.db"):
        restore_library("milvus:x.db", tmp_path / "file")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("rag.library.milvus")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pymilvus", None)

    with pytest.raises(MissingExtra, match=r"pip install 'byline\[milvus\]'") as error:
        open_library("milvus:x.db", Hashing())

    assert isinstance(error.value, BylineError)


def test_a_library_that_lost_a_collection_is_found_out(tmp_path: Path) -> None:
    library = opened(tmp_path)
    library.add(OLD)
    library.check()
    library._client.drop(ARTICLES)

    with pytest.raises(LibraryError, match="lost its collection"):
        library.check()
    library.close()


def test_words_are_indexed_by_their_stems_and_joined_where_marks_join_them() -> None:
    ((words, length),) = indexed([("Harvesting in MÜLLHEIM: the U.S. let us talk.", "The Müllheim Post")])

    assert words.split() == "the mullheim post harvest in mullheim the u s let us talk u0s".split()
    assert length == 12, "a joined word counts once in what is found, and not in how long a text is"
    assert counts_in(words, ["mullheim", "the", "u0s", "us", "post", "wine"]) == [1.5, 1.5, 1.0, 1.0, 0.5, 0.0]
    assert counts_in(indexed([("rain rain rain", "")])[0][0], ["rain"]) == [3.0]


def test_a_query_is_looked_for_by_its_stems() -> None:
    assert query_terms("What did the well-known harvesters in the U.S. harvest?") == ("well0known", "harvest", "u0s")
    assert query_terms("what is the") == ("what", "is", "the")
    assert query_terms("night's") == ("night0s",)
    assert query_terms("???") == ()


def test_the_words_of_a_long_text_end_where_the_field_does() -> None:
    ((words, length),) = indexed([("wörter " * 30_000, "Post")])

    assert 60_000 < len(words.encode()) <= 65_000 and length == 30_001
    assert words.endswith("worter ") and counts_in(words, ["post"]) == [0.5]
