"""A client of Milvus that connects at its first use, sets deadlines, and raises LibraryError for failures."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from grpc import RpcError, StatusCode
from pymilvus import MilvusClient
from pymilvus.exceptions import MilvusException

from rag.errors import ConfigError, LibraryError
from rag.library.milvus.collections import Row, create

CONNECTING_S = 3.0
READING_S = 10.0
WRITING_S = 30.0  # loading a collection too, which the server goes on with where it takes longer
AWAY_S = 3.0  # a server that gave no answer is not called again for so long, so that no request waits in vain
MOST_FOUND = 16_384  # rows that Milvus returns to one search or query
VALUES_AT_ONCE = 100  # of which the greatest is taken
ROWS_AT_ONCE = 500  # of a write: some 5 MB of the 64 MB that a message may have
CONNECT_FAILED, NO_COLLECTION = 2, 100  # codes of pymilvus' and Milvus' errors
OPTIONS = {"grpc.max_reconnect_backoff_ms": 1000}
Got = TypeVar("Got")


class Client:
    """Reads and writes rows. Safe to share between threads.

    A cluster answers reads from what its query nodes have received. Every read here includes what this process has
    written (consistency level Session). A `strong` count waits until the nodes have it, and all processes read it.
    """

    def __init__(self, place: str, token: str | None) -> None:
        self.place = re.sub("//[^/@]*@", "//***@", place)
        self._is_url = re.match("https?://", place) is not None
        if self._is_url and "@" in place:
            raise ConfigError("A Milvus URL carries no password: set BYLINE_MILVUS_TOKEN to user:password or a key.")
        if not self._is_url and not place.endswith(".db"):
            raise ConfigError(
                f"{place!r} is no place for a library in Milvus: write milvus:FILE.db for Milvus Lite, or "
                "milvus:http://HOST:19530 for a server."
            )
        self._uri = place if self._is_url else str(Path(place).expanduser().absolute())
        self._wait_s = READING_S if self._is_url else WRITING_S  # Milvus Lite looks at every row for each read
        self._token = token or ""
        self._lock = threading.Lock()
        self._client: MilvusClient | None = None
        self._ready: set[str] = set()
        self._away, self._away_until = "", 0.0

    def exists(self) -> bool:
        """Whether a library may exist: Milvus Lite's file is created with the first article."""
        return self._is_url or Path(self._uri).exists()

    def has(self, collection: str) -> bool:
        """Whether the collection exists; it is loaded then."""
        if collection in self._ready:
            return True
        if not self.exists() or not self._call(
            lambda client: client.has_collection(collection, timeout=self._wait_s)
        ):
            return False
        self._call(lambda client: client.load_collection(collection, timeout=WRITING_S))
        self._ready.add(collection)
        return True

    def make(self, collection: str, dimension: int = 0) -> None:
        """Creates the collection unless it exists."""
        if not self.has(collection):
            try:
                self._call(lambda client: create(client, collection, dimension, WRITING_S))
            except LibraryError:
                if not self.has(collection):  # no other process was quicker
                    raise
            self._ready.add(collection)

    def drop(self, collection: str) -> None:
        """Drops the collection."""
        self._call(lambda client: client.drop_collection(collection, timeout=WRITING_S))
        self._ready.discard(collection)

    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self._call(lambda client: client.list_collections(timeout=self._wait_s))) if self.exists() else []

    def reset(self) -> None:
        """Clears what is cached of the server: its collections, and that it was unreachable."""
        self._ready.clear()
        self._away_until = 0.0

    def rows(
        self, collection: str, where: str, fields: Sequence[str], limit: int | None = None, **options: Any
    ) -> list[Row]:
        """At most `limit` rows that match the expression; none where the collection does not exist."""
        if not self.has(collection):
            return []
        options = {"consistency_level": "Session", "limit": limit or MOST_FOUND, "timeout": self._wait_s} | options
        found = self._call(lambda client: client.query(collection, where, list(fields), **options))
        return [dict(row) for row in found]

    def rows_in_order(self, collection: str, where: str, after: str, fields: Sequence[str], limit: int) -> list[Row]:
        """The first rows after that key, by key. Asks as pymilvus' iterator does, which cannot begin after a key."""
        where = f'key > "{after}"' + (f" and {where}" if where else "")
        asked = {"iterator": "True", "reduce_stop_for_best": "True"}
        return sorted(self.rows(collection, where, fields, limit, **asked), key=lambda row: str(row["key"]))

    def every_row(self, collection: str, fields: Sequence[str], at_once: int) -> Iterator[list[Row]]:
        """All rows by key, in lists of `at_once`."""
        after = ""
        while rows := self.rows_in_order(collection, "", after, fields, at_once):
            yield rows
            after = rows[-1]["key"]

    def count(self, collection: str, where: str, *, strong: bool = False) -> int:
        """How many rows match the expression; `strong`: counting whatever any process has written until now."""
        if not self.has(collection):
            return 0
        level, timeout = ("Strong", WRITING_S) if strong else ("Session", self._wait_s)
        found = self._call(
            lambda client: client.query(collection, where, ["count(*)"], consistency_level=level, timeout=timeout)
        )
        return int(found[0]["count(*)"])

    def greatest(self, collection: str, field: str, where: str, guess: int, most: int) -> int:
        """The greatest value of an integer field, 0 without rows: Milvus has no aggregate for it.

        It is looked for from `guess` on, where a row has that value.
        """

        def values(condition: str) -> list[int]:
            rows = self.rows(collection, f"{where} and {field} {condition}", [field], VALUES_AT_ONCE)
            return [row[field] for row in rows]

        low, high = guess if values(f"== {guess}") else 0, most
        if not values(f"> {low}"):
            return low
        while low < high:
            middle = (low + high + 1) // 2
            if found := values(f">= {middle}"):
                low = max(found)
            else:
                high = middle - 1
        return low

    def search(
        self, collection: str, field: str, query: Any, k: int, where: str, fields: Sequence[str] = ("key",)
    ) -> list[tuple[Row, float]]:
        """The k best rows, with their scores."""
        if not self.has(collection):
            return []
        found = self._call(
            lambda client: client.search(
                collection,
                [query],
                where,
                min(k, MOST_FOUND),
                list(fields),
                search_params={"metric_type": "IP" if field == "vector" else "BM25"},
                anns_field=field,
                consistency_level="Session",
                timeout=self._wait_s,
            )
        )
        return [(dict(hit["entity"]) | {"key": hit["key"]}, float(hit["distance"])) for hit in found[0]]

    def having(self, field: str, term: str) -> str:
        """A filter expression: the field has that term. Milvus Lite has no index of terms; `like` is faster there."""
        return f'text_match({field}, "{term}")' if self._is_url else f'{field} like "% {term} %"'

    def put(self, collection: str, rows: Sequence[Row]) -> None:
        """Inserts rows, or replaces those with the same keys."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = list(rows[start : start + ROWS_AT_ONCE])
            self._call(lambda client, part=part: client.upsert(collection, part, timeout=WRITING_S))  # type: ignore[misc]

    def delete(self, collection: str, where: str) -> None:
        """Deletes the rows that match the expression."""
        self._call(lambda client: client.delete(collection, filter=where, timeout=WRITING_S))

    def flush(self, collection: str) -> None:
        """Lets Milvus Lite index new rows; a cluster does so by itself."""
        if not self._is_url:
            self._call(lambda client: client.flush(collection, timeout=WRITING_S))

    def close(self) -> None:
        """Closes the connection; the last one to a Milvus Lite file releases it."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                if not self._is_url:
                    _release(self._uri)
            self._client = None
            self._ready.clear()

    def _call(self, step: Callable[[MilvusClient], Got]) -> Got:
        if time.monotonic() < self._away_until:
            raise LibraryError(self._away)
        try:
            return step(self._connected())
        except MilvusException as error:
            if error.code == NO_COLLECTION:
                raise CollectionGone(f"The library milvus:{self.place} was changed meanwhile: ask again.") from None
            is_away = error.code == CONNECT_FAILED or isinstance(error.code, StatusCode)
            raise self._failed(str(error.message), is_away=is_away) from None
        except (RpcError, OSError) as error:
            raise self._failed(getattr(error, "details", lambda: "")() or str(error), is_away=True) from None

    def _failed(self, why: str, *, is_away: bool) -> LibraryError:
        """The error to raise; an unreachable server is not called again for AWAY_S."""
        why = next(iter(why.splitlines()), "no reason given")[:300]
        if not self._is_url:
            return LibraryError(
                f"The library milvus:{self.place} fails ({why}): Milvus Lite serves one process at a time; stop the "
                "other, or run `milvus-lite server` and name its URL."
            )
        message = (
            f"The library milvus:{self.place} fails ({why}): check that Milvus runs there, and BYLINE_MILVUS_TOKEN "
            "where it wants one."
        )
        if is_away:
            self._ready.clear()
            self._away, self._away_until = message, time.monotonic() + AWAY_S
        return LibraryError(message)

    def _connected(self) -> MilvusClient:
        with self._lock:
            if time.monotonic() < self._away_until:  # found by who had the lock before
                raise LibraryError(self._away)
            if self._client is None:
                if not self._is_url:
                    Path(self._uri).parent.mkdir(parents=True, exist_ok=True)
                for name in ("pymilvus", "milvus_lite"):  # they print every error, which is raised as well
                    logging.getLogger(name).setLevel(logging.CRITICAL)
                self._client = MilvusClient(self._uri, token=self._token, timeout=CONNECTING_S, grpc_options=OPTIONS)
                if not self._is_url:
                    with _FILES_LOCK:
                        _FILES[self._uri] += 1
            return self._client


_FILES: Counter[str] = Counter()  # of Milvus Lite, which has one server for each file in a process: their users
_FILES_LOCK = threading.Lock()


def _release(file: str) -> None:
    from milvus_lite import server_manager_instance

    with _FILES_LOCK:
        _FILES[file] -= 1
        if not _FILES[file]:
            server_manager_instance.release_server(file)


class CollectionGone(LibraryError):
    """A collection no longer exists: another process has re-embedded the library."""
