"""Loads a running service over HTTP, and reports latencies and failures.

    python -m eval.bench.service_load URL --clients 32 --minutes 5   asks and searches, in turns
    python -m eval.bench.service_load URL --at-once 100              that many questions to a language model at once

The questions are those of a suite, without cached answers. Memory and the event loop's lag come from the service's
/metrics. The encoder's own rate is measured first, in this process, as an upper bound.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from eval.suites import load_suite
from rag.embedding import load_embedder

ENCODER_S = 3.0
BATCH = 32
FIGURES = {"memory_mb": ("process_resident_memory_bytes", 1e-6), "lag_ms": ("byline_event_loop_lag_seconds", 1e3)}
WAIT_S = 300.0
PARTS = 5  # of the run; the service's memory is sampled after each


@dataclass
class Load:
    """The clients' measurements: milliseconds and statuses by route (0: no response)."""

    seconds: float = 0.0
    spent_ms: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[str, Counter[int]] = field(default_factory=dict)

    async def request(self, client: httpx.AsyncClient, route: str, body: dict[str, object]) -> int:
        """Sends a request, and records its time and status."""
        began = time.perf_counter()
        try:
            response = await client.post(route, json=body)
            status, wait = response.status_code, response.headers.get("retry-after", "0")
        except httpx.HTTPError:
            status, wait = 0, "1"
        self.statuses.setdefault(route, Counter())[status] += 1
        if status == 200:
            self.spent_ms.setdefault(route, []).append((time.perf_counter() - began) * 1000)
        elif wait.isdigit():
            await asyncio.sleep(int(wait))
        return status

    def lines(self) -> Iterator[str]:
        """The results of each route."""
        for route, statuses in sorted(self.statuses.items()):
            spent = sorted(self.spent_ms.get(route, [0.0]))
            told = "  ".join(f"p{part} {quantile(spent, part / 100):7.0f} ms" for part in (50, 95, 99))
            rate = f"{len(spent) / self.seconds:6.1f}/s" if self.seconds else ""
            counts = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()))
            yield f"{route:12} {rate}  {told}   statuses {counts}"


def quantile(values: Sequence[float], part: float) -> float:
    """A quantile of sorted values."""
    return values[min(len(values) - 1, int(part * len(values)))]


async def steady(client: httpx.AsyncClient, questions: Sequence[str], clients: int, seconds: float) -> Load:
    """Lets that many clients ask or search without pause."""
    load = Load()
    until = time.monotonic() + seconds

    async def one(number: int) -> None:
        draw = random.Random(number)
        while time.monotonic() < until:
            question = draw.choice(questions)
            if draw.random() < 0.5:
                await load.request(client, "/v1/ask", {"question": question, "mode": "extractive"})
            else:
                await load.request(client, "/v1/search", {"query": question})

    began = time.monotonic()
    await asyncio.gather(*(one(number) for number in range(clients)))
    load.seconds = time.monotonic() - began
    return load


async def searching_while(
    client: httpx.AsyncClient, questions: Sequence[str], doing: Callable[[], Awaitable[object]]
) -> Load:
    """Lets one client search, four times a second, during other work."""
    load = Load()
    other = asyncio.ensure_future(doing())
    began = time.monotonic()
    for question in itertools.cycle(questions):
        await load.request(client, "/v1/search", {"query": question})
        done, _ = await asyncio.wait({other}, timeout=0.25)
        if done:
            break
    await other
    load.seconds = time.monotonic() - began
    return load


async def at_once(client: httpx.AsyncClient, questions: Sequence[str], count: int) -> Load:
    """Sends that many different questions to the language model at the same moment."""
    load = Load()
    began = time.monotonic()
    asked = [f"{question} ({number})" for number, question in zip(range(count), itertools.cycle(questions))]
    await asyncio.gather(*(load.request(client, "/v1/ask", {"question": question}) for question in asked))
    load.seconds = time.monotonic() - began
    return load


async def figures(client: httpx.AsyncClient) -> dict[str, float]:
    """The service's memory and lag, as far as it reports them."""
    try:
        text = (await client.get("/metrics")).text
    except httpx.HTTPError:
        return {}
    told = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#") and " " in line)
    return {name: float(told[key]) * scale for name, (key, scale) in FIGURES.items() if key in told}


def encoder_limits(questions: Sequence[str]) -> tuple[float, float]:
    """The encoder's rate in questions per second: one by one, and in batches."""
    embedder = load_embedder()
    embedder.encode(["warm"])

    def rate(size: int) -> float:
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < ENCODER_S:
            embedder.encode([questions[(done + place) % len(questions)] for place in range(size)])
            done += size
        return done / (time.perf_counter() - began)

    return rate(1), rate(BATCH)


async def run(given: argparse.Namespace, questions: Sequence[str]) -> None:
    """Loads the service and prints the results."""
    headers = {"Cache-Control": "no-cache"} | ({"Authorization": f"Bearer {given.key}"} if given.key else {})
    clients, together = given.clients, given.at_once
    most = httpx.Limits(max_connections=clients + together + 8)
    async with httpx.AsyncClient(base_url=given.url, headers=headers, timeout=WAIT_S, limits=most) as client:
        told = [await figures(client)]
        if together:
            alone = await searching_while(client, questions, lambda: asyncio.sleep(5))
            bursts: list[Load] = []

            async def burst() -> None:
                bursts.append(await at_once(client, questions, together))

            beside = await searching_while(client, questions, burst)
            show("searches before", alone)
            show(f"{together} questions at once", bursts[0])
            show("searches meanwhile", beside)
        else:
            loading = asyncio.ensure_future(steady(client, questions, clients, 60 * given.minutes))
            for _ in range(PARTS - 1):
                await asyncio.wait({loading}, timeout=60 * given.minutes / PARTS)
                told.append(await figures(client))
            show(f"{clients} clients", await loading)
        told.append(await figures(client))
    if all(told):
        memory = " → ".join(f"{one['memory_mb']:.0f}" for one in told)
        print(f"server: memory {memory} MB", end=", ")
        print(f"event loop late by {max(one['lag_ms'] for one in told):.0f} ms at most")


def show(about: str, load: Load) -> None:
    """Prints the results of a load."""
    print(f"{about}, {load.seconds:.1f} s:")
    for line in load.lines():
        print(f"  {line}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="a service that has articles")
    parser.add_argument("--suite", default="seeds", help="whose questions are asked")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--at-once", type=int, default=0, help="questions to a language model in one moment, instead")
    parser.add_argument("--key", help="a key of the service")
    given = parser.parse_args()
    questions = [case.question for case in load_suite(given.suite).cases]
    alone, batched = encoder_limits(questions)
    print(f"encoder alone: {alone:.1f} questions/s one by one, {batched:.1f}/s in batches of {BATCH}")
    asyncio.run(run(given, questions))


if __name__ == "__main__":
    main()
