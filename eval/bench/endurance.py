"""Runs a mixed load on a service for minutes: `python -m eval.bench.endurance --minutes 60`.

Readers ask, search and trace over HTTP, without cached answers, while two writers replace articles in turns: the
library keeps its size, so growing memory is a leak. `--pause` sets the mean time that each client waits between its
requests. Before that, the readers run alone. Reported are errors, articles that differ from their last acknowledged
text, latencies, and the growth of memory, open files and latency: the slope over the run with its 95% interval, and
the first and last quarter. Exit status 1 for errors or lost articles.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

import httpx
import numpy as np
from scipy import stats

from eval.bench.fault_kills import Service
from eval.bench.search_speed import PARAGRAPHS_OF_ARTICLE, seed_paragraphs
from eval.suites import load_suite

IDLE_SHARE = 0.1  # of the time
SAMPLES = 40  # looks at the process
WAIT_S = 120.0


@dataclass
class Load:
    """The clients' measurements: end and duration of each request in seconds, and failures."""

    spent: list[tuple[float, float]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[str, str] = field(default_factory=dict)  # the last text of each article
    posts: int = 0
    process: list[tuple[float, float, float]] = field(default_factory=list)  # time, megabytes, open files


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.endurance", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--articles", type=int, default=500, help="what the library holds")
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between a client's requests, on average")
    given = parser.parse_args()
    seconds = 60 * given.minutes
    with tempfile.TemporaryDirectory() as place:
        service = Service(Path(place))
        try:
            before, idle, busy = Load(), Load(), Load()
            with httpx.Client(base_url=service.url, timeout=WAIT_S) as client:
                for start in range(0, given.articles, 50):
                    numbers = range(start, min(start + 50, given.articles))
                    _post(client, [_record(number, edition=0) for number in numbers], before)
            readers = partial(_read_while, service, readers=given.readers, pause=given.pause)
            readers(idle, meanwhile=lambda: time.sleep(seconds * IDLE_SHARE))
            readers(busy, meanwhile=lambda: _write(service, busy, seconds, given.articles, given.pause))
            wrong = _wrong(service.url, before.acknowledged | busy.acknowledged)
        finally:
            service.kill()
    for name, load in (("idle", idle), ("mixed", busy)):
        told = sorted(seconds for _, seconds in load.spent)
        print(
            f"{name:6} {len(told):7,} requests   p50 {1000 * median(told):7.1f} ms   p95 {1000 * _p95(told):7.1f} ms"
        )
    print(f"p95 mixed / idle: {_p95([s for _, s in busy.spent]) / _p95([s for _, s in idle.spent]):.2f}")
    _grown("latency, ms", [(at, 1000 * seconds) for at, seconds in busy.spent])
    _grown("memory, MB", [(at, megabytes) for at, megabytes, _ in busy.process])
    _grown("open files", [(at, files) for at, _, files in busy.process])
    errors = idle.errors + busy.errors + before.errors
    print(f"{busy.posts:,} posts acknowledged, {wrong} articles wrong or missing; {errors.total()} errors", *errors)
    sys.exit(bool(wrong or errors))


def _read_while(service: Service, load: Load, *, readers: int, pause: float, meanwhile: Callable[[], object]) -> None:
    """Lets readers ask, search and trace during other work."""
    suite = load_suite("seeds")
    questions = [case.question for case in suite.cases]
    done, begun = threading.Event(), time.monotonic()

    def read(reader: int) -> None:
        draw = random.Random(reader)
        with httpx.Client(base_url=service.url, timeout=WAIT_S, headers={"Cache-Control": "no-cache"}) as client:
            while not done.is_set():
                question = draw.choice(questions)
                route, body = draw.choice(
                    [
                        ("/v1/ask", {"question": question, "mode": "extractive"}),
                        ("/v1/search", {"query": question}),
                        ("/v1/trace", {"excerpt": draw.choice(_SEEDS)[:400]}),
                    ]
                )
                _request(client, route, body, load, begun)
                done.wait(draw.expovariate(1 / pause) if pause else 0)

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read, reader) for reader in range(readers)]
        try:
            meanwhile()
        finally:
            done.set()
        for one in reading:
            one.result()


