"""Backup and restore of an embedded library while it is in use.

Both ways go through SQLite's own backup: a copy is one state of the library, whoever writes meanwhile, and to whoever
reads, what is put back is one change like any other. A process that dies half-way has changed nothing.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError
from rag.library.damage import find_damage
from rag.library.schema import MIGRATIONS
from rag.library.store import Store

NEEDED = frozenset({"meta", "changes", "articles", "paragraphs", "vectors", "words"})


def back_up(connection: sqlite3.Connection, file: Path) -> None:
    """Write what the connection sees into a new file, which is there when it is whole and sound, and not before."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    with _told(file, "written"):
        if file.exists():
            raise LibraryError(f"{file} is there already, and no backup is written over: name another file.")
        try:
            with closing(sqlite3.connect(beside)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whole without others beside it
            _require_sound(beside)
            _flush(beside)
            os.link(beside, file)  # unlike a move, it fails where a file has come to be there meanwhile
            _flush(file.parent)
        finally:
            beside.unlink(missing_ok=True)


def restore(folder: Path, file: Path, *, force: bool) -> None:
    """Put what the file holds in the place of what the library in the folder holds, in one transaction."""
    with _told(file, "read"):
        if not file.is_file():
            raise LibraryError(f"There is no backup {file}.")
        _require_sound(file)
    kept = Store(folder)
    with closing(kept):
        try:
            with kept.looking_afresh() as connection:
                held = int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
        except LibraryError as error:
            if not force:
                raise LibraryError(f"{error} To put the backup in its place, say --force.") from error
            _set_aside(folder)
            held = 0
        if held and not force:
            raise LibraryError(f"The library {folder} holds {held:,} articles: say --force to lose them.")
        with closing(sqlite3.connect(_read_only(file), uri=True)) as copy:
            kept.replace(copy)


def _require_sound(file: Path) -> None:
    """Raises LibraryError for a file that is no whole library, or one of a newer Byline."""
    try:
        with closing(sqlite3.connect(_read_only(file), uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            found = find_damage(connection) if tables >= NEEDED and version <= len(MIGRATIONS) else None
    except sqlite3.DatabaseError as error:
        raise LibraryError(f"{file} is no backup of a library, or damaged ({error}): name another.") from error
    if not tables >= NEEDED:
        raise LibraryError(f"{file} is a database, but no backup of a library: name another.")
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"The backup {file} was written by a newer version of Byline: update Byline to restore it."
        )
    if found is not None:
        raise LibraryError(f"The backup {file} is damaged ({found}): name another.")


def _set_aside(folder: Path) -> None:
    """Move a library that cannot be read out of the way, and keep it."""
    mark = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for old in folder.glob("library.sqlite*"):
        if ".damaged-" not in old.name:
            old.rename(old.with_name(f"{old.name}.damaged-{mark}"))


def _read_only(file: Path) -> str:
    return f"{file.resolve().as_uri()}?mode=ro"


def _flush(path: Path) -> None:
    """Have what was written on the disk, so that a power cut does not take it."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _told(file: Path, what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", None) or error
        raise LibraryError(f"The backup {file} cannot be {what}: {why}.") from error
