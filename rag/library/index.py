"""The FAISS index of an embedded library: held in memory, kept up with the SQLite file, cached beside it.

Only `embedded.py` calls it. Paragraphs never change and keys are never used twice, so any older index is mended by
adding what it lacks and removing what is gone; a cache file that is missing or damaged is simply not used.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.library import Scored

if TYPE_CHECKING:
    import faiss

log = logging.getLogger(__name__)

SAVE_AFTER = 1000  # changed paragraphs; a smaller change is quicker made again than written
SAVE_SHARE = 0.05


class VectorIndex:
    """Exact inner-product search over the vectors of a library's evidence paragraphs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._index: faiss.IndexIDMap2 | None = None
        self._keys = np.zeros(0, np.int64)
        self._state: tuple[int, str] | None = None

    def search(
        self, connection: sqlite3.Connection, vector: np.ndarray, k: int, allowed: np.ndarray | None
    ) -> list[Scored]:
        """The k nearest paragraphs of the library as the connection sees it."""
        import faiss

        with self._lock:
            index = self._current(connection)
            if index is None or (allowed is not None and not len(allowed)):
                return []
            parameters = None
            if allowed is not None:
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))
            scores, keys = index.search(
                vector.reshape(1, -1).astype(np.float32), min(k, index.ntotal), params=parameters
            )
        return [Scored(int(key), float(score)) for key, score in zip(keys[0], scores[0], strict=True) if key >= 0]

    def _current(self, connection: sqlite3.Connection) -> Any:
        """The index of the library's present generation; None while there is no paragraph."""
        meta = dict(connection.execute("SELECT name, value FROM meta"))
        state = (int(meta["generation"]), meta.get("model_fingerprint", ""))
        if state != self._state:
            if self._state is None or self._state[1] != state[1]:
                self._load(state[1], int(meta.get("model_dimension", 1)))
            self._mend(connection, state)
            self._state = state
        return self._index if len(self._keys) else None

    def _mend(self, connection: sqlite3.Connection, state: tuple[int, str]) -> None:
        assert self._index is not None
        rows = connection.execute("SELECT key FROM paragraphs WHERE evidence ORDER BY key")
        wanted = np.fromiter((row[0] for row in rows), dtype=np.int64)
        gone = np.setdiff1d(self._keys, wanted, assume_unique=True)
        new = np.setdiff1d(wanted, self._keys, assume_unique=True)
        if len(gone):
            self._index.remove_ids(gone)
        if len(new):
            find = (
                "SELECT p.key, v.vector FROM paragraphs p JOIN vectors v ON v.hash = p.hash "
                "WHERE p.evidence AND p.key >= ? ORDER BY p.key"
            )
            missing = set(new.tolist())
            found = [row for row in connection.execute(find, (int(new[0]),)) if row[0] in missing]
            vectors = np.frombuffer(b"".join(row[1] for row in found), dtype=np.float32)
            keys = np.array([row[0] for row in found], dtype=np.int64)
            self._index.add_with_ids(vectors.reshape(len(found), -1).copy(), keys)
        self._keys = wanted
        if len(gone) + len(new) >= max(SAVE_AFTER, SAVE_SHARE * len(wanted)):
            self._save(state)

    def _load(self, fingerprint: str, dimension: int) -> None:
        """Take up the newest cache file that is whole; an empty index where there is none."""
        import faiss

        self._index, self._keys = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension)), np.zeros(0, np.int64)
        for file in sorted(self._folder.glob(f"index-{fingerprint[:12]}-*.faiss"), reverse=True):
            try:
                data = file.read_bytes()
                if f"{zlib.crc32(data):08x}" != file.stem.rsplit("-", 1)[1]:
                    raise RuntimeError("its check sum is another")
                index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
                self._index, self._keys = index, np.sort(faiss.vector_to_array(index.id_map))
            except (OSError, RuntimeError) as error:
                log.warning("the cached index %s is not used: %s", file.name, error)
            else:
                return

    def _save(self, state: tuple[int, str]) -> None:
        """Write the cache beside its place and move it there; a folder that cannot be written has none."""
        import faiss

        try:
            data = faiss.serialize_index(self._index).tobytes()
            name = f"index-{state[1][:12]}-{state[0]:012d}-{zlib.crc32(data):08x}.faiss"
            beside = self._folder / f".{name}.{os.getpid()}"
            beside.write_bytes(data)
            beside.replace(self._folder / name)
            for old in self._folder.glob("index-*.faiss"):
                if old.name < name or not old.name.startswith(f"index-{state[1][:12]}-"):
                    old.unlink(missing_ok=True)
        except OSError as error:
            log.info("the index is not cached: %s", error)
