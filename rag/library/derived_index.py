"""Keeps a search index in step with an embedded library: a file, plus the later changes in memory.

A paragraph's key is never reused, and its content never changes. So an older file is brought up to date by adding
later paragraphs and skipping deleted ones; a missing or damaged file is rebuilt.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from rag.library.cache_files import CacheFiles, require_whole, rest_is_whole
from rag.library.changes import State, is_past_state, removed_since, state_of

log = logging.getLogger(__name__)

SAVE_AFTER = 1000  # changed paragraphs; fewer are faster to index again than to write
SAVE_SHARE = 0.05

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]
Write = Callable[[Path], None]


class Counted(Protocol):
    """A part of a cache, with its number of rows."""

    @property
    def count(self) -> int: ...


Part = TypeVar("Part", bound=Counted)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[Part]):
    """What searches read; immutable."""

    state: State
    file: Path | None
    saved: Part | None  # the file's content
    saved_state: State
    recent: tuple[Part, ...]  # later paragraphs, the largest part first
    kept: np.ndarray | None  # (last_key + 1,) bool: false for keys deleted since the file; None: nothing was deleted

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.recent if self.saved is None else (self.saved, *self.recent)

    def chosen(self, allowed: np.ndarray | None) -> np.ndarray | None:
        """(n,) bool: for each key whether to search it, of those `allowed`, (m,) bool; None for all."""
        if allowed is None or self.kept is None:
            return self.kept if allowed is None else allowed
        common = min(len(allowed), len(self.kept))
        chosen = allowed.copy()
        chosen[:common] &= self.kept[:common]
        return chosen


class DerivedIndex(ABC, Generic[Part]):
    """Keeps a snapshot of one index in step with the library. Safe to share between threads.

    `reading` gives a connection that reads one consistent state of the library.
    """

    def __init__(self, files: CacheFiles, reading: Reading) -> None:
        self._files = files
        self._reading = reading
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._snapshot: Snapshot[Part] | None = None
        self._threads: list[threading.Thread] = []
        self._damaged: set[str] = set()
        self._writable = True  # until a write fails

    @abstractmethod
    def _open(self, file: Path) -> Part:
        """Opens a file, memory-mapped. Raises OSError, RuntimeError or ValueError where it is damaged."""

    @abstractmethod
    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterable[Part]:
        """Indexes the paragraphs with keys after that one, in order."""

    @abstractmethod
    def _joined(self, one: Part, other: Part) -> Part:
        """Joins two parts, of which the second has later keys."""

    @abstractmethod
    def _build(self, connection: sqlite3.Connection, before: Snapshot[Part]) -> Write:
        """Indexes the whole library; returns a function that writes the file."""

    def _is_wanted(self, state: State) -> bool:
        """Whether a library in that state needs this index."""
        return True

    def _can_update(self, known: Snapshot[Part], state: State) -> bool:
        """Whether so little has changed that the snapshot can be updated before a search."""
        return True

    def save(self) -> None:
        """Writes a new file where much has changed; searches go on meanwhile."""
        if not self._saving.acquire(blocking=False):
            return
        try:
            with self._reading() as connection:
                state, before = state_of(connection), self._snapshot
                if before is None or not is_past_state(connection, before.state):
                    before = self._loaded(connection)
                if state is None or not self._is_wanted(state) or not _is_behind(before, state):
                    return
                write = self._build(connection, before)
            file = self._files.save(write, state)
            self._writable = file is not None
            if file is not None:
                self._damaged.discard(file.name)  # a rebuilt file has the same name
                with self._lock:
                    self._snapshot = self._opened(file, state)
        finally:
            self._saving.release()

    def close(self) -> None:
        """Waits for background work."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def current(self) -> Snapshot[Part] | None:
        """The current snapshot; None where the library needs no index, or its file has to be written first."""
        with self._lock, self._reading() as connection:  # in this order, so that no search sees an older state
            state = state_of(connection)
            if state is None or not self._is_wanted(state):
                return None
            snapshot = self._snapshot = self._up_to_date(connection, state)
        if self._writable and _is_behind(snapshot, state):
            self._in_background(self.save)
        return snapshot if snapshot.state == state else None

    def _in_background(self, step: Callable[[], None]) -> None:
        self._threads = [one for one in self._threads if one.is_alive()]
        if not self._threads:
            self._threads.append(threading.Thread(target=step, name=self._files.name))
            self._threads[-1].start()

    def _up_to_date(self, connection: sqlite3.Connection, state: State) -> Snapshot[Part]:
        """A snapshot of the given state, or of an earlier one that cannot be updated."""
        known = self._snapshot
        if known is None or not is_past_state(connection, known.state):
            known = self._loaded(connection)
        if known.state == state or not self._can_update(known, state):
            return known
        return self._updated(connection, known, state)

    def _updated(self, connection: sqlite3.Connection, known: Snapshot[Part], state: State) -> Snapshot[Part]:
        recent = known.recent
        for part in self._rows(connection, known.state.last_key):
            recent = self._appended(recent, part)
        gone, kept = removed_since(connection, known.saved_state), None
        if len(gone):
            kept = np.ones(state.last_key + 1, bool)
            kept[gone] = False
        return replace(known, state=state, recent=recent, kept=kept)

    def _appended(self, parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
        """Appends a part; joins small parts, so that there are few and each row is seldom copied."""
        while parts and parts[-1].count <= 2 * part.count:
            part = self._joined(parts[-1], part)
            parts = parts[:-1]
        return (*parts, part)

    def _loaded(self, connection: sqlite3.Connection) -> Snapshot[Part]:
        """Opens the newest intact file of this library; an empty snapshot where there is none."""
        found = self._files.newest(lambda state: is_past_state(connection, state), self._damaged)
        if found is not None:
            opened = self._opened(*found)
            if opened is not None:
                return opened
        return Snapshot(State(0, ""), None, None, State(0, ""), (), None)

    def _opened(self, file: Path, state: State) -> Snapshot[Part] | None:
        try:
            require_whole(file)
            saved = self._open(file)
        except (OSError, RuntimeError, ValueError) as error:
            self._damaged.add(file.name)
            log.warning("ignoring the cache %s: %s", file.name, error)
            return None
        self._in_background(lambda: self._check(file))
        return Snapshot(state, file, saved, state, (), None)

    def _check(self, file: Path) -> None:
        """Checks the whole of a file that was opened after a check of its beginning; drops it where it is damaged."""
        if rest_is_whole(file):
            return
        log.warning("ignoring the cache %s: its checksum is wrong", file.name)
        self._damaged.add(file.name)
        with self._lock:
            self._snapshot = None


def _is_behind(snapshot: Snapshot[Part], now: State) -> bool:
    """Whether so much has changed since the snapshot's file that a new one is worth writing."""
    then = snapshot.saved_state
    changed = now.last_key - then.last_key + now.last_gone - then.last_gone
    return changed >= max(SAVE_AFTER, SAVE_SHARE * (snapshot.saved.count if snapshot.saved else 0))
