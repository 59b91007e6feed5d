"""Turns filters into masks over the paragraphs, from columns kept in memory."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from datetime import date

import numpy as np
from cachetools import LRUCache

from rag.articles import normalize
from rag.library import Scope
from rag.library.batches import folded
from rag.library.changes import State, is_past_state, removed_since, state_of

UNDATED = 0  # as an ordinal day, before all others
NO_PARAGRAPH = -1
CACHED_MASKS = 4  # of one byte a paragraph: a question uses the same one several times


@dataclass(frozen=True, slots=True)
class _Columns:
    """For each paragraph key: its article's day and outlet. Immutable."""

    state: State
    days: np.ndarray  # (last_key + 1,) int32: ordinal, UNDATED, or NO_PARAGRAPH for unused keys and non-evidence
    outlets: np.ndarray  # (last_key + 1,) int32: values of `names`
    names: dict[str | None, int]


class ParagraphFilter:
    """Turns filters into masks over a library's evidence paragraphs. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._columns: _Columns | None = None
        self._masks: LRUCache[tuple[State, Scope], np.ndarray] = LRUCache(CACHED_MASKS)

    def allowed(self, connection: sqlite3.Connection, scope: Scope) -> np.ndarray | None:
        """(n,) bool: for each key whether it is an evidence paragraph in the scope; None: all are."""
        filters = scope.filters
        first, last = _days(connection, scope)
        if first is None and last is None and not filters.outlets and not filters.articles:
            return None
        state = state_of(connection)
        if state is None:
            return np.zeros(0, bool)
        with self._lock:
            known = self._masks.get((state, scope))
        if known is not None:
            return known
        columns = self._up_to_date(connection, state)
        mask = columns.days > NO_PARAGRAPH
        undated = columns.days == UNDATED
        if first is not None:
            mask &= (columns.days >= first.toordinal()) | undated
        if last is not None:
            mask &= (columns.days <= last.toordinal()) | undated
        if filters.outlets:
            wanted = [columns.names.get(folded(outlet), NO_PARAGRAPH) for outlet in filters.outlets]
            mask &= np.isin(columns.outlets, wanted)
        if filters.articles:
            mask &= _of_articles(connection, filters.articles, len(mask))
        with self._lock:
            self._masks[state, scope] = mask
        return mask

    def _up_to_date(self, connection: sqlite3.Connection, state: State) -> _Columns:
        with self._lock:
            known = self._columns
            if known is None or not is_past_state(connection, known.state):
                known = _Columns(State(0, ""), np.full(1, NO_PARAGRAPH, np.int32), np.zeros(1, np.int32), {})
            if (known.state.number, known.state.token) != (state.number, state.token):
                known = _updated(connection, known, state)
                self._columns = known
            return known


def _updated(connection: sqlite3.Connection, known: _Columns, state: State) -> _Columns:
    more = max(0, state.last_key + 1 - len(known.days))
    days = np.concatenate([known.days, np.full(more, NO_PARAGRAPH, np.int32)])
    outlets = np.concatenate([known.outlets, np.zeros(more, np.int32)])
    names = dict(known.names)
    rows = connection.execute(
        # One string per article is several times faster to fetch than one row per paragraph.
        "SELECT a.published, a.outlet_folded, group_concat(p.key) "
        "FROM paragraphs p JOIN articles a ON a.key = p.article "
        "WHERE p.key > ? AND p.vector IS NOT NULL GROUP BY p.article",
        (known.state.last_key,),
    )
    for published, outlet, keys in rows:
        places = [int(key) for key in keys.split(",")]
        days[places] = date.fromisoformat(published).toordinal() if published else UNDATED
        outlets[places] = names.setdefault(outlet, len(names))
    days[removed_since(connection, known.state)] = NO_PARAGRAPH
    return _Columns(state, days, outlets, names)


def _of_articles(connection: sqlite3.Connection, articles: tuple[str, ...], length: int) -> np.ndarray:
    rows = connection.execute(
        "SELECT p.key FROM articles a JOIN paragraphs p ON p.article = a.key "
        "WHERE a.id IN (SELECT value FROM json_each(?))",
        (json.dumps([normalize(one) for one in articles]),),
    )
    mask = np.zeros(length, bool)
    mask[[row[0] for row in rows]] = True
    return mask


def _days(connection: sqlite3.Connection, scope: Scope) -> tuple[date | None, date | None]:
    """The first and last day of the scope; None where it excludes no article."""
    oldest, newest = connection.execute(
        "SELECT (SELECT min(published) FROM articles), (SELECT max(published) FROM articles)"
    ).fetchone()
    first, last = scope.first, scope.last
    excludes_old = first is not None and oldest is not None and first.isoformat() > oldest
    excludes_new = last is not None and newest is not None and last.isoformat() < newest
    return first if excludes_old else None, last if excludes_new else None
