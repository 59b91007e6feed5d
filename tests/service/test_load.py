"""The service process under load: every request is answered, and every log line is JSON."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from eval.stand_in import StandIn
from tests.service.conftest import SEEDS
from tests.service.test_limits import wait_until

BYLINE = [sys.executable, "-c", "from service.cli import main; main()"]


@contextmanager
def served(library: Path, log: Path, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Starts a service process over the seeds; yields its URL once ready, and the process."""
    settings = os.environ | {"BYLINE_LIBRARY": str(library), **environment}
    subprocess.run([*BYLINE, "ingest", str(SEEDS)], env=settings, check=True, capture_output=True)
    with log.open("wb") as written:
        process = subprocess.Popen([*BYLINE, "serve", "--port", "0"], env=settings, stderr=written)
        try:
            wait_until(lambda: bool(re.search(r"http://[\d.:]+", log.read_text())))
            url = re.findall(r"http://[\d.:]+", log.read_text())[0]
            wait_until(lambda: status(f"{url}/readyz") == 200)
            yield url, process
        finally:
            process.kill()
            process.wait()


def status(url: str) -> int:
    try:
        return httpx.get(url).status_code
    except httpx.TransportError:
        return 0


def load(url: str, *options: str, module: str = "service_load") -> str:
    command = [sys.executable, "-m", f"eval.bench.{module}", url, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_clients_that_ask_and_search_without_pause_are_all_answered(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with served(tmp_path / "library", log, BYLINE_LOG_FORMAT="json") as (url, process):
        told = load(url, "--clients", "8", "--minutes", "0.05")
        beside = load(url, "--rounds", "1", "--cold", "0", module="service_speed")
        process.send_signal(signal.SIGTERM)
        ended = process.wait(60)

    assert ended == 0
    assert re.search(r"POST /v1/search +p50 .* p50 / encoding +[\d.]+", beside)
    assert set(re.findall(r"/v1/\w+ .*statuses (.*)", told)) == set(re.findall(r"200: [\d,]+$", told, re.MULTILINE))
    assert re.search(r"memory \d+( → \d+)+ MB", told)
    lines = [json.loads(line) for line in log.read_text().splitlines()[1:]]
    routes = {line.get("route") for line in lines}
    assert {"/v1/ask", "/v1/search"} <= routes and not any(line["logger"] == "uvicorn.access" for line in lines)


@pytest.mark.timeout(300)
def test_many_questions_to_a_slow_model_run_at_once_and_searches_go_on(tmp_path: Path) -> None:
    with StandIn(0, delay_s=1.0) as model:
        from threading import Thread

        Thread(target=model.serve_forever, daemon=True).start()
        settings = {
            "BYLINE_MODEL": "openai/stand-in",
            "BYLINE_API_BASE": f"http://127.0.0.1:{model.server_address[1]}/v1",
            "BYLINE_API_KEY": "none",
        }
        with served(tmp_path / "library", tmp_path / "log", **settings) as (url, _):
            told = load(url, "--at-once", "40")
        model.shutdown()

    assert re.search(r"/v1/ask .*statuses 200: 40$", told, re.MULTILINE)
    assert re.search(r"searches meanwhile, .*\n +/v1/search .*statuses 200: \d+$", told, re.MULTILINE)
