"""Backups made and restored while a service runs: all or nothing, whatever is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from rag.desk import Desk
from rag.errors import LibraryError
from rag.library import restore_library
from rag.settings import Settings, load_settings
from tests.making import article
from tests.service.conftest import serving

COMMAND = [sys.executable, "-c", "from service.cli import main; main()"]
STORM = {"id": "storm", "title": "A storm", "text": "A storm hit the town of Ely on Friday. Nobody was hurt."}


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, env=os.environ | environment)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(library=str(tmp_path / "library"))


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """Settings of a library with two articles."""
    put(settings, "one", "two")
    return settings


def put(settings: Settings, *ids: str) -> None:
    with closing(Desk.open(settings)) as desk:
        desk.ingest(article(id, f"A {id} town was flooded on Monday after days of rain.") for id in ids)


def ids(settings: Settings) -> list[str]:
    with closing(Desk.open(settings)) as desk:
        return [source.id for source in desk.library.page(None, 50)[0]]


def backup(settings: Settings, file: Path) -> None:
    with closing(Desk.open(settings)) as desk:
        desk.library.backup(file)


def test_a_running_service_answers_from_what_was_restored(tmp_path: Path) -> None:
    settings = load_settings(library=str(tmp_path / "library"))
    file, library = str(tmp_path / "copy.sqlite"), ("--library", settings.library)
    with serving(settings) as url, httpx.Client(base_url=url, timeout=60) as client:
        made = run("backup", file, *library)
        client.post("/v1/articles", json={"articles": [STORM]}).raise_for_status()
        after_the_storm = client.post("/v1/ask", json={"question": "Which town did the storm hit?"}).json()
        refused = run("restore", file, *library)
        restored = run("restore", file, "--force", *library)
        client.get("/v1/articles/storm")
        without_the_storm = client.post("/v1/ask", json={"question": "Which town did the storm hit?"}).json()
        again = client.post("/v1/articles", json={"articles": [STORM]}).json()

    assert (made.returncode, refused.returncode, restored.returncode) == (0, 1, 0), restored.stderr
    assert "6 articles" in refused.stderr and "--force" in refused.stderr
    assert after_the_storm["answered"] and not without_the_storm["answered"]
    assert again["added"] == 1


def test_a_backup_is_one_state_of_a_library_that_is_being_written(filled: Settings, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(Desk.open(filled)) as desk:
            number = 0
            while not stop.is_set():
                desk.ingest([article(f"n{number}-{part}", f"Report {number} of part {part}.") for part in "ab"])
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup(filled, tmp_path / f"{number}.sqlite")
    finally:
        stop.set()
        writer.join()

    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"{number}.sqlite")) as copy:
            found = {row[0] for row in copy.execute("SELECT id FROM articles WHERE id LIKE 'n%'")}
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert all(f"{one[:-1]}{'b' if one.endswith('a') else 'a'}" in found for one in found)


def test_no_backup_is_written_over(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("keep me")

    with pytest.raises(LibraryError, match="exists"):
        backup(filled, file)

    assert file.read_text() == "keep me"
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_a_backup_that_cannot_be_written_says_so(filled: Settings, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="cannot be written"):
        backup(filled, tmp_path / "nowhere" / "copy.sqlite")


@pytest.mark.parametrize("damage", ["no database", "another database", "cut short", "missing"])
def test_what_is_no_whole_backup_is_not_restored(filled: Settings, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "copy.sqlite"
    backup(filled, file)
    if damage == "no database":
        file.write_bytes(b"x" * 5000)
    elif damage == "another database":
        file.unlink()
        with closing(sqlite3.connect(file)) as other:
            other.execute("CREATE TABLE things (name)")
    elif damage == "cut short":
        file.write_bytes(file.read_bytes()[:-8192])
    else:
        file.unlink()

    with pytest.raises(LibraryError):
        restore_library(filled.library, file, force=True)

    assert ids(filled) == ["one", "two"]


def test_an_empty_place_is_filled_without_force(filled: Settings, tmp_path: Path) -> None:
    file, other = tmp_path / "copy.sqlite", load_settings(library=str(tmp_path / "other"))
    backup(filled, file)

    restore_library(other.library, file)

    assert ids(other) == ["one", "two"]


def test_a_damaged_library_is_set_aside_not_lost(filled: Settings, tmp_path: Path) -> None:
    file, library = tmp_path / "copy.sqlite", Path(filled.library)
    backup(filled, file)
    (library / "library.sqlite").write_bytes(b"damage" * 1000)

    with pytest.raises(LibraryError, match="--force"):
        restore_library(filled.library, file)
    restore_library(filled.library, file, force=True)

    assert ids(filled) == ["one", "two"]
    assert [one.read_bytes()[:6] for one in library.glob("library.sqlite.damaged-*")] == [b"damage"]


def test_a_restore_that_is_killed_leaves_the_old_library_or_the_new(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite"
    big = load_settings(library=str(tmp_path / "big"))
    with closing(Desk.open(big)) as desk:
        desk.ingest(
            article(f"big{number}", f"Report {number}. " + "It rained in Ely. " * 400) for number in range(40)
        )
    backup(big, file)
    spare = tmp_path / "spare"
    shutil.copytree(filled.library, spare)
    for wait_ms in (1, 5, 20):
        code = f"""
import os, signal, threading
from rag.library import restore_library
from pathlib import Path
threading.Timer({wait_ms / 1000}, lambda: os.kill(os.getpid(), signal.SIGKILL)).start()
restore_library({str(spare)!r}, Path({str(file)!r}), force=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
        killed = subprocess.run([sys.executable, "-c", code])
        held = ids(load_settings(library=str(spare)))

        assert killed.returncode == -signal.SIGKILL
        assert held == ["one", "two"] or len(held) == 40


def test_the_commands_say_what_they_did(filled: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy.sqlite"

    made = run("backup", str(file), "--library", filled.library)
    restored = run("restore", str(file), "--library", str(tmp_path / "new"))

    assert made.stdout == f"Backed up 2 articles to {file}.\n"
    assert restored.stdout == f"Restored 2 articles into {tmp_path / 'new'}.\n"
