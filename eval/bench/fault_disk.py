"""Fills a library's disk: the error must say so, nothing acknowledged may be lost, and freeing space must help."""

from __future__ import annotations

import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from eval.bench.fault_kills import article
from rag.embedding import load_embedder
from rag.errors import LibraryError
from rag.library import open_library

MEGABYTES = 4


@dataclass(frozen=True, slots=True)
class Filled:
    """Numbers of acknowledged and of lost articles, the error, and whether ingest works again with free space."""

    acknowledged: int
    lost: int
    said: str
    goes_on: bool


def fill_the_disk(place: Path) -> Filled | None:
    """Ingests articles on a small file system until it is full; None where none can be mounted."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    try:
        return _filled(place)
    finally:
        subprocess.run(["umount", str(place)], check=False, capture_output=True)


def _filled(place: Path) -> Filled:
    (place / "ballast").write_bytes(bytes((MEGABYTES << 20) // 4))
    texts: dict[str, str] = {}
    said = "the disk was not full"
    with closing(open_library(place / "library", load_embedder())) as library:
        try:
            for number in range(0, 10_000, 20):
                twenty = [article("full", number + more) for more in range(20)]
                library.add(twenty)
                texts.update((one.id, one.text) for one in twenty)
        except LibraryError as error:
            said = str(error).partition(": ")[2]
        lost = _lost(texts, [library.get(id) for id in texts])
    (place / "ballast").unlink()
    with closing(open_library(place / "library", load_embedder())) as library:
        report = library.add([article("again", 1)])
        lost += _lost(texts, [library.get(id) for id in texts])
        library.verify()
    return Filled(len(texts), lost, said, report.added == 1 and "full" in said)


def _lost(texts: dict[str, str], found: list[object]) -> int:
    return sum(
        one is None or getattr(one, "text", None) != text for one, text in zip(found, texts.values(), strict=True)
    )
