"""Times a service over HTTP against encoding its questions with torch in this process, the baseline of the targets.

`python -m eval.bench.service_speed URL` asks and searches the questions of the seeds' suite on a running service that
has the seeds. Without URL, it serves the generated library of `eval.bench.search_speed` itself, and searches it with
one client and with several at once.

The steps of a round follow each other, so that noise affects all alike: quote ratios, not times. On a busy machine,
quote the ratio of processor times, with OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from eval.bench.search_speed import made_library
from eval.suites import load_suite
from rag.embedding import load_embedder

QUESTIONS = 20
BYLINE = (sys.executable, "-c", "from service.cli import main; main()")
BASELINE = "torch encodes"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.service_speed", description=__doc__)
    parser.add_argument("url", nargs="?", help="a service that has read the seeds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cold", type=int, default=3, help="runs of a whole `byline ask`, on the default library")
    parser.add_argument("--paragraphs", type=int, default=60_000, help="without URL: how many are made up")
    parser.add_argument(
        "--library", type=Path, help="without URL: where the library is kept, or was by an earlier run"
    )
    parser.add_argument("--clients", type=int, default=8, help="without URL: that search at once")
    given = parser.parse_args()
    questions = [case.question for case in load_suite("seeds").cases][:QUESTIONS]
    if given.url:
        _time_running(given.url, questions, given.rounds)
        _time_cold(questions[0], given.cold)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = given.library or Path(place) / "library"
        made_library(folder, given.paragraphs)
        with _served(folder, Path(place) / "log") as (url, process):
            print(f"{given.paragraphs:,} paragraphs, {given.rounds * len(questions)} searches")
            _time_searches(url, process, questions * given.rounds, given.clients)


def _time_running(url: str, questions: Sequence[str], rounds: int) -> None:
    embedder = load_embedder(onnx=False)
    with httpx.Client(base_url=url, timeout=120, headers={"Cache-Control": "no-cache"}) as client:
        steps: dict[str, Callable[[str], object]] = {
            BASELINE: lambda text: embedder.encode([text]),
            "POST /v1/search": lambda text: client.post("/v1/search", json={"query": text}).raise_for_status(),
            "POST /v1/ask": lambda text: client.post("/v1/ask", json={"question": text}).raise_for_status(),
        }
        spent: dict[str, list[float]] = {name: [] for name in steps}
        for text in [*questions] * rounds:
            for name, step in steps.items():
                spent[name].append(_ms(lambda step=step, text=text: step(text)))  # type: ignore[misc]
    for name, values in spent.items():
        print(_line(name, values, spent[BASELINE]))


def _time_searches(url: str, process: int, asked: Sequence[str], clients: int) -> None:
    """Times searches by one client, with torch beside, and by several clients; also in processor time."""
    embedder = load_embedder(onnx=False)
    for text in asked[:QUESTIONS]:
        embedder.encode([text])
        _search(url, [text])
    encoding, alone, costs = [], [], [0.0, 0.0]
    for text in asked:
        before, served_before = time.process_time(), _processor_s(process)
        encoding.append(_ms(lambda text=text: embedder.encode([text])))  # type: ignore[misc]
        costs[0] += time.process_time() - before
        alone += _search(url, [text])
        costs[1] += _processor_s(process) - served_before
    print(_line(BASELINE, encoding, encoding))
    print(_line("POST /v1/search", alone, encoding))
    torch, service = (1000 * cost / len(asked) for cost in costs)
    print(f"time of the processor: torch {torch:.1f} ms, the service {service:.1f} ms, {service / torch:.2f} × torch")
    before = _processor_s(process)
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = [[*asked[number % len(asked) :], *asked[: number % len(asked)]] for number in range(clients)]
        together = [ms for part in pool.map(lambda part: _search(url, part), parts) for ms in part]
    seconds = time.perf_counter() - began
    print(_line(f"{clients} at once", together, encoding))
    cost = 1000 * (_processor_s(process) - before) / len(together)
    print(f"{len(together) / seconds:.1f} searches a second, {cost:.1f} ms of the processor each")


def _search(url: str, asked: Sequence[str]) -> list[float]:
    """Milliseconds of each search by one client with a persistent connection."""
    spent = []
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)) as connection:
        connection.connect()
        for text in asked:
            began = time.perf_counter()
            connection.request(
                "POST", "/v1/search", json.dumps({"query": text}), {"Content-Type": "application/json"}
            )
            response = connection.getresponse()
            passages = json.loads(response.read())["passages"]
            spent.append((time.perf_counter() - began) * 1000)
            assert response.status == 200 and passages, "a search found nothing"
    return spent


@contextmanager
def _served(library: Path, log: Path) -> Iterator[tuple[str, int]]:
    """Starts a service of that library; returns its URL and process id once it is ready."""
    with log.open("w") as written:
        process = subprocess.Popen([*BYLINE, "--library", str(library), "serve", "--port", "0"], stderr=written)
    try:
        while not (found := re.search(r"http://[\d.:]+", log.read_text())) or not _is_ready(found[0]):
            if process.poll() is not None:
                raise SystemExit(f"the service ended: {log.read_text()}")
            time.sleep(0.1)
        yield found[0], process.pid
    finally:
        process.terminate()
        process.wait()


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def _processor_s(process: int) -> float:
    """A process's processor time in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _time_cold(question: str, times: int) -> None:
    command = [*BYLINE, "ask", question]
    cold = [_ms(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(times)]
    if cold:
        print(f"{'byline ask, cold':24} median of {times} {statistics.median(cold) / 1000:6.1f} s")


def _line(name: str, values: Sequence[float], baseline: Sequence[float]) -> str:
    p50, p95 = statistics.median(values), sorted(values)[int(0.95 * len(values))]
    return (
        f"{name:24} p50 {p50:8.1f} ms   p95 {p95:8.1f} ms   p50 / encoding {p50 / statistics.median(baseline):6.2f}"
    )


def _ms(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
