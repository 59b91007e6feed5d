"""What is derived from an embedded library for quick searches: a file, and in memory what has changed since.

A paragraph's key is never used twice and what it names never changes, so an older file is mended by adding what came
later and leaving out what is gone; a file that is missing or damaged is not used.
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
from rag.library.changes import State, gone_since, happened, state_of
from rag.library.filtering import Keys

log = logging.getLogger(__name__)

SAVE_AFTER = 1000  # changed paragraphs; a smaller change is quicker made again than written
SAVE_SHARE = 0.05

Reading = Callable[[], AbstractContextManager[sqlite3.Connection]]
Write = Callable[[Path], None]


class Counted(Protocol):
    """A part of a cache: of how many rows it is."""

    @property
    def count(self) -> int: ...


Part = TypeVar("Part", bound=Counted)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[Part]):
    """What searches read; never changed once made."""

    state: State
    file: Path | None
    saved: Part | None  # as of the file
    saved_state: State
    recent: tuple[Part, ...]  # the largest first
    kept: np.ndarray | None  # (last_key + 1,) bool: false for each key that is gone since the file; None: all are

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.recent if self.saved is None else (self.saved, *self.recent)

    def chosen(self, allowed: Keys | None) -> np.ndarray | None:
        """(n,) bool: for each key whether to look at it; None for all."""
        if allowed is None or self.kept is None:
            return self.kept if allowed is None else allowed.mask
        common = min(len(allowed.mask), len(self.kept))
        chosen = allowed.mask.copy()
        chosen[:common] &= self.kept[:common]
        return chosen


class Cache(ABC, Generic[Part]):
    """Keeps a snapshot of one cache in step with the library. Safe to share between threads.

    `reading` gives a connection whose reads all see one state of the library.
    """

    def __init__(self, files: CacheFiles, reading: Reading) -> None:
        self._files = files
        self._reading = reading
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._snapshot: Snapshot[Part] | None = None
        self._threads: list[threading.Thread] = []
        self._damaged: set[str] = set()
        self._writable = True  # until a file could not be written

    @abstractmethod
    def _open(self, file: Path) -> Part:
        """The part in a file, memory-mapped. Raises OSError, RuntimeError or ValueError where it is damaged."""

    @abstractmethod
    def _rows(self, connection: sqlite3.Connection, after: int) -> Iterable[Part]:
        """Parts of what has keys after that one, in order."""

    @abstractmethod
    def _joined(self, one: Part, other: Part) -> Part:
        """One part of two, the second of later keys."""

    @abstractmethod
    def _whole(self, connection: sqlite3.Connection, before: Snapshot[Part]) -> Write:
        """What writes the whole library's file."""

    def _is_wanted(self, state: State) -> bool:
        """Whether a library of that state needs this cache."""
        return True

    def _can_mend(self, known: Snapshot[Part], state: State) -> bool:
        """Whether so little has changed since that the snapshot is mended before a search."""
        return True

    def save(self) -> None:
        """Write the file where much has changed since; searches go on meanwhile."""
        if not self._saving.acquire(blocking=False):
            return
        try:
            with self._reading() as connection:
                state, before = state_of(connection), self._snapshot
                if before is None or not happened(connection, before.state):
                    before = self._loaded(connection)
                if state is None or not self._is_wanted(state) or not _is_behind(before, state):
                    return
                write = self._whole(connection, before)
            file = self._files.save(write, state)
            self._writable = file is not None
            if file is not None:
                self._damaged.discard(file.name)  # the same library makes the same file again
                with self._lock:
                    self._snapshot = self._opened(file, state)
        finally:
            self._saving.release()

    def close(self) -> None:
        """Waits for what runs in the background."""
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _now(self) -> Snapshot[Part] | None:
        """The library as it now stands; None where it does not need the cache, or first has to have its file."""
        with self._lock, self._reading() as connection:  # what one search saw, a later one sees too
            state = state_of(connection)
            if state is None or not self._is_wanted(state):
                return None
            snapshot = self._snapshot = self._kept_up(connection, state)
        if self._writable and _is_behind(snapshot, state):
            self._in_background(self.save)
        return snapshot if snapshot.state == state else None

    def _in_background(self, step: Callable[[], None]) -> None:
        self._threads = [one for one in self._threads if one.is_alive()]
        if not self._threads:
            self._threads.append(threading.Thread(target=step, name=self._files.name))
            self._threads[-1].start()

    def _kept_up(self, connection: sqlite3.Connection, state: State) -> Snapshot[Part]:
        """A snapshot of the state that the connection sees, or of an earlier one where that is not to be mended."""
        known = self._snapshot
        if known is None or not happened(connection, known.state):
            known = self._loaded(connection)
        if known.state == state or not self._can_mend(known, state):
            return known
        return self._mended(connection, known, state)

    def _mended(self, connection: sqlite3.Connection, known: Snapshot[Part], state: State) -> Snapshot[Part]:
        recent = known.recent
        for part in self._rows(connection, known.state.last_key):
            recent = self._appended(recent, part)
        gone, kept = gone_since(connection, known.saved_state), None
        if len(gone):
            kept = np.ones(state.last_key + 1, bool)
            kept[gone] = False
        return replace(known, state=state, recent=recent, kept=kept)

    def _appended(self, parts: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
        """The parts with one more; small ones are joined, so that there are few and each row is seldom copied."""
        while parts and parts[-1].count <= 2 * part.count:
            part = self._joined(parts[-1], part)
            parts = parts[:-1]
        return (*parts, part)

    def _loaded(self, connection: sqlite3.Connection) -> Snapshot[Part]:
        """The newest file that is whole and of this library; nothing where there is none."""
        found = self._files.newest(lambda state: happened(connection, state), self._damaged)
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
            log.warning("the cache %s is not used: %s", file.name, error)
            return None
        self._in_background(lambda: self._check(file))
        return Snapshot(state, file, saved, state, (), None)

    def _check(self, file: Path) -> None:
        """Read the rest of a file that was opened after a look at its beginning; let go of it where it is damaged."""
        if rest_is_whole(file):
            return
        log.warning("the cache %s is not used: its check sum is another", file.name)
        self._damaged.add(file.name)
        with self._lock:
            self._snapshot = None


def _is_behind(snapshot: Snapshot[Part], now: State) -> bool:
    """Whether so much has changed since the snapshot's file that it is worth writing anew."""
    then = snapshot.saved_state
    changed = now.last_key - then.last_key + now.last_gone - then.last_gone
    return changed >= max(SAVE_AFTER, SAVE_SHARE * (snapshot.saved.count if snapshot.saved else 0))