def _request(client: httpx.Client, route: str, body: Mapping[str, object], load: Load, begun: float) -> None:
    start = time.monotonic()
    try:
        status = client.post(route, json=body).status_code
    except httpx.HTTPError as error:
        load.errors[type(error).__name__] += 1
        return
    if status == 200:
        load.spent.append((time.monotonic() - begun, time.monotonic() - start))
    elif status != 503:  # busy, to be retried
        load.errors[f"{route} {status}"] += 1


def _write(service: Service, load: Load, seconds: float, articles: int, pause: float) -> None:
    """Lets two writers replace articles in turns, and samples the process."""
    draw = random.Random(0)
    began = looked = time.monotonic()
    with (
        httpx.Client(base_url=service.url, timeout=WAIT_S) as one,
        httpx.Client(base_url=service.url, timeout=WAIT_S) as other,
    ):
        for turn in count():
            now = time.monotonic()
            if now - began > seconds:
                break
            if not load.process or now - looked > seconds / SAMPLES:
                load.process.append((now - began, *_looked_at(service.process.pid)))
                looked = now
            _post((one, other)[turn % 2], [_record(turn % articles, edition=1 + turn // articles)], load)
            time.sleep(draw.expovariate(2 / pause) if pause else 0)


def _post(client: httpx.Client, records: list[dict[str, str]], load: Load) -> None:
    try:
        reply = client.post("/v1/articles", json={"articles": records})
    except httpx.HTTPError as error:
        load.errors[type(error).__name__] += 1
        return
    if reply.status_code == 200:
        load.posts += 1
        load.acknowledged |= {record["id"]: record["text"] for record in records}
    elif reply.status_code != 503:
        load.errors[f"/v1/articles {reply.status_code}"] += 1


def _looked_at(process: int) -> tuple[float, float]:
    """Megabytes of a process's own memory, and its number of open files."""
    status = Path(f"/proc/{process}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("RssAnon"))
    return int(kilobytes) / 1024, float(sum(1 for _ in Path(f"/proc/{process}/fd").iterdir()))


def _wrong(url: str, acknowledged: Mapping[str, str]) -> int:
    """How many articles are not as they were last acknowledged."""
    with httpx.Client(base_url=url, timeout=WAIT_S) as client:
        return sum(client.get(f"/v1/articles/{id}").json().get("text") != text for id, text in acknowledged.items())


def _grown(what: str, points: Sequence[tuple[float, float]]) -> None:
    """Prints a growth: the slope per minute (least squares, 95%), and the first and last quarter."""
    at, values = np.array(points).T
    first, last = (median(values[part]) for part in (at <= at.max() / 4, at >= at.max() * 3 / 4))
    told = f"{what:12} first quarter {first:8.1f}   last {last:8.1f}"
    if len(points) > 2 and np.ptp(at):
        line = stats.linregress(at / 60, values)
        reach = stats.t.ppf(0.975, len(points) - 2) * line.stderr
        told += f"   {line.slope:+.2f} a minute ({line.slope - reach:+.2f} to {line.slope + reach:+.2f})"
    print(told)


def _record(number: int, *, edition: int) -> dict[str, str]:
    """An article of the seeds' words, in a new order in each edition."""
    draw = random.Random(f"{number} {edition}")
    texts = [draw.sample(text.split(), len(text.split())) for text in draw.choices(_SEEDS, k=PARAGRAPHS_OF_ARTICLE)]
    text = "\n\n".join(" ".join(words) for words in texts)
    return {"id": f"report-{number}", "title": f"Report {number}", "text": text}


def _p95(spent: Sequence[float]) -> float:
    return sorted(spent)[int(0.95 * len(spent))]


_SEEDS = seed_paragraphs()


if __name__ == "__main__":
    main()
