"""The service process: it refuses excess load and shuts down gracefully."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from rag.cancellation import Cancelled, check_cancelled
from rag.errors import Busy, ConfigError
from rag.settings import load_settings
from service.app import serve
from service.keys import is_loopback
from service.pool import Pool
from tests.openai_server import OpenAIServer, Reply


def test_a_full_pool_turns_the_next_away_and_then_has_a_place_again() -> None:
    pool = Pool(most_waiting=1)
    with pool.place(), pytest.raises(Busy), pool.place():
        pass
    with pool.place():
        pass
    pool.close()


def test_the_request_that_came_first_goes_first_with_all_its_work() -> None:
    pool = Pool(most_waiting=4, threads=1)
    done: list[str] = []

    async def request(name: str) -> None:
        with pool.place() as run:
            for step in ("searches", "answers"):
                await run(done.append, f"{name} {step}")

    async def scenario() -> None:
        await asyncio.gather(request("one"), request("two"), request("three"))

    asyncio.run(scenario())
    pool.close()
    assert done[:2] == ["one searches", "two searches"]  # which had the thread when "one" was not yet back for more
    assert done.index("one answers") < done.index("three searches")


def test_what_is_short_goes_ahead_of_so_many_and_no_more() -> None:
    pool = Pool(most_waiting=8, threads=1)
    done: list[str] = []

    async def request(name: str, ahead: int = 0) -> None:
        with pool.place(ahead) as run:
            await run(done.append, name)

    async def scenario() -> None:
        await asyncio.gather(request("one"), request("two"), request("three"), request("four"), request("short", 2))

    asyncio.run(scenario())
    pool.close()
    assert done == ["one", "two", "three", "short", "four"]


def test_a_turn_that_is_given_up_goes_to_the_next() -> None:
    pool = Pool(most_waiting=4, threads=1)
    release = threading.Event()

    async def scenario() -> str:
        running = asyncio.create_task(pool.run(release.wait, 10))
        await asyncio.sleep(0)
        given_up = asyncio.create_task(pool.run(str, "never"))
        waiting = asyncio.create_task(pool.run(str, "mine"))
        await asyncio.sleep(0)
        given_up.cancel()
        release.set()
        await running
        return str(await asyncio.wait_for(waiting, 10))

    assert asyncio.run(scenario()) == "mine"
    pool.close()


def test_work_whose_asker_left_counts_until_it_has_stopped() -> None:
    pool = Pool(most_waiting=1, threads=1)
    begun, release, told = threading.Event(), threading.Event(), threading.Event()

    def stubborn() -> None:
        begun.set()
        release.wait(10)
        try:
            check_cancelled()
        except Cancelled:
            told.set()
            raise

    async def request(work: Callable[[], object]) -> None:
        with pool.place() as run:
            await run(work)

    async def scenario() -> None:
        asking = asyncio.create_task(request(stubborn))
        await asyncio.to_thread(begun.wait, 10)
        asking.cancel()
        await asyncio.wait({asking})
        assert pool.under_way == 1
        with pytest.raises(Busy):
            await request(str)
        release.set()
        await pool.run(str)  # which the thread can do once it has stopped
        assert pool.under_way == 0
        await request(str)

    asyncio.run(scenario())
    pool.close()
    assert told.is_set()


def test_work_runs_beside_the_event_loop() -> None:
    pool = Pool(most_waiting=4)
    started, release = threading.Event(), threading.Event()

    def block() -> str:
        started.set()
        release.wait(10)
        return "done"

    async def scenario() -> str:
        running = asyncio.create_task(pool.run(block))
        await asyncio.to_thread(started.wait, 10)
        release.set()  # the loop is free to do this while the work blocks its own thread
        return await running

    assert asyncio.run(scenario()) == "done"
    pool.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_without_keys_no_address_but_loopback_is_served(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError, match="BYLINE_KEYS"):
        serve(load_settings(library=str(tmp_path)), host)


def test_loopback_has_many_names() -> None:
    assert all(is_loopback(host) for host in ("localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"))


def test_a_service_told_to_stop_lets_a_running_question_end(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port", str(port)]
    with OpenAIServer().running() as model:
        model.replies = [Reply("A town was flooded [1].", hang_s=60)]
        environment = os.environ | {"BYLINE_LIBRARY": str(tmp_path), "BYLINE_MODEL": "openai/test"}
        environment["BYLINE_API_BASE"] = model.url
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until(lambda: _status(f"{url}/readyz") == 200)
            article = {"articles": [{"id": "a", "text": "A town was flooded on Monday after days of rain."}]}
            httpx.post(f"{url}/v1/articles", json=article, timeout=60)
            answers: list[int] = []
            ask = {"question": "What happened to the town?"}
            asking = threading.Thread(
                target=lambda: answers.append(httpx.post(f"{url}/v1/ask", json=ask, timeout=60).status_code)
            )
            asking.start()
            _wait_until(lambda: bool(model.requests))  # the question is now with the model
            process.send_signal(signal.SIGTERM)
            _wait_until(lambda: _status(f"{url}/healthz") == 0)  # no new question is let in
            model.released.set()
            asking.join(30)

            assert answers == [200]
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()


def _status(url: str) -> int:
    """The HTTP status of a page; 0 if there is no connection."""
    try:
        return httpx.get(url).status_code
    except httpx.TransportError:
        return 0


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # another process: there is nothing to wait on but what it shows
