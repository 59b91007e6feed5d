"""Backs up and restores an embedded library while it is in use.

Both use SQLite's own backup: a backup is a consistent snapshot; a restore appears as one transaction. A crash
half-way changes nothing.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError
from rag.library.rows import find_damage
from rag.library.schema import MIGRATIONS
from rag.library.store import Store

NEEDED = frozenset({"meta", "changes", "articles", "paragraphs", "vectors", "words"})


def back_up(connection: sqlite3.Connection, file: Path) -> None:
    """Writes a snapshot into a new file, which appears only once it is complete and verified."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    with _clear_errors(file, "written"):
        if file.exists():
            raise LibraryError(f"{file} exists, and a backup never overwrites a file: name another file.")
        try:
            with closing(sqlite3.connect(beside)) as copy:
                connection.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a write-ahead log beside it
            _require_sound(beside)
            _flush(beside)
            os.link(beside, file)  # unlike a rename, it fails where the file exists by now
            _flush(file.parent)
        finally:
            beside.unlink(missing_ok=True)


def restore(folder: Path, file: Path, *, force: bool) -> None:
    """Replaces the library in a folder by a backup, in one transaction."""
    with _clear_errors(file, "read"):
        if not file.is_file():
            raise LibraryError(f"There is no backup {file}.")
        _require_sound(file)
    store = Store(folder)
    with closing(store):
        try:
            with store.uncached() as connection:
                held = int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])
        except LibraryError as error:
            if not force:
                raise LibraryError(f"{error} To replace it by the backup, add --force.") from error
            _set_aside(folder)
            held = 0
        if held and not force:
            raise LibraryError(f"The library {folder} holds {held:,} articles: to replace them, add --force.")
        with closing(sqlite3.connect(_read_only(file), uri=True)) as copy:
            store.replace(copy)


def _require_sound(file: Path) -> None:
    """Raises LibraryError for a file that is no library, is damaged, or was written by a newer Byline."""
    try:
        with closing(sqlite3.connect(_read_only(file), uri=True)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            found = find_damage(connection) if tables >= NEEDED and version <= len(MIGRATIONS) else None
    except sqlite3.DatabaseError as error:
        raise LibraryError(f"{file} is not a backup of a library, or is damaged ({error}): name another.") from error
    if not tables >= NEEDED:
        raise LibraryError(f"{file} is a database, but not a backup of a library: name another.")
    if version > len(MIGRATIONS):
        raise LibraryError(
            f"The backup {file} was written by a newer version of Byline: update Byline to restore it."
        )
    if found is not None:
        raise LibraryError(f"The backup {file} is damaged ({found}): name another.")


def _set_aside(folder: Path) -> None:
    """Renames an unreadable library, to keep it."""
    mark = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    for old in folder.glob("library.sqlite*"):
        if ".damaged-" not in old.name:
            old.rename(old.with_name(f"{old.name}.damaged-{mark}"))


def _read_only(file: Path) -> str:
    return f"{file.resolve().as_uri()}?mode=ro"


def _flush(path: Path) -> None:
    """Forces written data to the disk, so that it survives a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _clear_errors(file: Path, what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", None) or error
        raise LibraryError(f"The backup {file} cannot be {what}: {why}.") from error
