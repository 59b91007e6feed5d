"""The FAISS index of an embedded library: a memory-mapped file, and in memory what has changed since it was written.

A paragraph's key is never used twice and what it names never changes, so an older file is mended by adding what came
later and leaving out what is gone; a file that is missing or damaged is not used.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.library import Keys, Scored
from rag.library.changes import State, gone_since, happened, state_of
from rag.library.damage import Damaged
from rag.library.index_files import newest_file, open_file, read_file, rest_is_whole, save
from rag.library.segments import Rows, Segment, coded, exact, merged

if TYPE_CHECKING:
    import faiss

log = logging.getLogger(__name__)

SAVE_AFTER = 1000  # changed paragraphs; a smaller change is quicker made again than written
SAVE_SHARE = 0.05
LOADED_AT_ONCE = 20_000  # vectors
CODED_FROM = 100_000  # paragraphs; up to there comparing all costs less than encoding the query


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What searches read; never changed once made."""

    state: State
    file: Path | None
    saved: Segment | None  # as of the file
    saved_state: State
    recent: tuple[Segment, ...]  # the largest first
    kept: np.ndarray | None  # (last_key + 1,) bool: false for each key that is gone since the file; None: all are


class VectorIndex:
    """Inner-product search over the vectors of all of a library's evidence paragraphs, at half precision.

    `reading` gives a connection whose reads all see one state of the library. Searches run in parallel.
    """

    def __init__(self, folder: Path, reading: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._folder = folder
        self._reading = reading
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._snapshot: _Snapshot | None = None
        self._threads: list[threading.Thread] = []
        self._damaged: set[str] = set()
        self._writable = True  # until a file could not be written

    def search(self, vector: np.ndarray, k: int, allowed: Keys | None) -> list[Scored]:
        """The k nearest paragraphs of the library as it now stands; none to a vector of zeros."""
        with self._lock, self._reading() as connection:  # what one search saw, a later one sees too
            snapshot = self._snapshot = self._kept_up(connection)
        if snapshot is None:
            return []
        if self._writable and _is_behind(snapshot, snapshot.state):
            self._in_background(self.save)
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if not query.any():  # as near to everything as to nothing
            return []
        chosen = _chosen(snapshot, allowed)
        segments = [one for one in (snapshot.saved, *snapshot.recent) if one is not None]
        found = [pair for one in segments for pair in one.search(query, k, chosen)]
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return [Scored(key, score) for key, score in found[:k]]

    def save(self) -> None:
        """Write the index to its file where much has changed since; searches go on meanwhile."""
        if not self._saving.acquire(blocking=False):
            return
        try:
            with self._reading() as connection:
                state, before = state_of(connection), self._snapshot
                if before is None or not happened(connection, before.state):
                    before = self._loaded(connection)
                if state is None or not _is_behind(before, state):
                    return
                index = _whole(connection, before)
            file = save(self._folder, index, state)
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

    def _in_background(self, step: Callable[[], None]) -> None:
        self._threads = [one for one in self._threads if one.is_alive()]
        if not self._threads:
            self._threads.append(threading.Thread(target=step, name="index"))
            self._threads[-1].start()

    def _kept_up(self, connection: sqlite3.Connection) -> _Snapshot | None:
        """A snapshot of the state that the connection sees."""
        state, known = state_of(connection), self._snapshot
        if state is None:
            return None
        if known is None or not happened(connection, known.state):
            known = self._loaded(connection)
        return known if known.state == state else _mended(connection, known, state)

    def _loaded(self, connection: sqlite3.Connection) -> _Snapshot:
        """The newest file that is whole and of this library; nothing where there is none."""
        found = newest_file(self._folder, lambda state: happened(connection, state), self._damaged)
        if found is not None:
            opened = self._opened(*found)
            if opened is not None:
                return opened
        return _Snapshot(State(0, ""), None, None, State(0, ""), (), None)

    def _opened(self, file: Path, state: State) -> _Snapshot | None:
        try:
            saved = open_file(file)
        except (OSError, RuntimeError, ValueError) as error:
            self._damaged.add(file.name)
            log.warning("the cached index %s is not used: %s", file.name, error)
            return None
        self._in_background(lambda: self._check(file))
        return _Snapshot(state, file, saved, state, (), None)

    def _check(self, file: Path) -> None:
        """Read the rest of a file that was opened after a look at its beginning; let go of it where it is damaged."""
        if rest_is_whole(file):
            return
        log.warning("the cached index %s is not used: its check sum is another", file.name)
        self._damaged.add(file.name)
        with self._lock:
            self._snapshot = None


def _is_behind(snapshot: _Snapshot, now: State) -> bool:
    """Whether so much has changed since the snapshot's file that it is worth writing anew."""
    then = snapshot.saved_state
    changed = now.last_key - then.last_key + now.last_gone - then.last_gone
    return changed >= max(SAVE_AFTER, SAVE_SHARE * (snapshot.saved.count if snapshot.saved else 0))


def _mended(connection: sqlite3.Connection, known: _Snapshot, state: State) -> _Snapshot:
    recent = known.recent
    for keys, vectors in _vectors(connection, known.state.last_key):
        recent = _appended(recent, keys, vectors)
    gone, kept = gone_since(connection, known.saved_state), None
    if len(gone):
        kept = np.ones(state.last_key + 1, bool)
        kept[gone] = False
    return replace(known, state=state, recent=recent, kept=kept)


def _appended(segments: tuple[Segment, ...], keys: np.ndarray, vectors: np.ndarray) -> tuple[Segment, ...]:
    """The segments with one more; small ones are joined, so that there are few and each vector is seldom copied."""
    while segments and segments[-1].count <= 2 * len(keys):
        last_keys, last_vectors = segments[-1].contents()
        keys, vectors = np.concatenate([last_keys, keys]), np.concatenate([last_vectors, vectors])
        segments = segments[:-1]
    return (*segments, Segment(exact([(keys, vectors)])))


def _whole(connection: sqlite3.Connection, before: _Snapshot) -> faiss.Index:
    """A FAISS index of the whole library, with codes where it is large."""
    total = int(connection.execute("SELECT count(*) FROM paragraphs WHERE vector IS NOT NULL").fetchone()[0])
    if total < CODED_FROM:
        return exact(_vectors(connection, 0))
    if before.file is None or not before.saved or not before.saved.has_codes:
        return coded(lambda: _vectors(connection, 0), total)
    gone = gone_since(connection, before.saved_state)
    return merged(read_file(before.file), gone, _vectors(connection, before.saved_state.last_key))


def _vectors(connection: sqlite3.Connection, after: int) -> Iterator[Rows]:
    """Keys after that one with their vectors, in order."""
    while True:
        found = connection.execute(
            "SELECT p.key, v.vector FROM paragraphs p JOIN vectors v ON v.key = p.vector "
            "WHERE p.key > ? ORDER BY p.key LIMIT ?",
            (after, LOADED_AT_ONCE),
        ).fetchall()
        if not found:
            return
        after = found[-1][0]
        if any(not isinstance(row[1], bytes) or len(row[1]) != len(found[0][1]) for row in found):
            raise Damaged("a vector has another length")
        vectors = np.frombuffer(b"".join(row[1] for row in found), dtype=np.float32)
        yield np.array([row[0] for row in found], np.int64), vectors.reshape(len(found), -1)


def _chosen(snapshot: _Snapshot, allowed: Keys | None) -> np.ndarray | None:
    """(n,) bool: for each key whether to look at it; None for all."""
    if allowed is None or snapshot.kept is None:
        return snapshot.kept if allowed is None else allowed.mask
    common = min(len(allowed.mask), len(snapshot.kept))
    chosen = allowed.mask.copy()
    chosen[:common] &= snapshot.kept[:common]
    return chosen
