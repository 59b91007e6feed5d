"""A run: what a system replied to every case of a suite, as it lies in a folder. Scoring and reports read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from eval.cases import Suite
from eval.replies import Reply, SourceRef

Status = Literal["answered", "declined", "errored"]


@dataclass(frozen=True, slots=True)
class Record:
    """One case's outcome. An error is `errored`, and never a score. `cached`: taken from an earlier run."""

    case: str
    status: Status
    seconds: float
    reply: Reply | None = None
    error: str | None = None
    cached: bool = False


@dataclass(frozen=True, slots=True)
class SourceText:
    """An article that some reply points to, as the system under test keeps it."""

    source: SourceRef
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a run was made with, so that two runs can be compared: hashes are SHA-256, in hex."""

    suite: str
    suite_hash: str
    target: str
    mode: str
    started: str  # UTC, ISO 8601
    seconds: float
    byline: str
    model: str | None = None
    embedding_model: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A suite and one record of each of its cases; `texts` are the articles cited, by id."""

    card: Card
    suite: Suite
    records: tuple[Record, ...]
    texts: Mapping[str, SourceText]
