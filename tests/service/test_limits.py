"""Limits: requests per minute, concurrent requests, queued questions."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from rag.errors import ConfigError
from rag.settings import Settings, load_settings
from service.limits import KeyLimits
from tests.openai_server import OpenAIServer, Reply
from tests.service.test_http import problem

Serve = Callable[[Settings], AbstractContextManager[str]]
ONE, OTHER = "correct-horse-battery", "another-horse-battery"
QUESTION = {"question": "How much has Iran spent in Syria?"}


def figure(url: str, name: str) -> float:
    """The value of that metric with its labels; 0 if absent."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"{name} ")), 0.0)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # what is waited for happens in the service, which shows it in its figures alone


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_others_are_not_held_up(
    serve: Serve, tmp_path: Path
) -> None:
    keys = f"one:read:{ONE},other:read:{OTHER}"
    with (
        serve(load_settings(library=str(tmp_path), keys=keys, rate_per_minute=3)) as url,
        httpx.Client(base_url=url, timeout=60, headers={"authorization": f"Bearer {ONE}"}) as client,
    ):
        within = [client.post("/v1/search", json={"query": "Iran"}) for _ in range(3)]
        beyond = client.post("/v1/ask", json=QUESTION)
        other = client.get("/v1/articles", headers={"authorization": f"Bearer {OTHER}"})

    assert [one.status_code for one in within] == [200, 200, 200]
    assert within[0].headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert within[0].headers["ratelimit"].startswith('"key";r=2;t=')
    assert 0 < int(beyond.headers["retry-after"]) <= 60
    assert beyond.headers["ratelimit"].startswith('"key";r=0;t=')
    assert "3 requests per minute" in str(problem(beyond, 429)["detail"])
    assert other.status_code == 200


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """A private Redis server; skips if none is installed."""
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server is installed")
    socket = tmp_path / "redis.sock"
    told = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path))
    process = subprocess.Popen(["redis-server", *told], stdout=subprocess.DEVNULL)
    wait_until(socket.exists)
    yield f"redis+unix://{socket}"
    process.terminate()
    process.wait()


def test_replicas_that_share_a_store_count_together(serve: Serve, tmp_path: Path, redis: str) -> None:
    def replica(name: str) -> Settings:
        return load_settings(library=str(tmp_path / name), rate_per_minute=3, rate_store=redis)

    with serve(replica("one")) as one, serve(replica("two")) as two:
        statuses = [httpx.get(f"{url}/v1/articles").status_code for url in (one, two, one, two, one)]

    assert statuses == [200, 200, 200, 429, 429]


def test_a_store_that_is_away_keeps_nobody_from_asking(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = "redis://:a-password@127.0.0.1:9"
    with serve(load_settings(library=str(tmp_path), rate_per_minute=1, rate_store=away)) as url:
        statuses = [httpx.get(f"{url}/v1/articles").status_code for _ in range(2)]

    assert statuses == [200, 200]
    assert "rate limits are off" in caplog.text and "a-password" not in caplog.text


@pytest.mark.parametrize("store", ["nowhere://x", "rates", "redis://host:port"])
def test_a_store_that_is_none_says_how_to_write_one(store: str) -> None:
    with pytest.raises(ConfigError, match="redis://HOST:6379/0"):
        KeyLimits(1, store=store)


def test_without_keys_all_that_ask_count_as_one(serve: Serve, tmp_path: Path) -> None:
    with serve(load_settings(library=str(tmp_path), rate_per_minute=2)) as url:
        statuses = [httpx.get(f"{url}/v1/articles").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


def test_a_key_has_no_more_under_way_than_it_may(serve: Serve, tmp_path: Path) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran spent billions [1].", hang_s=60)]
        settings = load_settings(
            library=str(tmp_path), model="openai/test", api_base=model.url, api_key="none", concurrent_per_key=1
        )
        with serve(settings) as url, ThreadPoolExecutor() as threads:
            first = threads.submit(httpx.post, f"{url}/v1/ask", json=QUESTION, timeout=60)
            wait_until(lambda: bool(model.requests))
            second = httpx.post(f"{url}/v1/search", json={"query": "Iran"})
            model.released.set()
            answered = first.result().status_code
            third = httpx.post(f"{url}/v1/search", json={"query": "Iran"}, timeout=60)

    assert "concurrent requests" in str(problem(second, 429)["detail"]) and second.headers["retry-after"] == "1"
    assert (answered, third.status_code) == (200, 200)


def test_questions_that_wait_for_a_model_do_not_keep_searches_out(serve: Serve, tmp_path: Path) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran spent billions [1].", hang_s=60)]
        settings = load_settings(
            library=str(tmp_path), model="openai/test", api_base=model.url, api_key="none", max_waiting=2,
            max_llm_questions=5,
        )  # fmt: skip
        with serve(settings) as url, ThreadPoolExecutor(8) as threads:
            questions = [
                threads.submit(httpx.post, f"{url}/v1/ask", json={"question": f"Who said it {number}?"}, timeout=60)
                for number in range(5)
            ]
            wait_until(lambda: len(model.requests) == 5)
            searched = httpx.post(f"{url}/v1/search", json={"query": "Iran"}, timeout=60)
            extractive = httpx.post(f"{url}/v1/ask", json=QUESTION | {"mode": "extractive"}, timeout=60)
            one_too_many = httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=60)
            refused = figure(url, 'byline_requests_turned_away_total{reason="busy"}')
            model.released.set()
            statuses = [one.result().status_code for one in questions]

    assert (searched.status_code, extractive.status_code) == (200, 200)
    assert problem(one_too_many, 503) and one_too_many.headers["retry-after"] == "2"
    assert refused == 1
    assert statuses == [200] * 5


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_frees_its_place(serve: Serve, tmp_path: Path, stream: bool) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran spent billions [1].", hang_s=60)]
        settings = load_settings(library=str(tmp_path), model="openai/test", api_base=model.url, api_key="none")
        with serve(settings) as url:
            hung_up = threading.Event()

            def ask_and_leave() -> None:
                with httpx.Client(timeout=60) as client, client.stream(
                    "POST", f"{url}/v1/ask", json=QUESTION | {"stream": stream}
                ) as response:  # fmt: skip
                    next(response.iter_bytes())
                    hung_up.set()

            if stream:
                ask_and_leave()
            else:
                with pytest.raises(httpx.ReadTimeout):
                    httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=httpx.Timeout(60, read=2))

            wait_until(lambda: figure(url, "byline_llm_under_way") == 0)
            still_serves = httpx.get(f"{url}/readyz").status_code

    assert still_serves == 200
    assert hung_up.is_set() == stream


def test_two_requests_of_one_key_in_the_same_moment_are_counted_both(serve: Serve, tmp_path: Path) -> None:
    with (
        serve(load_settings(library=str(tmp_path), rate_per_minute=10)) as url,
        ThreadPoolExecutor(20) as threads,
    ):
        statuses = list(threads.map(lambda _: httpx.get(f"{url}/v1/articles").status_code, range(20)))

    assert statuses.count(200) == 10 and statuses.count(429) == 10
