"""A Milvus server that goes away while a library is in use, and comes back: nothing is lost, nothing restarted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import numpy as np
import pytest

from eval.bench.fault_proxy import Proxy
from eval.bench.fault_store import MilvusServer, milvus_server
from rag.errors import LibraryError
from rag.library import Library, open_library
from tests.making import Hashing, article

TOKEN = "root:a-secret"
NEWS = [article(f"a{number}", f"Report {number}.", "A line that stays.") for number in range(9)]
CHANGED = [article(f"a{number}", f"New report {number}.") for number in range(9)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with milvus_server(tmp_path_factory.mktemp("milvus") / "data") as server:
        yield server


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("CONNECTING_S", 0.5), ("READING_S", 1.0), ("WRITING_S", 1.0), ("AWAY_S", 0.5)):
        monkeypatch.setattr(f"rag.library.milvus.client.{name}", seconds)


@pytest.fixture
def proxy(server: MilvusServer) -> Iterator[Proxy]:
    with Proxy(server.port) as proxy:
        yield proxy


@pytest.fixture
def library(proxy: Proxy) -> Iterator[Library]:
    with closing(open_library(f"milvus:http://127.0.0.1:{proxy.port}", Hashing(), token=TOKEN)) as library:
        library.add(NEWS)
        yield library


def in_time(step: Callable[[], object], seconds: float = 15.0) -> None:
    """Try until it succeeds."""
    until = time.monotonic() + seconds
    while True:
        try:
            step()
            return
        except LibraryError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.mark.parametrize("fault", ["refused", "reset", "silent"])
def test_a_server_that_goes_away_is_told_of_and_is_used_again_when_it_is_back(
    proxy: Proxy, library: Library, fault: str
) -> None:
    proxy.fail(fault)
    for step in (library.count, lambda: library.add(CHANGED), library.check, library.newest_day):
        with pytest.raises(LibraryError, match="check that Milvus runs there") as told:
            step()
        assert TOKEN not in str(told.value)
    proxy.mend()

    in_time(lambda: library.add(CHANGED))

    assert library.count() == 9
    assert [library.get(one.id) for one in CHANGED] == CHANGED
    assert len(library.nearest(np.ones(384, np.float32), 20)) == 9, "nothing is there twice"
    library.add(NEWS)


def test_nobody_queues_for_a_server_that_gave_no_answer(
    proxy: Proxy, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.milvus.client.AWAY_S", 60.0)
    proxy.fail("silent")
    with pytest.raises(LibraryError):
        library.count()
    began = time.monotonic()

    for _ in range(20):
        with pytest.raises(LibraryError):
            library.matching("report", 5)
    assert time.monotonic() - began < 0.5

    proxy.mend()
    in_time(library.check)  # which asks again, whatever was found before
    assert library.count() == 9


def test_a_server_that_was_killed_has_what_it_acknowledged(
    server: MilvusServer, proxy: Proxy, library: Library
) -> None:
    server.kill()
    with pytest.raises(LibraryError, match="check that Milvus runs there"):
        library.count()
    server.start()

    in_time(library.count)

    assert [library.get(one.id) for one in NEWS] == NEWS
    assert len(library.nearest(np.ones(384, np.float32), 20)) == 18
    assert library.matching("report 3", 1)
