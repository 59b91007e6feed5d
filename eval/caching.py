"""A cache of replies of earlier runs, one file for each identity of a target."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from eval.cases import Case, Task
from eval.replies import Reply
from eval.runs import cut_torn_line
from rag.articles import Mode

FOLDER = "~/.byline/replies"
FILES_KEPT = 20  # the identities used last; older ones seldom return


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply, and how long it took originally."""

    key: str
    seconds: float
    reply: Reply


class Cache:
    """The cached replies of one target; without a folder or an identity, nothing is cached."""

    def __init__(self, folder: Path | None, identity: str | None) -> None:
        self._file = folder / f"{identity}.jsonl" if folder and identity else None
        self._kept: dict[str, Kept] = {}

    def __enter__(self) -> Self:
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            cut_torn_line(self._file)
            self._file.touch()
            _forget_old(self._file.parent)
            self._kept = {kept.key: kept for line in self._file.read_bytes().splitlines() if (kept := _read(line))}
            self._lines = self._file.open("ab", buffering=0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._lines.close()

    def get(self, key: str) -> Kept | None:
        """The cached reply, if any."""
        return self._kept.get(key)

    def keep(self, kept: Kept) -> None:
        """Caches a reply."""
        if self._file:
            self._kept[kept.key] = kept
            self._lines.write(_KEPT.dump_json(kept, exclude_defaults=True) + b"\n")


def key_of(case: Case, task: Task, mode: Mode) -> str:
    """SHA-256 of everything that a target is told of a case, which excludes the expected answer."""
    asked = Case("", case.question, history=case.history, filters=case.filters, as_of=case.as_of)
    return hashlib.sha256(f"{task} {mode} ".encode() + _CASE.dump_json(asked)).hexdigest()


_KEPT, _CASE = TypeAdapter(Kept), TypeAdapter(Case)


def _read(line: bytes) -> Kept | None:
    """None for a damaged line, or one of an older version: the question is asked again."""
    try:
        return _KEPT.validate_json(line)
    except ValidationError:
        return None


def _forget_old(folder: Path) -> None:
    newest_first = sorted(folder.glob("*.jsonl"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in newest_first[FILES_KEPT:]:
        file.unlink(missing_ok=True)
