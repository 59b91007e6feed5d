"""Several workers share an ingest: each article is ingested once, whoever is killed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from rag.articles import Article, IngestReport, Rejected
from rag.errors import BadInput
from rag.library import open_library
from service.manifest import Manifest
from tests.making import Hashing, article

LEASE_S = 2.0
NEWS = [article(f"a{number:03}", f"Report {number}.", "A shared line.") for number in range(300)]

WORKER = """
import json, sys, time
from dataclasses import asdict
from pathlib import Path
from rag.library import open_library
from service.manifest import Manifest
from tests.making import Hashing
from tests.service.test_manifest import LEASE_S, NEWS

folder, hangs = Path(sys.argv[1]), sys.argv[2] == "hangs"
library = open_library(folder / "library", Hashing())

def ingest(batch):
    if hangs:
        print("hanging", flush=True)
        time.sleep(600)
    return library.add(batch)

report = Manifest(folder / "manifest", "here", lease_s=LEASE_S).share(lambda: NEWS, ingest)
print(json.dumps(asdict(report)))
"""


def worker(folder: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WORKER, str(folder), how], stdout=subprocess.PIPE, text=True)


def test_workers_take_every_article_in_once_though_one_is_killed(tmp_path: Path) -> None:
    killed = worker(tmp_path, "hangs")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "hanging\n", "it holds a batch"
    others = [worker(tmp_path, "works") for _ in range(2)]
    killed.kill()
    killed.wait()

    reports = [json.loads(one.communicate(timeout=60)[0]) for one in others]

    assert sum(one["added"] for one in reports) == 300
    assert [one["updated"] + one["unchanged"] for one in reports] == [0, 0]
    with closing(open_library(tmp_path / "library", Hashing())) as library:
        assert library.count() == 300
        assert all(library.get(one.id) == one for one in NEWS[::50])


def test_a_batch_is_held_while_its_worker_lives_however_long_it_takes(tmp_path: Path) -> None:
    alive = worker(tmp_path, "hangs")
    assert alive.stdout is not None
    assert alive.stdout.readline() == "hanging\n"
    other = worker(tmp_path, "works")
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(2 * LEASE_S)
    with closing(sqlite3.connect(tmp_path / "manifest")) as connection:
        assert connection.execute("SELECT sum(done), count(*) FROM batches").fetchone() == (4, 5)
    alive.kill()
    assert json.loads(other.communicate(timeout=60)[0])["added"] == 300
    alive.wait()


def test_what_is_done_is_not_looked_at_again_and_what_changed_is(tmp_path: Path) -> None:
    seen: list[str] = []

    def ingest(batch: object) -> IngestReport:
        batch = list(batch)  # type: ignore[call-overload]
        seen.extend(one.id for one in batch if isinstance(one, Article))
        return IngestReport(added=len(batch))

    def share(news: list[Article | Rejected]) -> IngestReport:
        seen.clear()
        return Manifest(tmp_path / "manifest", "here").share(lambda: news, ingest)

    assert share(list(NEWS)).added == 300
    assert share(list(NEWS)) == IngestReport()
    changed = [*NEWS[:299], article("a299", "Another report."), Rejected(300, "it is empty", "x.txt")]
    share(changed)
    assert seen == [one.id for one in NEWS[256:]]


def test_a_worker_that_fails_gives_its_batch_back_at_once(tmp_path: Path) -> None:
    def fail(batch: object) -> IngestReport:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Manifest(tmp_path / "manifest", "here").share(lambda: NEWS[:1], fail)

    report = Manifest(tmp_path / "manifest", "here").share(lambda: NEWS[:1], lambda batch: IngestReport(added=1))

    assert report.added == 1


def test_a_manifest_of_another_library_or_none_at_all_is_refused(tmp_path: Path) -> None:
    Manifest(tmp_path / "manifest", "here")
    (tmp_path / "other").write_text("no database" * 1000)

    for file, why in (
        ("manifest", "belongs to the library here"),
        ("other", "cannot be used"),
        ("no/x", "cannot be"),
    ):
        with pytest.raises(BadInput, match=why):
            Manifest(tmp_path / file, "there")
