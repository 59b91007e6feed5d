"""Measures the peak memory of an ingest by its size: `python -m eval.bench.ingest_memory`.

Generated articles are written as JSON Lines and ingested in a process of its own, with generated vectors, since the
model's memory does not depend on the size. Reported are the process's peak while articles are read and stored, and at
the end, after the library's indexes have been written.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from eval.bench.search_speed import PARAGRAPHS_OF_ARTICLE, MadeVectors, made_articles, seed_paragraphs
from rag.embedding import load_embedder
from rag.ingestion import read_paths
from rag.library import open_library


def main(told: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.ingest_memory", description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(told)
    if given.file:
        _ingest(given.file)
        return
    print(f"{'articles':>10} {'paragraphs':>11} {'file':>8} {'while storing':>14} {'at the end':>11}")
    for count in given.articles:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "articles.jsonl"
            paragraphs = _write(file, count)
            command = [sys.executable, "-m", "eval.bench.ingest_memory", "--file", str(file)]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            storing, ended = json.loads(done.stdout)
            size = file.stat().st_size / 1e6
            print(f"{count:10,} {paragraphs:11,} {size:5.0f} MB {storing:11.0f} MB {ended:8.0f} MB", flush=True)


def _write(file: Path, count: int) -> int:
    paragraphs = count * PARAGRAPHS_OF_ARTICLE
    with file.open("w") as opened:
        for one in made_articles(paragraphs):
            source = one.source
            record = {"id": source.id, "title": source.title, "outlet": source.outlet, "text": one.text}
            opened.write(json.dumps(record) + "\n")
    return paragraphs


def _ingest(file: Path) -> None:
    with closing(open_library(file.parent / "library", MadeVectors(load_embedder(), seed_paragraphs()))) as library:
        storing = 0.0

        def stored(_: object) -> None:
            nonlocal storing
            storing = _peak_mb()

        library.add(read_paths([file]), stored)
        print(json.dumps([storing, _peak_mb()]))


def _peak_mb() -> float:
    """The peak memory of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
