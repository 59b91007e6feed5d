"""Files of a library's caches: written atomically, and verified by checksums in their names.

A name holds the library's state, the file's size, and the CRC-32 of its beginning and of the whole file.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from rag.library.changes import State

log = logging.getLogger(__name__)

# Checked on opening: a whole small file; of a large one the part with its layout.
BEGINNING = 64 << 20
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class CacheFiles:
    """The files of one cache in a library's folder, `name`-…`suffix`; the newest is used."""

    folder: Path
    name: str
    suffix: str

    def save(self, write: Callable[[Path], None], state: State) -> Path | None:
        """Writes the file of a state and removes older ones; None where the folder cannot be written."""
        beside = self.folder / f".{self.name}-{os.getpid()}"
        try:
            write(beside)
            beginning, whole = _sums(beside)
            saved = f"{state.number:012d}-{state.token}-{state.last_key}-{state.last_gone}"
            size = beside.stat().st_size
            file = self.folder / f"{self.name}-{saved}-{size}-{beginning:08x}-{whole:08x}{self.suffix}"
            beside.replace(file)
            for old in (*self._all(), *self.folder.glob(f".{self.name}-*")):
                if old.name != file.name:
                    old.unlink(missing_ok=True)
        except (OSError, RuntimeError) as error:  # FAISS reports a full disk as a RuntimeError
            log.info("the cache %s was not written: %s", self.name, error)
            return None
        return file

    def newest(self, fits: Callable[[State], bool], damaged: Collection[str]) -> tuple[Path, State] | None:
        """The newest file whose state fits, and that state; files known to be damaged are skipped."""
        for file in sorted(self._all(), reverse=True):
            parts = file.stem.split("-")
            if file.name in damaged or len(parts) != 8 or not parts[1].isdigit():
                continue
            state = State(int(parts[1]), parts[2], int(parts[3]), int(parts[4]))
            if fits(state):
                return file, state
        return None

    def _all(self) -> list[Path]:
        return list(self.folder.glob(f"{self.name}-*{self.suffix}"))


def require_whole(file: Path) -> None:
    """Checks a file's size and its beginning. Raises OSError, or ValueError where it is damaged."""
    size, beginning = file.stem.split("-")[5:7]
    if file.stat().st_size != int(size):
        raise ValueError("its size is wrong")
    if _sums(file, BEGINNING)[0] != int(beginning, 16):
        raise ValueError("its checksum is wrong")


def rest_is_whole(file: Path) -> bool:
    """Whether the whole file matches its checksum; true for one that another process has removed."""
    try:
        return file.stat().st_size <= BEGINNING or _sums(file)[1] == int(file.stem.split("-")[7], 16)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _sums(file: Path, length: int | None = None) -> tuple[int, int]:
    """CRC-32 of the beginning, and of the first `length` bytes (None: of all)."""
    beginning = whole = read = 0
    with file.open("rb") as opened:
        while (length is None or read < length) and (block := opened.read(BLOCK)):
            whole = zlib.crc32(block, whole)
            read += len(block)
            if read <= BEGINNING:
                beginning = whole
    return beginning, whole
