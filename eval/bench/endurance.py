"""Continuous ingest and search of one library for minutes: `python -m eval.bench.endurance --minutes 10`.

Two writers, each a process of its own, take articles in by turns; readers in this process search meanwhile. Before it
the same readers search an idle library. At the end every acknowledged article has to be there, and the nearest
paragraph to each of a sample's own words has to be its own.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path
from statistics import median

from eval.bench.search_speed import PARAGRAPHS_OF_ARTICLE, seed_paragraphs
from eval.suites import load_suite
from rag.articles import Article, Paragraph, Source
from rag.embedding import load_embedder
from rag.library import Library, open_library
from rag.retrieval import Retriever

SAMPLE = 50
READ_MORE = "more\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--articles", type=int, default=500, help="what the library holds before")
    parser.add_argument("--writer", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.writer:
        _write(Path(given.writer))
        return
    questions = [case.question for case in load_suite("seeds").cases]
    with tempfile.TemporaryDirectory() as place, closing(open_library(place, load_embedder())) as library:
        library.add(_article("before", number) for number in range(given.articles))
        seconds = 60 * given.minutes
        idle = _search(library, questions, given.readers, lambda: time.sleep(seconds / 10))
        acknowledged: list[str] = []
        busy = _search(library, questions, given.readers, lambda: acknowledged.extend(_ingest(Path(place), seconds)))
        for name, spent in (("idle", idle), ("while ingesting", busy)):
            print(
                f"{name:16} {len(spent):7,} searches   p50 {1000 * median(spent):7.1f} ms   p95 {_p95(spent):7.1f} ms"
            )
        print(f"p95 while ingesting / idle: {_p95(busy) / _p95(idle):.2f}")
        missing = [id for id in acknowledged if library.get(id) is None]
        lost = _not_found(library, acknowledged)
        print(f"{len(acknowledged):,} articles acknowledged, {len(missing)} missing, {lost} of {SAMPLE} not found")
        sys.exit(bool(missing or lost))


def _search(library: Library, questions: Sequence[str], readers: int, meanwhile: Callable[[], object]) -> list[float]:
    """The seconds that each search took while something else was done. An error of any reader is raised."""
    retriever, embedder, done = Retriever(library), load_embedder(), threading.Event()
    embedder.encode(["warm"])

    def read(reader: int) -> list[float]:
        draw, spent = random.Random(reader), []
        while not done.is_set():
            question = draw.choice(questions)
            begun = time.perf_counter()
            retriever.search(question, embedder.encode([question])[0], 10)
            spent.append(time.perf_counter() - begun)
        return spent

    with ThreadPoolExecutor(readers) as pool:
        reading = [pool.submit(read, reader) for reader in range(readers)]
        try:
            meanwhile()
        finally:
            done.set()
        return [seconds for one in reading for seconds in one.result()]


def _ingest(library: Path, seconds: float) -> list[str]:
    """Two writers take in an article each by turns; the ids that they acknowledged."""
    command = [sys.executable, "-m", "eval.bench.endurance", "--writer", str(library)]
    writers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    acknowledged: list[str] = []
    until = time.monotonic() + seconds
    for turn in count():
        if time.monotonic() > until:
            break
        told, heard = writers[turn % 2].stdin, writers[turn % 2].stdout
        assert told is not None and heard is not None
        told.write(READ_MORE)
        told.flush()
        acknowledged.append(heard.readline().strip())
    for writer in writers:
        writer.communicate()
        if writer.returncode:
            raise RuntimeError(f"a writer failed with status {writer.returncode}")
    return acknowledged


def _write(folder: Path) -> None:
    """A writer: one article for each line read, its id printed when it is on the disk."""
    name = f"writer-{time.time_ns()}"
    with closing(open_library(folder, load_embedder())) as library:
        for number, _ in enumerate(sys.stdin):
            article = _article(name, number)
            library.add([article])
            print(article.id, flush=True)


def _article(writer: str, number: int) -> Article:
    """The seeds' words in another order each time."""
    draw = random.Random(f"{writer} {number}")
    texts = [draw.sample(text.split(), len(text.split())) for text in draw.choices(_SEEDS, k=PARAGRAPHS_OF_ARTICLE)]
    spans, text = [], ""
    for place, words in enumerate(texts, start=1):
        start = len(text) + 2 if text else 0
        text = f"{text}\n\n{' '.join(words)}" if text else " ".join(words)
        spans.append(Paragraph(place, start, len(text)))
    return Article(Source(f"{writer}-{number}", f"Report {number}", None, None, None), text, tuple(spans))


def _not_found(library: Library, ids: Sequence[str]) -> int:
    """How many of a sample are not the nearest to their own first paragraph."""
    embedder, lost = load_embedder(), 0
    for id in random.Random(0).sample(ids, min(SAMPLE, len(ids))):
        article = library.get(id)
        if article is None:
            continue
        (vector,) = embedder.encode([article.text[: article.paragraphs[0].end]])
        found = library.nearest(vector, 3)
        passages = library.passages([one.key for one in found])
        lost += id not in {passage.source.id for passage in passages.values()}
    return lost


def _p95(spent: Sequence[float]) -> float:
    return 1000 * sorted(spent)[int(0.95 * len(spent))]


_SEEDS = seed_paragraphs()


if __name__ == "__main__":
    main()
