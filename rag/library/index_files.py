"""Files of a vector index: written beside their place and renamed, memory-mapped, checked by sums in their names.

A name tells of which state of the library its file is, how long it is, and the CRC-32 of its beginning and of all.
"""

from __future__ import annotations

import logging
import os
import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from rag.library.changes import State
from rag.library.segments import Segment

if TYPE_CHECKING:
    import faiss

log = logging.getLogger(__name__)

# What is checked on opening: all of a small file, of a large one the part that tells where its vectors lie.
BEGINNING = 64 << 20
BLOCK = 1 << 20


def save(folder: Path, index: faiss.Index, state: State) -> Path | None:
    """Write the file of that state and remove those before it; None where the folder cannot be written."""
    import faiss

    beside = folder / f".index-{os.getpid()}"
    try:
        faiss.write_index(index, str(beside))
        beginning, whole = _sums(beside)
        told = f"{state.number:012d}-{state.token}-{state.last_key}-{state.last_gone}"
        file = folder / f"index-{told}-{beside.stat().st_size}-{beginning:08x}-{whole:08x}.faiss"
        beside.replace(file)
        for old in (*folder.glob("index-*.faiss"), *folder.glob(".index-*")):
            if old.name != file.name:
                old.unlink(missing_ok=True)
    except (OSError, RuntimeError) as error:  # FAISS tells of a full disk by a RuntimeError
        log.info("the index is not cached: %s", error)
        return None
    return file


def newest_file(folder: Path, fits: Callable[[State], bool], damaged: Collection[str]) -> tuple[Path, State] | None:
    """The newest file of a state that fits, with that state; without those known to be damaged."""
    for file in sorted(folder.glob("index-*.faiss"), reverse=True):
        parts = file.stem.split("-")
        if file.name in damaged or len(parts) != 8 or not parts[1].isdigit():
            continue
        state = State(int(parts[1]), parts[2], int(parts[3]), int(parts[4]))
        if fits(state):
            return file, state
    return None


def open_file(file: Path) -> Segment:
    """The segment in a file, memory-mapped. Raises OSError, RuntimeError or ValueError where it is damaged."""
    import faiss

    size, beginning = file.stem.split("-")[5:7]
    if file.stat().st_size != int(size):
        raise ValueError("its length is another")
    if _sums(file, BEGINNING)[0] != int(beginning, 16):
        raise ValueError("its check sum is another")
    return Segment(faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC))


def read_file(file: Path) -> faiss.IndexIDMap:
    """The index in a file, read into memory, where it can be changed."""
    import faiss

    return faiss.read_index(str(file))


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
