"""A folder's `articles.toml`: title, outlet, url and day of its files, by file name or stem."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from rag.articles import Rejected
from rag.errors import BadInput
from rag.ingestion.parsed import Metadata
from rag.ingestion.records import checked_metadata

SIDECAR = "articles.toml"
DEFAULTS = "defaults"


class Sidecars:
    """The sidecars of the folders that are being read, each opened once."""

    def __init__(self) -> None:
        self._read: dict[Path, dict[str, Metadata]] = {}
        self._faults: list[Rejected] = []

    def of(self, path: Path) -> Metadata:
        """What the folder's sidecar says of a file: of all its files, of the stem, of the name."""
        folder = path.parent
        if folder not in self._read:
            self._read[folder] = self._open(folder / SIDECAR)
        entries = self._read[folder]
        return {**entries.get(DEFAULTS, {}), **entries.get(path.stem, {}), **entries.get(path.name, {})}

    def faults(self) -> Iterator[Rejected]:
        """What could not be understood since this was last asked."""
        while self._faults:
            yield self._faults.pop(0)

    def _open(self, path: Path) -> dict[str, Metadata]:
        try:
            tables = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self._faults.append(
                _fault(path, f"The sidecar cannot be read ({error}); it was left out. Mend it as TOML.")
            )
            return {}
        entries: dict[str, Metadata] = {}
        for name, table in tables.items():
            try:
                entries[name] = _entry(table)
            except BadInput as error:
                self._faults.append(_fault(path, f"[{name}] {error} The entry was left out."))
        return entries


def _entry(table: object) -> Metadata:
    if not isinstance(table, dict):
        raise BadInput("must be a table with title, outlet, url or published.")
    return checked_metadata(table)


def _fault(path: Path, reason: str) -> Rejected:
    return Rejected(0, reason, str(path))
