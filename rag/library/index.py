"""The FAISS index of an embedded library: held in memory, kept up with the SQLite file, cached beside it.

Only `embedded.py` calls it. A paragraph's key is never used twice and what it names never changes, so any older index
is mended by adding what it lacks and removing what is gone; a cache file that is missing or damaged is not used.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.library import Scored

if TYPE_CHECKING:
    import faiss

log = logging.getLogger(__name__)

SAVE_AFTER = 1000  # changed paragraphs; a smaller change is quicker made again than written
SAVE_SHARE = 0.05
LOADED_AT_ONCE = 20_000  # vectors

Change = tuple[int, str]  # the number and the token of a change of the library


class VectorIndex:
    """Inner-product search over the vectors of all of a library's evidence paragraphs, at half precision.

    `reading` gives a connection whose reads all see one state of the library.
    """

    def __init__(self, folder: Path, reading: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._folder = folder
        self._reading = reading
        self._lock = threading.Lock()
        self._index: faiss.IndexIDMap2 | None = None
        self._keys = np.zeros(0, np.int64)
        self._change: Change | None = None

    def search(self, vector: np.ndarray, k: int, allowed: np.ndarray | None) -> list[Scored]:
        """The k nearest paragraphs of the library as it now stands."""
        import faiss

        with self._lock:
            with self._reading() as connection:  # begun within the lock: what one search saw, a later one sees too
                self._keep_up(connection)
            if self._index is None or not len(self._keys):
                return []
            chosen = None
            if allowed is not None:
                chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(_bits(allowed)))
            query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
            scores, keys = self._index.search(query, min(k, len(self._keys)), params=chosen)
        return [Scored(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]

    def _keep_up(self, connection: sqlite3.Connection) -> None:
        """Bring the index to the state that the connection sees."""
        newest: Change | None = connection.execute(
            "SELECT number, token FROM changes ORDER BY number DESC LIMIT 1"
        ).fetchone()
        if newest == self._change:
            return
        if newest is None:
            self._index, self._keys, self._change = None, np.zeros(0, np.int64), None
            return
        if self._change is None or not _happened(connection, self._change):
            self._load(connection)
        self._mend(connection, newest)
        self._change = newest

    def _mend(self, connection: sqlite3.Connection, newest: Change) -> None:
        assert self._index is not None
        rows = connection.execute("SELECT key FROM paragraphs WHERE vector IS NOT NULL ORDER BY key")
        wanted = np.fromiter((row[0] for row in rows), dtype=np.int64)
        gone = np.setdiff1d(self._keys, wanted, assume_unique=True)
        new = np.setdiff1d(wanted, self._keys, assume_unique=True)
        if len(gone):
            self._index.remove_ids(gone)
        for start in range(0, len(new), LOADED_AT_ONCE):
            part = new[start : start + LOADED_AT_ONCE]
            found = connection.execute(
                "SELECT v.vector FROM paragraphs p JOIN vectors v ON v.key = p.vector "
                "WHERE p.key BETWEEN ? AND ? ORDER BY p.key",
                (int(part[0]), int(part[-1])),
            )
            # Keys grow, so that what lies between new ones is new.
            vectors = np.frombuffer(b"".join(row[0] for row in found), dtype=np.float32)
            self._index.add_with_ids(vectors.reshape(len(part), -1), part)
        self._keys = wanted
        if len(gone) + len(new) >= max(SAVE_AFTER, SAVE_SHARE * len(wanted)):
            self._save(newest)

    def _load(self, connection: sqlite3.Connection) -> None:
        """Take up the newest cache file that is whole and of this library; an empty index where there is none."""
        import faiss

        for file in sorted(self._folder.glob("index-*.faiss"), reverse=True):
            try:
                _, number, token, check = file.stem.split("-")
                if not _happened(connection, (int(number), token)):
                    continue
                data = file.read_bytes()
                if f"{zlib.crc32(data):08x}" != check:
                    raise RuntimeError("its check sum is another")
                self._index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
                self._keys = faiss.vector_to_array(self._index.id_map)
            except (OSError, RuntimeError, ValueError) as error:
                log.warning("the cached index %s is not used: %s", file.name, error)
            else:
                return
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        # Exhaustive at half precision: half the memory and a fraction of the time of IndexFlatIP, and over 28,183
        # paragraphs of news the same ten and the same fifty nearest for 60 of 60 questions, scores within 0.00005.
        vectors = faiss.IndexScalarQuantizer(
            int(meta.get("model_dimension", 1)), faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._index = faiss.IndexIDMap2(vectors)
        self._keys = np.zeros(0, np.int64)

    def _save(self, newest: Change) -> None:
        """Write the cache beside its place and move it there; a folder that cannot be written has none."""
        import faiss

        number, token = newest
        try:
            data = faiss.serialize_index(self._index)
            name = f"index-{number:012d}-{token}-{zlib.crc32(data):08x}.faiss"
            beside = self._folder / f".{name}.{os.getpid()}"
            beside.write_bytes(data)
            beside.replace(self._folder / name)
            for old in (*self._folder.glob("index-*.faiss"), *self._folder.glob(".index-*.faiss.*")):
                if old.name != name:
                    old.unlink(missing_ok=True)
        except OSError as error:
            log.info("the index is not cached: %s", error)


def _happened(connection: sqlite3.Connection, change: Change) -> bool:
    """Whether the library that the connection sees went through that change: then an index of that time fits it."""
    return connection.execute("SELECT 1 FROM changes WHERE number = ? AND token = ?", change).fetchone() is not None


def _bits(keys: np.ndarray) -> np.ndarray:
    """A bitmap with the bits of those keys set."""
    mask = np.zeros(int(keys[-1]) + 1 if len(keys) else 1, np.uint8)
    mask[keys] = 1
    return np.packbits(mask, bitorder="little")
