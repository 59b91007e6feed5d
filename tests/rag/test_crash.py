"""An ingest killed at any moment keeps every acknowledged article and leaves none half done."""

from __future__ import annotations

import hashlib
import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np

from rag.articles import Article, IngestReport
from rag.library.embedded import EmbeddedLibrary
from tests.making import Hashing, article

KILLS = 20
LONGEST_DELAY_S = 0.1  # about what two batches take
ARTICLES = 600
WORDS = "minister river talks border vote harvest strike court school storm".split()


def report(number: int, edition: int) -> Article:
    """Report `n`: shares a paragraph with its neighbours, and a later edition keeps one of the earlier's."""
    shared = f"Agency paragraph {number // 3} on {WORDS[number % 10]}."
    own = [f"Paragraph {line} of article {number}, edition {edition}, on {WORDS[line % 10]}." for line in range(3)]
    return article(f"a{number:04}", shared, *own, f"Closing of article {number}.", title=f"Report {number}")


REPORTS = [report(number, edition) for edition in (1, 2) for number in range(ARTICLES)]


def main(folder: Path) -> None:
    """Ingests all reports, prints the number of each once acknowledged, and searches in between."""
    library = EmbeddedLibrary(folder, Hashing())
    acknowledged = 0

    def acknowledge(progress: IngestReport) -> None:
        nonlocal acknowledged
        taken_in = progress.added + progress.updated + progress.unchanged
        for place in range(acknowledged, taken_in):
            os.write(1, f"{place}\n".encode())
        acknowledged = taken_in
        library.nearest(np.ones(384, np.float32), 1)  # this writes the cached index

    os.write(1, b"ready\n")
    library.add(REPORTS, acknowledge)


def killed(folder: Path, after: int, then_s: float | None) -> int:
    """Kills an ingest that long after `after` acknowledgements; returns how many reports it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"from tests.rag.test_crash import main, Path; main(Path({str(folder)!r}))"],
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(after + 1)]  # the first says that it is ready
    try:
        process.wait(then_s)
    except subprocess.TimeoutExpired:
        process.kill()
    lines += process.stdout.readlines()
    process.wait()
    return sum(line.endswith(b"\n") for line in lines) - 1


def test_an_ingest_killed_at_any_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    chance = random.Random(seed)

    cut_short = 0
    for kill in range(KILLS):
        folder = tmp_path / str(kill)
        # Evenly over the whole ingest, however fast it runs; then a little longer, into what comes next.
        after = len(REPORTS) * kill // KILLS
        acknowledged = killed(folder, after, chance.uniform(0, LONGEST_DELAY_S))
        cut_short += acknowledged < len(REPORTS)
        is_whole(folder, acknowledged)

    assert cut_short >= KILLS / 2, "the kills came too late to tell anything"


def is_whole(folder: Path, acknowledged: int) -> None:
    """Asserts that acknowledged reports are there, others complete or absent, and the three indexes agree."""
    embedder = Hashing()
    library = EmbeddedLibrary(folder, embedder)
    articles = {source.id: library.get(source.id) for source in library.page(None, ARTICLES)[0]}
    ends = range(acknowledged, len(REPORTS) + 1)
    assert any(articles == {one.id: one for one in REPORTS[:end]} for end in ends)
    texts = {
        (one.id, paragraph.number): one.text[paragraph.start : paragraph.end]
        for one in articles.values()
        if one is not None
        for paragraph in one.paragraphs
    }
    found = library.nearest(np.ones(384, np.float32), 5 * len(texts) + 1)
    passages = library.passages([one.key for one in found])
    assert {(one.source.id, one.paragraph): one.text for one in passages.values()} == texts
    assert len(found) == len(texts)
    for one in found:
        vector = embedder.encode([passages[one.key].text])[0]
        assert abs(float(vector.sum()) - one.score) < 0.01
    library.close()
    if texts:
        agrees(folder / "library.sqlite", texts)


def agrees(file: Path, texts: dict[tuple[str, int], str]) -> None:
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
    keys = {row[0] for row in connection.execute("SELECT key FROM paragraphs WHERE vector IS NOT NULL")}
    assert {row[0] for row in connection.execute("SELECT rowid FROM words")} == keys
    assert len(keys) == len(texts)
    vectors = connection.execute("SELECT hash FROM vectors").fetchall()
    assert {row[0] for row in vectors} == {hashlib.sha256(text.encode()).digest() for text in texts.values()}
    connection.close()
