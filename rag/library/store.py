"""The SQLite file of an embedded library: a connection for each thread, whole transactions, troubles told in words.

Only `embedded.py` calls it.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError
from rag.library.damage import Damaged, without_content
from rag.library.schema import migrate, require_known

BUSY_TIMEOUT_S = 30.0
_TROUBLES = {
    sqlite3.SQLITE_BUSY: "another process has been writing to it for long; try again when it is done",
    sqlite3.SQLITE_READONLY: "it cannot be written; check the rights of its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the rights of its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room and try again",
}


class Store:
    """The file in its folder, which is made at the first writing. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "library.sqlite"
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()

    def exists(self) -> bool:
        with self._telling():
            if self.folder.exists() and not self.folder.is_dir():
                raise LibraryError(
                    f"{self.folder} is a file, not a folder: name another with --library or BYLINE_LIBRARY."
                )
            return self._file.exists()

    def close(self) -> None:
        with self._lock:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
            self._local = threading.local()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection whose reads all see one state of the library; an empty library where there is none yet."""
        with self._telling():
            connection = self._connection() if self.exists() else _empty()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def looking_afresh(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own with nothing in memory yet, so that it meets whatever is wrong with the file."""
        with self._telling(), closing(self._opened() if self.exists() else _empty()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is whole on the disk when it ends, and not there at all when it fails."""
        with self._telling():
            self.folder.mkdir(parents=True, exist_ok=True)
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                require_known(connection)
                yield connection
                connection.execute("INSERT INTO changes (token) VALUES (lower(hex(randomblob(8))))")
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    def replace(self, other: sqlite3.Connection) -> None:
        """Make the file hold what the other connection sees, in one transaction that whoever reads it will see."""
        with self._telling():
            self.folder.mkdir(parents=True, exist_ok=True)
            with closing(self._opened()) as connection:
                other.backup(connection)
                migrate(connection)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection to the file that is there now: another may have been put in its place."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None or self._local.file != _identity(self._file):
            connection = self._local.connection = self._opened()
            self._local.file = _identity(self._file)
            with self._lock:
                ended = [thread for thread in self._connections if not thread.is_alive()]
                for old in (self._connections.pop(thread, None) for thread in (*ended, threading.current_thread())):
                    if old is not None:
                        old.close()
                self._connections[threading.current_thread()] = connection
        return connection

    def _opened(self) -> sqlite3.Connection:
        try:
            return _connect(self._file.resolve().as_uri())
        except sqlite3.OperationalError as error:
            waiting = self._file.with_name(self._file.name + "-wal")
            if _code(error) not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN) or waiting.exists():
                raise
            # On a medium that cannot be written nothing changes, so nothing need be locked.
            return _connect(self._file.resolve().as_uri() + "?immutable=1")

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """SQLite's and the file system's troubles, as errors that say what to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                what = without_content(error)
                raise LibraryError(
                    f"The library {self.folder} is damaged ({what}): restore it from a copy, or move it away and "
                    "ingest its articles again."
                ) from error
            why = _TROUBLES.get(_code(error), f"SQLite says: {error}")
            raise LibraryError(f"The library {self.folder} could not be used: {why}.") from error
        except OSError as error:
            raise LibraryError(
                f"The library {self.folder} could not be used: {error.strerror or error}; check the rights of its "
                "folder, or name another with --library or BYLINE_LIBRARY."
            ) from error


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # an acknowledged article outlives a power cut
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    return connection


def _identity(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_dev, stat.st_ino


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether it tells of damage: SQLite's own findings, ours, and text that cannot be read, which has no code."""
    codes = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, Damaged) or _code(error) in codes or "UTF-8" in str(error)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
