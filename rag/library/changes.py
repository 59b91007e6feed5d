"""Finds what has changed in an embedded library since an earlier state."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class State:
    """A state of the library: its newest change, last paragraph's key and last deletion's number."""

    number: int
    token: str
    last_key: int = 0
    last_gone: int = 0


def state_of(connection: sqlite3.Connection) -> State | None:
    """The library's current state; None before the first change."""
    row = connection.execute(
        "SELECT number, token, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'paragraphs'), 0), "
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'gone'), 0) "
        "FROM changes ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return State(*row) if row else None


def is_past_state(connection: sqlite3.Connection, state: State) -> bool:
    """Whether the library was once in that state: what was derived from it then can be brought up to date."""
    change = (state.number, state.token)
    return connection.execute("SELECT 1 FROM changes WHERE number = ? AND token = ?", change).fetchone() is not None


def removed_since(connection: sqlite3.Connection, state: State) -> np.ndarray:
    """(n,) int64: keys of evidence paragraphs that were deleted since that state."""
    rows = connection.execute("SELECT key FROM gone WHERE number > ?", (state.last_gone,))
    return np.fromiter((row[0] for row in rows), dtype=np.int64)
