"""Files of a library's caches: written beside their place and renamed, checked by sums in their names.

A name tells of which state of the library its file is, how long it is, and the CRC-32 of its beginning and of all.
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

# What is checked on opening: all of a small file, of a large one the part that tells where its contents lie.
BEGINNING = 64 << 20
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class CacheFiles:
    """The files of one cache in a library's folder: `name`-…`suffix`, of which the newest counts."""

    folder: Path
    name: str
    suffix: str

    def save(self, write: Callable[[Path], None], state: State) -> Path | None:
        """Write the file of that state and remove those before it; None where the folder cannot be written."""
        beside = self.folder / f".{self.name}-{os.getpid()}"
        try:
            write(beside)
            beginning, whole = _sums(beside)
            told = f"{state.number:012d}-{state.token}-{state.last_key}-{state.last_gone}"
            size = beside.stat().st_size
            file = self.folder / f"{self.name}-{told}-{size}-{beginning:08x}-{whole:08x}{self.suffix}"
            beside.replace(file)
            for old in (*self._all(), *self.folder.glob(f".{self.name}-*")):
                if old.name != file.name:
                    old.unlink(missing_ok=True)
        except (OSError, RuntimeError) as error:  # FAISS tells of a full disk by a RuntimeError
            log.info("the cache %s is not written: %s", self.name, error)
            return None
        return file

    def newest(self, fits: Callable[[State], bool], damaged: Collection[str]) -> tuple[Path, State] | None:
        """The newest file of a state that fits, with that state; without those known to be damaged."""
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
    """Look at a file's length and its beginning. Raises OSError, or ValueError where it is damaged."""
    size, beginning = file.stem.split("-")[5:7]
    if file.stat().st_size != int(size):
        raise ValueError("its length is another")
    if _sums(file, BEGINNING)[0] != int(beginning, 16):
        raise ValueError("its check sum is another")


def rest_is_whole(file: Path) -> bool:
    """Whether all of a file is as it was written; a file that another process removed is."""
    try:
        return file.stat().st_size <= BEGINNING or _sums(file)[1] == int(file.stem.split("-")[7], 16)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _sums(file: Path, length: int | None = None) -> tuple[int, int]:
    """CRC-32 of the beginning, and of as much as `length` tells; of all where it is None."""
    beginning = whole = read = 0
    with file.open("rb") as opened:
        while (length is None or read < length) and (block := opened.read(BLOCK)):
            whole = zlib.crc32(block, whole)
            read += len(block)
            if read <= BEGINNING:
                beginning = whole
    return beginning, whole
