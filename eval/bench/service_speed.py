"""Times a running service over HTTP against encoding its questions in this process; run by hand.

`python -m eval.bench.service_speed URL` asks and searches the questions of the seeds' suite in turn, each step of a
round beside the others, so that a noisy machine slows all alike; ratios are to quote, not times. The encoder is
torch's, which all targets are set against.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import httpx

from eval.suites import load_suite
from rag.embedding import load_embedder

QUESTIONS = 20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.service_speed", description=__doc__)
    parser.add_argument("url", help="a service that has read the seeds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cold", type=int, default=3, help="runs of a whole `byline ask`, on the default library")
    given = parser.parse_args()
    questions = [case.question for case in load_suite("seeds").cases][:QUESTIONS]
    embedder = load_embedder(onnx=False)
    with httpx.Client(base_url=given.url, timeout=120, headers={"Cache-Control": "no-cache"}) as client:
        steps: dict[str, Callable[[str], object]] = {
            "encoding the question": lambda text: embedder.encode([text]),
            "POST /v1/search": lambda text: client.post("/v1/search", json={"query": text}).raise_for_status(),
            "POST /v1/ask": lambda text: client.post("/v1/ask", json={"question": text}).raise_for_status(),
        }
        spent: dict[str, list[float]] = {name: [] for name in steps}
        for text in questions * given.rounds:
            for name, step in steps.items():
                spent[name].append(_ms(lambda step=step, text=text: step(text)))  # type: ignore[misc]
    baseline = statistics.median(spent["encoding the question"])
    for name, values in spent.items():
        p50, p95 = statistics.median(values), sorted(values)[int(0.95 * len(values))]
        print(f"{name:24} p50 {p50:8.1f} ms   p95 {p95:8.1f} ms   p50 / encoding {p50 / baseline:6.2f}")
    command = [sys.executable, "-c", "from service.cli import main; main()", "ask", questions[0]]
    cold = [_ms(lambda: subprocess.run(command, check=True, capture_output=True)) for _ in range(given.cold)]
    if cold:
        print(f"{'byline ask, cold':24} median of {given.cold} {statistics.median(cold) / 1000:6.1f} s")


def _ms(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
