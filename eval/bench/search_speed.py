"""Times search, start-up and ingest of a library of any size against encoding: `python -m eval.bench.search_speed`.

The library is generated: paragraphs of words with Zipf frequencies, the seeds' words among the frequent ones, and
vectors mixed from those of the seeds' paragraphs, with noise. Queries are the seeds' questions. The baseline is
encoding with torch, by sentence-transformers; all times are taken in turn, in one run. Ingested are the seeds'
paragraphs with their words in random order, so that none is known. `--library DIR` keeps the library for another run.

On a busy machine, quote processor time instead of wall-clock time, with OMP_NUM_THREADS=1: otherwise torch spends
much of it waiting.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from eval.suites import load_suite
from rag.articles import Article, Filters, Paragraph, Source
from rag.embedding import Embedder, load_embedder
from rag.ingestion import read_paths
from rag.language.words import STOP_WORDS, pieces
from rag.library import Library, Scope, open_library
from rag.retrieval import Retriever

SEEDS = Path(__file__).parents[2] / "seeds"
NEAREST = 10  # for recall
NOISE = 0.5  # its length, relative to a unit vector
CHECKED_AT_ONCE = 20_000  # vectors
Times = tuple[float, float]  # wall-clock and processor time, in seconds
START_UP = """
import json, sys, time
from pathlib import Path
begun = time.perf_counter()
from rag.embedding import load_embedder
from rag.library import open_library
from rag.retrieval import Retriever
embedder = load_embedder()
library = open_library(sys.argv[1], embedder)
opened = time.perf_counter()
Retriever(library).search("first", embedder.encode(["first"])[0], 10)
searched = time.perf_counter()
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
memory = [int(status[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")]
print(json.dumps([opened - begun, searched - begun, time.process_time(), *memory]))
"""
PARAGRAPHS_OF_ARTICLE, WORDS_OF_PARAGRAPH = 12, 30  # those that carry meaning
INGESTED_AT_ONCE = 20 * PARAGRAPHS_OF_ARTICLE
VOCABULARY, SEEDS_WORD_EVERY, FLATTENED = 50_000, 5, 100  # the Zipf-Mandelbrot law: 1 / (rank + 100)
FIRST_DAY = date(2020, 1, 1)


class MadeVectors(Embedder):
    """An embedder with the identity of a real one, which mixes its vectors from those of given texts."""

    def __init__(self, one: Embedder, texts: Sequence[str]) -> None:
        super().__init__(one.name, one.place)
        self.dimension = one.dimension
        self._known = one.encode(texts)
        self._rng = np.random.default_rng(0)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        first, second = self._rng.integers(len(self._known), size=(2, len(texts)))
        part = self._rng.uniform(0.0, 0.5, (len(texts), 1)).astype(np.float32)
        mixed = _unit((1 - part) * self._known[first] + part * self._known[second])
        noise = self._rng.standard_normal(mixed.shape, dtype=np.float32) / np.sqrt(self.dimension)
        return _unit(mixed + NOISE * noise)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.search_speed", description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=60_000)
    parser.add_argument("--searches", type=int, default=100)
    parser.add_argument("--ingested", type=int, default=1_000)
    parser.add_argument("--library", type=Path, help="where the library is kept, or was by an earlier run")
    given = parser.parse_args()
    questions = [case.question for case in load_suite("seeds").cases]
    asked = [questions[number % len(questions)] for number in range(given.searches)]
    with tempfile.TemporaryDirectory() as folder:
        _measure_searches(given.library or Path(folder), given.paragraphs, asked)
    print(f"\n{given.ingested:,} paragraphs ingested, by the clock and by the time of the processor")
    times = _ingest_times(given.ingested)
    for name, (clock, processor) in times.items():
        faster = f"{times['torch'][0] / clock:9.2f} {times['torch'][1] / processor:9.2f}"
        print(
            f"{name:15} {given.ingested / clock:9,.0f} {given.ingested / processor:9,.0f} a second   {faster} × torch"
        )


def _measure_searches(folder: Path, paragraphs: int, asked: Sequence[str]) -> None:
    torch, embedder = load_embedder(onnx=False), load_embedder()
    made_library(folder, paragraphs)
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    index, postings = (
        sum(file.stat().st_size for file in folder.glob(f"*{kind}")) / 1e6 for kind in (".faiss", ".postings")
    )
    started = subprocess.run([sys.executable, "-c", START_UP, folder], capture_output=True, text=True, check=True)
    opened, searched, processor, memory, own = json.loads(started.stdout)
    with closing(open_library(folder, embedder)) as library:
        retriever = Retriever(library)
        half = Filters(published_from=FIRST_DAY + timedelta(days=182))
        steps: dict[str, Callable[[str, np.ndarray], object]] = {
            "torch": lambda query, _: torch.encode([query]),
            "encoding": lambda query, _: embedder.encode([query]),
            "vectors": lambda _, vector: library.nearest(vector, 50),
            "words": lambda query, _: library.matching(query, 50),
            "article words": lambda query, _: library.matching_articles(query, 50),
            "vectors, half": lambda _, vector: library.nearest(vector, 50, Scope(half)),
            "search": lambda query, vector: retriever.search(query, vector, 10),
            "encode, search": lambda query, _: retriever.search(query, embedder.encode([query])[0], 10),
            "— in half": lambda query, _: retriever.search(query, embedder.encode([query])[0], 10, half),
        }
        print(f"{paragraphs:,} paragraphs, {len(asked)} searches, median in milliseconds")
        times = _times(steps, asked, embedder)
        print(f"{'':15} {'clock':>9} {'× torch':>9} {'processor':>9} {'× torch':>9}")
        for name, (clock, processor) in times.items():
            print(f"{name:15} {_beside(clock, times['torch'][0])} {_beside(processor, times['torch'][1])}")
        print(f"recall of the {NEAREST} nearest: {_recall(library, folder, embedder.encode(asked[:50])):.4f}")
    print(
        f"start-up: opened after {opened:.2f} s, first search done after {searched:.2f} s "
        f"({processor:.2f} s of the processor), "
        f"{memory:.0f} MB, {own:.0f} MB without mapped files"
    )
    print(f"disk: {size:.0f} MB, of which the index {index:.0f} MB and postings {postings:.0f} MB")


def made_library(folder: Path, paragraphs: int) -> None:
    """Fills the folder's library with generated paragraphs, unless it has some."""
    with closing(open_library(folder, MadeVectors(load_embedder(), seed_paragraphs()))) as library:
        begun = time.perf_counter()
        if not library.count():
            library.add(made_articles(paragraphs))
            print(f"filled in {time.perf_counter() - begun:.1f} s, without encoding")


def _recall(library: Library, folder: Path, queries: np.ndarray) -> float:
    """Recall of the nearest paragraphs, for (n, d) float32 queries."""
    best = [np.zeros(0, np.float32)] * len(queries)
    with closing(sqlite3.connect(folder / "library.sqlite")) as connection:
        rows = connection.execute(
            "SELECT v.vector FROM paragraphs p JOIN vectors v ON v.key = p.vector ORDER BY p.key"
        )
        while part := rows.fetchmany(CHECKED_AT_ONCE):
            scores = queries @ np.frombuffer(b"".join(row[0] for row in part), np.float32).reshape(len(part), -1).T
            best = [np.sort(np.append(one, row))[-NEAREST:] for one, row in zip(best, scores, strict=True)]
    found = [[one.score for one in library.nearest(query, NEAREST)] for query in queries]
    hits: list[int] = [
        sum(score >= true[0] - 1e-3 for score in scores) for scores, true in zip(found, best, strict=True)
    ]
    return float(sum(hits) / sum(len(true) for true in best))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def seed_paragraphs() -> list[str]:
    """The evidence paragraphs of the seeds."""
    articles = [article for article in read_paths([SEEDS]) if isinstance(article, Article)]
    return [article.text[one.start : one.end] for article in articles for one in article.paragraphs if one.evidence]


def _ingest_times(paragraphs: int) -> dict[str, Times]:
    """Seconds to encode that many paragraphs, to ingest them, and to ingest them again."""
    rng = random.Random(0)
    torch, embedder = load_embedder(onnx=False), load_embedder()
    known = [text.split() for text in seed_paragraphs()]
    texts = [" ".join(rng.sample(words, len(words))) for words in rng.choices(known, k=paragraphs)]
    for one in (torch, embedder):
        one.encode(texts[:1])
    times = dict.fromkeys(("torch", "encoding", "ingest", "unchanged"), (0.0, 0.0))
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(folder, embedder)
        for first in range(0, paragraphs, INGESTED_AT_ONCE):
            part = texts[first : first + INGESTED_AT_ONCE]
            starts = range(0, len(part), PARAGRAPHS_OF_ARTICLE)
            articles = [_article(first + start, part[start : start + PARAGRAPHS_OF_ARTICLE]) for start in starts]
            steps: dict[str, Callable[[], object]] = {
                "torch": partial(torch.encode, part),
                "encoding": partial(embedder.encode, part),
                "ingest": partial(library.add, articles),
                "unchanged": partial(library.add, articles),
            }
            for name, step in steps.items():
                clock, processor = _timed(step)
                times[name] = (times[name][0] + clock, times[name][1] + processor)
        library.close()
    return times


def _times(
    steps: dict[str, Callable[[str, np.ndarray], object]], asked: Sequence[str], embedder: Embedder
) -> dict[str, Times]:
    """The median times of each step, warm; each query goes through all steps in turn."""
    taken: dict[str, list[Times]] = {name: [] for name in steps}
    for turn, query in enumerate([asked[0], *asked]):
        vector = embedder.encode([query])[0]
        for name, step in steps.items():
            times = _timed(partial(step, query, vector))
            if turn:
                taken[name].append(times)
    return {name: (median(c for c, _ in times), median(p for _, p in times)) for name, times in taken.items()}


def _timed(step: Callable[[], object]) -> Times:
    clock, processor = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - clock, time.process_time() - processor


def _beside(taken: float, baseline: float) -> str:
    return f"{1000 * taken:9.2f} {taken / baseline:9.2f}"


def made_articles(paragraphs: int) -> Iterator[Article]:
    rng = np.random.default_rng(0)
    vocabulary = _vocabulary()
    shares = np.cumsum(1 / (np.arange(VOCABULARY) + FLATTENED))
    for first in range(0, paragraphs, PARAGRAPHS_OF_ARTICLE):
        count = min(PARAGRAPHS_OF_ARTICLE, paragraphs - first)
        drawn = np.searchsorted(shares, rng.random((count, WORDS_OF_PARAGRAPH)) * shares[-1])
        texts = [" ".join(row) for row in vocabulary[drawn]]
        yield _article(first, texts)


def _article(number: int, texts: Sequence[str]) -> Article:
    ends = np.cumsum([len(text) + 2 for text in texts]) - 2
    spans = tuple(
        Paragraph(place, int(end) - len(text), int(end))
        for place, (text, end) in enumerate(zip(texts, ends, strict=True), start=1)
    )
    source = Source(f"{number:09}", texts[0][:60], f"outlet {number % 20}", None, FIRST_DAY + timedelta(number % 365))
    return Article(source, "\n\n".join(texts), spans)


def _vocabulary() -> np.ndarray:
    """(VOCABULARY,) str, most frequent first: generated words mixed with the seeds' words."""
    texts = [file.read_text("utf-8") for file in sorted(SEEDS.glob("*.txt"))]
    counted = Counter(word.lower() for text in texts for word in pieces(text) if word.lower() not in STOP_WORDS)
    words = np.array([f"word{rank}" for rank in range(VOCABULARY)], dtype=object)
    seeds = [word for word, _ in counted.most_common()]
    words[: len(seeds) * SEEDS_WORD_EVERY : SEEDS_WORD_EVERY] = seeds
    return words


if __name__ == "__main__":
    main()
