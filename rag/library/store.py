"""The SQLite file of an embedded library: one connection per thread, transactions, and clear errors."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from rag.errors import LibraryError
from rag.library.rows import Damaged, without_content
from rag.library.schema import migrate, require_known

BUSY_TIMEOUT_S = 30.0
_REASONS = {
    sqlite3.SQLITE_BUSY: "another process has been writing to it for long; try again when it is done",
    sqlite3.SQLITE_READONLY: "it cannot be written; check the permissions of its folder",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check the permissions of its folder",
    sqlite3.SQLITE_FULL: "the disk is full; make room and try again",
}


class Store:
    """The database file in its folder; both are created at the first write. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "library.sqlite"
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._lock = threading.Lock()

    def exists(self) -> bool:
        with self._clear_errors():
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
        """A connection that reads one consistent state; an empty library where there is none yet."""
        with self._clear_errors():
            connection = self._connection() if self.exists() else _empty()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    @contextmanager
    def uncached(self) -> Iterator[sqlite3.Connection]:
        """A new connection, which has nothing cached and so detects damage to the file."""
        with self._clear_errors(), closing(self._opened() if self.exists() else _empty()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: durable on the disk once it ends, rolled back if it fails."""
        with self._clear_errors():
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
        """Replaces the file's content by that of another database, in one transaction."""
        with self._clear_errors():
            self.folder.mkdir(parents=True, exist_ok=True)
            with closing(self._opened()) as connection:
                other.backup(connection)
                migrate(connection)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, reopened where the file has been replaced."""
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
            # On a read-only medium nothing changes, so no locks are needed.
            return _connect(self._file.resolve().as_uri() + "?immutable=1")

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Turns errors of SQLite and of the file system into LibraryErrors that say what to do."""
        try:
            yield
        except UnicodeDecodeError as error:  # a message of SQLite that quotes a damaged schema
            raise self._damaged("its schema is no text") from error
        except sqlite3.DatabaseError as error:
            if _is_damage(error):
                raise self._damaged(without_content(error)) from error
            why = _REASONS.get(_code(error), f"SQLite says: {error}")
            raise LibraryError(f"The library {self.folder} could not be used: {why}.") from error
        except OSError as error:
            raise LibraryError(
                f"The library {self.folder} could not be used: {error.strerror or error}; check the permissions of "
                "its folder, or name another with --library or BYLINE_LIBRARY."
            ) from error

    def _damaged(self, what: str) -> LibraryError:
        return LibraryError(
            f"The library {self.folder} is damaged ({what}): restore a backup, or move it away and "
            "ingest its articles again."
        )


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, uri=True)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # acknowledged articles survive a power cut
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
    """Whether an error means damage: SQLite's codes, a failed hash, or invalid UTF-8, which has no code."""
    codes = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return isinstance(error, Damaged) or _code(error) in codes or "UTF-8" in str(error)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF
