"""How long searching and ingesting take beside encoding: `python -m eval.search_speed`. A benchmark, run by hand.

The library is made up: random vectors, and paragraphs of words as frequent as in the news, the seeds' words among the
more frequent. Queries are the seeds' questions, encoded by the model that Byline would use; all times are taken in
turn, in one run. What is ingested are the seeds' paragraphs with their words in other orders, so that none is known.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from rag.articles import Article, Filters, Paragraph, Source
from rag.embedding import Embedder, load_embedder
from rag.library import open_library
from rag.reading import read_paths
from rag.retrieval import Retriever
from rag.words import STOP_WORDS, pieces

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTIONS = Path(__file__).parent / "suites" / "seeds" / "questions.jsonl"
PARAGRAPHS_OF_ARTICLE, WORDS_OF_PARAGRAPH = 12, 30  # those that carry meaning
INGESTED_AT_ONCE = 20 * PARAGRAPHS_OF_ARTICLE
VOCABULARY, SEEDS_WORD_EVERY, FLATTENED = 50_000, 5, 100  # Zipf's law as Mandelbrot mended it: 1 / (rank + 100)
FIRST_DAY = date(2020, 1, 1)


class _RandomVectors(Embedder):
    """Says it is the given embedder, so that the library takes its vectors, and draws them at random."""

    def __init__(self, one: Embedder) -> None:
        super().__init__(one.name, one.place)
        self.dimension = one.dimension
        self._rng = np.random.default_rng(0)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        vectors = self._rng.standard_normal((len(texts), self.dimension), dtype=np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=60_000)
    parser.add_argument("--searches", type=int, default=100)
    parser.add_argument("--ingested", type=int, default=1_000)
    arguments = parser.parse_args()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    asked = [questions[number % len(questions)] for number in range(arguments.searches)]
    embedder = load_embedder()
    with tempfile.TemporaryDirectory() as folder:
        open_library(folder, _RandomVectors(embedder)).add(_articles(arguments.paragraphs))
        library = open_library(folder, embedder)
        retriever = Retriever(library)
        half = Filters(published_from=FIRST_DAY + timedelta(days=180))
        steps: dict[str, Callable[[str, np.ndarray], object]] = {
            "encoding": lambda query, _: embedder.encode([query]),
            "vectors": lambda _, vector: library.nearest(vector, 50, None),
            "words": lambda query, _: library.matching(query, 50, None),
            "search": lambda query, vector: retriever.search(query, vector, 10),
            "encode, search": lambda query, _: retriever.search(query, embedder.encode([query])[0], 10),
            "search in half": lambda query, vector: retriever.search(query, vector, 10, half),
        }
        print(f"{arguments.paragraphs:,} paragraphs, {arguments.searches} searches, median in milliseconds")
        times = _times(steps, asked, embedder)
        for name, taken in times.items():
            print(f"{name:15} {1000 * taken:7.2f}   {taken / times['encoding']:5.2f} × encoding")
        library.close()
    print(f"\n{arguments.ingested:,} paragraphs ingested")
    for name, taken in _ingest_times(arguments.ingested, embedder).items():
        print(f"{name:15} {taken:7.2f} s {arguments.ingested / taken:10,.0f} paragraphs a second")


def _ingest_times(paragraphs: int, embedder: Embedder) -> dict[str, float]:
    """How long it takes, in seconds, to encode as many paragraphs, to ingest them, and to ingest them again."""
    rng = random.Random(0)
    known = [
        article.text[one.start : one.end].split()
        for article in read_paths([SEEDS])
        if isinstance(article, Article)
        for one in article.paragraphs
        if one.evidence
    ]
    texts = [" ".join(rng.sample(words, len(words))) for words in rng.choices(known, k=paragraphs)]
    times = dict.fromkeys(("encoding", "ingest", "unchanged"), 0.0)
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(folder, embedder)
        for first in range(0, paragraphs, INGESTED_AT_ONCE):
            part = texts[first : first + INGESTED_AT_ONCE]
            starts = range(0, len(part), PARAGRAPHS_OF_ARTICLE)
            articles = [_article(first + start, part[start : start + PARAGRAPHS_OF_ARTICLE]) for start in starts]
            steps: dict[str, Callable[[], object]] = {
                "encoding": partial(embedder.encode, part),
                "ingest": partial(library.add, articles),
                "unchanged": partial(library.add, articles),
            }
            for name, step in steps.items():
                begun = time.perf_counter()
                step()
                times[name] += time.perf_counter() - begun
        library.close()
    return times


def _times(
    steps: dict[str, Callable[[str, np.ndarray], object]], asked: Sequence[str], embedder: Embedder
) -> dict[str, float]:
    """The median time of each step, in seconds; all are warm, and each query goes through all of them in turn."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for turn, query in enumerate([asked[0], *asked]):
        vector = embedder.encode([query])[0]
        for name, step in steps.items():
            begun = time.perf_counter()
            step(query, vector)
            if turn:
                taken[name].append(time.perf_counter() - begun)
    return {name: median(times) for name, times in taken.items()}


def _articles(paragraphs: int) -> Iterator[Article]:
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
    """(VOCABULARY,) str, the most frequent first: made up, but for the seeds' words here and there."""
    texts = [file.read_text("utf-8") for file in sorted(SEEDS.glob("*.txt"))]
    counted = Counter(word.lower() for text in texts for word in pieces(text) if word.lower() not in STOP_WORDS)
    words = np.array([f"word{rank}" for rank in range(VOCABULARY)], dtype=object)
    seeds = [word for word, _ in counted.most_common()]
    words[: len(seeds) * SEEDS_WORD_EVERY : SEEDS_WORD_EVERY] = seeds
    return words


if __name__ == "__main__":
    main()
