"""Times inputs of maximum size made of hostile texts: `python -m eval.bench.worst_times`.

A question, a query and an excerpt are run on a library whose articles are made of the same text; an article is read
into paragraphs, but not encoded, since that takes the encoder's usual rate.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.bench.hostile_texts import PIECES, repeated
from rag.articles import Question
from rag.desk import Desk
from rag.ingestion import read_record
from rag.settings import load_settings

QUESTION, EXCERPT, ARTICLE, REPEATED = 2_000, 10_000, 2_000_000, 4_000  # characters


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for each text and step, then the slowest of each step."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.worst_times", description=__doc__)
    parser.add_argument("--pieces", type=int, default=len(PIECES), help="how many of the pieces are tried")
    parser.add_argument("--share", type=float, default=1.0, help="of the greatest sizes")
    chosen = parser.parse_args(arguments)
    worst: dict[str, tuple[float, str]] = {}
    for piece in PIECES[: chosen.pieces]:
        for step, seconds in _times(piece, chosen.share):
            print(f"{seconds:8.3f} s  {step:9}{piece!r}", flush=True)
            worst[step] = max(worst.get(step, (0.0, "")), (seconds, repr(piece)))
    print(*(f"slowest {step}: {seconds:.3f} s, {piece}" for step, (seconds, piece) in worst.items()), sep="\n")


def _times(piece: str, share: float) -> list[tuple[str, float]]:
    text = repeated(piece, int(ARTICLE * share))
    times = [("article", _timed(lambda: read_record({"id": "a", "title": "A title", "text": text}, 0)))]
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(load_settings(library=str(Path(folder) / "library")))
        repeats = repeated(piece, REPEATED)
        words = "The council of Marlow approved a budget of 3 million euros on Monday, the mayor said."
        desk.ingest([read_record({"id": f"{n}", "text": f"{words} {repeats}"}, n) for n in range(3)])
        question = repeated(piece, int(QUESTION * share)).strip() or "?"
        asked = Question(f"{question} budget"[-QUESTION:], mode="extractive")
        desk.warm_up()
        times += [
            ("question", _timed(lambda: asyncio.run(desk.ask(asked)))),
            ("answer", _timed(lambda: asyncio.run(desk.ask(Question("What budget did Marlow approve?"))))),
            ("search", _timed(lambda: desk.search(question))),
            ("trace", _timed(lambda: desk.trace(f"{words} {repeated(piece, int(EXCERPT * share))}"[:EXCERPT]))),
        ]
        desk.close()
    return times


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
