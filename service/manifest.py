"""A manifest by which several `byline ingest` processes share the work: the batches done, and who works on which.

Every worker reads the same files, which costs little beside embedding, and claims free batches. A claim is a lease
that the worker renews; if the worker is killed, the lease expires and another takes the batch over. A batch is
identified by the hash of its articles, so it is ingested once even if workers restart; changed articles are a new
batch. A batch that two workers ingest, because one was suspended, changes nothing the second time.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Literal

from rag.articles import Article, IngestReport, Rejected
from rag.errors import BadInput

log = logging.getLogger(__name__)

ARTICLES = 64  # in a batch
LEASE_S = 60.0
BUSY_S = 30.0  # longest wait for other workers' claims
Claim = Literal["mine", "done", "held"]
_TABLES = """
CREATE TABLE IF NOT EXISTS library (place TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS batches (hash TEXT PRIMARY KEY, worker TEXT, until REAL, done INTEGER NOT NULL);
"""


class Manifest:
    """One worker's view of a manifest, a SQLite file on a shared disk, created if missing."""

    def __init__(self, file: Path, library: str, *, lease_s: float = LEASE_S) -> None:
        self._file = file
        self._lease_s = lease_s
        self._worker = uuid.uuid4().hex
        try:
            with self._changing() as connection:
                for statement in filter(str.strip, _TABLES.split(";")):
                    connection.execute(statement)
                known = connection.execute("SELECT place FROM library").fetchone()
                if known is None:
                    connection.execute("INSERT INTO library VALUES (?)", (library,))
        except sqlite3.Error as error:
            raise BadInput(f"{file} cannot be used as a manifest ({error}): name another file.") from None
        if known is not None and known[0] != library:
            raise BadInput(f"The manifest {file} belongs to the library {known[0]}: name another file.")

    def share(
        self,
        read: Callable[[], Iterable[Article | Rejected]],
        ingest: Callable[[Iterable[Article | Rejected]], IngestReport],
        on_progress: Callable[[IngestReport], None] | None = None,
    ) -> IngestReport:
        """Ingests the batches of `read()` that no other worker ingests; returns this worker's report.

        Returns when every batch is done, by any worker.
        """
        total = IngestReport()
        while True:
            claims = set()
            for name, batch in _batches(read()):
                claims.add(claim := self._claim(name))
                if claim == "mine":
                    with self._renewing(name):
                        report = ingest(batch)
                    if report.rejected:  # so that a later run reports them again
                        self._until(name, 0.0)
                    else:
                        self._finish(name)
                    total = _sum(total, report)
                    if on_progress is not None:
                        on_progress(total)
            if "held" not in claims:
                return total
            time.sleep(self._lease_s / 4)

    def _claim(self, name: str) -> Claim:
        now = time.time()
        with self._changing() as connection:
            row = connection.execute("SELECT until, done FROM batches WHERE hash = ?", (name,)).fetchone()
            if row is not None and row[1]:
                return "done"
            if row is not None and row[0] > now:
                return "held"
            connection.execute(
                "INSERT OR REPLACE INTO batches VALUES (?, ?, ?, 0)", (name, self._worker, now + self._lease_s)
            )
            return "mine"

    def _finish(self, name: str) -> None:
        with self._changing() as connection:
            connection.execute("UPDATE batches SET done = 1, worker = NULL, until = NULL WHERE hash = ?", (name,))

    @contextmanager
    def _renewing(self, name: str) -> Iterator[None]:
        """Renews the lease during the work on a batch, and releases it on failure."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(self._lease_s / 3):
                try:
                    self._until(name, time.time() + self._lease_s)
                except sqlite3.Error:  # retried before the lease expires
                    log.warning("the lease of a batch could not be renewed")

        renewing = threading.Thread(target=renew, name="lease", daemon=True)
        renewing.start()
        try:
            yield
        except BaseException:
            over.set()
            renewing.join()
            self._until(name, 0.0)
            raise
        finally:
            over.set()
            renewing.join()

    def _until(self, name: str, until: float) -> None:
        with self._changing() as connection:
            mine = (until, name, self._worker)
            connection.execute("UPDATE batches SET until = ? WHERE hash = ? AND worker = ? AND done = 0", mine)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=BUSY_S, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")


def _batches(items: Iterable[Article | Rejected]) -> Iterator[tuple[str, list[Article | Rejected]]]:
    """Splits items into batches, each with the hash of its content."""
    rest = iter(items)
    while batch := list(islice(rest, ARTICLES)):
        parts = [
            f"{one.id} {one.fingerprint}" if isinstance(one, Article) else one.place + one.reason for one in batch
        ]
        yield hashlib.sha256("\0".join(parts).encode()).hexdigest(), batch


def _sum(one: IngestReport, other: IngestReport) -> IngestReport:
    return IngestReport(
        one.added + other.added,
        one.updated + other.updated,
        one.unchanged + other.unchanged,
        (*one.rejected, *other.rejected),
    )
