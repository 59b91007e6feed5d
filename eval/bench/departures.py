"""Measures how long a thread keeps computing after its client has disconnected: `python -m eval.bench.departures`.

Questions made of hostile texts are asked over articles made of them, and cancelled at random moments; measured is the
time from the cancellation to the end of the thread's work.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from eval.bench.hostile_texts import PIECES, repeated
from rag.articles import Question
from rag.cancellation import running_with
from rag.desk import Desk
from rag.ingestion import read_record
from rag.settings import load_settings

WORDS = "The council of Marlow approved a budget of 3 million euros on Monday, the mayor said."


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the median, the 95th percentile and the maximum of the times, in milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.departures", description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    draw = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(load_settings(library=str(Path(folder) / "library")))
        texts = (f"{WORDS} {repeated(piece, 2_000)}" for piece in PIECES)
        desk.ingest(read_record({"id": f"{place}", "text": text}, place) for place, text in enumerate(texts))
        desk.warm_up()
        spent = sorted(asyncio.run(_left(desk, draw)) for _ in range(chosen.times))
        desk.close()
    print(
        f"{len(spent)} askers left (seed {chosen.seed}): p50 {spent[len(spent) // 2]:.0f} ms, "
        f"p95 {spent[int(len(spent) * 0.95)]:.0f} ms, longest {spent[-1]:.0f} ms"
    )


async def _left(desk: Desk, draw: random.Random) -> float:
    """Milliseconds from the cancellation until no thread works for the question."""
    working: set[asyncio.Future[object]] = set()
    stops: list[Event] = []

    async def run(function: object, *arguments: object) -> object:
        stop = Event()
        stops.append(stop)
        work = asyncio.get_running_loop().run_in_executor(None, running_with(stop, function, *arguments))  # type: ignore[arg-type]
        working.add(work)
        work.add_done_callback(working.discard)
        return await asyncio.shield(work)

    piece = draw.choice(PIECES)
    question = f"{draw.random()} {repeated(piece, 1_900)} budget of Marlow"[-2_000:]
    asking = asyncio.create_task(desk.running(run).ask(Question(question, mode="extractive", passages=50)))
    await asyncio.sleep(draw.uniform(0.0, 1.5))
    asking.cancel()
    left = time.perf_counter()
    for stop in stops:
        stop.set()
    await asyncio.gather(asking, *working, return_exceptions=True)
    return (time.perf_counter() - left) * 1000


if __name__ == "__main__":
    main()
