"""Compares the answers of a library in a folder and one in Milvus: `python -m eval.bench.same_answers`.

By default, the articles and 60 questions of `seeds`, in a temporary folder and in a temporary Milvus Lite. Exit
status 1 if an answer differs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from eval.cases import Case
from eval.suites import load_suite
from rag.articles import Answer, Passage, Question
from rag.desk import Desk
from rag.embedding import load_embedder
from rag.library import open_library
from rag.library.copying import CarryingEmbedder
from rag.settings import load_settings

PASSAGES = 20
NOISE = 1e-4  # of scores: a folder compares vectors at half precision


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that two desks answer differently, and what differs."""

    question: str
    what: str


def differences(one: Desk, other: Desk, cases: Sequence[Case]) -> Iterator[Difference]:
    """Yields the questions whose answers differ in words, citations or order, or in the passages found."""
    for case in cases:
        question = Question(case.question, case.history, case.filters, case.as_of, mode="extractive")
        answers = [asyncio.run(desk.ask(question)) for desk in (one, other)]
        found = [desk.search(case.question, PASSAGES, case.filters, case.as_of) for desk in (one, other)]
        if what := _in_answers(*answers) or _in_passages(*found):
            yield Difference(case.question, what)


def _in_answers(one: Answer, other: Answer) -> str:
    if one.text != other.text:
        return f"text: {one.text!r} and {other.text!r}"
    if [stated.citations for stated in one.statements] != [stated.citations for stated in other.statements]:
        return "citations of a statement"
    if one.citations != other.citations:
        return "citations"
    return ""


def _in_passages(one: Sequence[Passage], other: Sequence[Passage]) -> str:
    """A different order counts only if scores differ by more than the vectors' rounding."""
    for ours, theirs in zip(one, other, strict=False):
        if abs(ours.score - theirs.score) > NOISE:
            return f"scores: {ours.score:.4f} and {theirs.score:.4f}"
        if (ours.source.id, ours.start) != (theirs.source.id, theirs.start):
            return f"order of passages whose scores differ by {abs(ours.score - theirs.score):.1e}"
    return f"{len(one)} and {len(other)} passages" if len(one) != len(other) else ""


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.same_answers", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("suite", nargs="?", default="seeds")
    parser.add_argument(
        "--library", help="a folder, to which the suite's articles are added (default: a temporary one)"
    )
    parser.add_argument("--other", help="the same in Milvus (default: a temporary Milvus Lite)")
    parser.add_argument("--every", type=int, default=1, help="ask every Nth question")
    given = parser.parse_args(argv)
    suite, embedder = load_suite(given.suite), load_embedder()
    token = load_settings().milvus_token
    with tempfile.TemporaryDirectory(prefix="byline-same-") as made:
        library = open_library(given.library or f"{made}/library", embedder)
        other = open_library(
            given.other or f"milvus:{made}/library.db",
            CarryingEmbedder(embedder, library),
            token=token.get_secret_value() if token else None,
        )
        with closing(Desk(library, embedder)) as one, closing(Desk(other, embedder)) as two:
            library.add(suite.articles)
            other.add(suite.articles)
            cases = suite.cases[:: given.every]
            found = list(differences(one, two, cases))
    for difference in found:
        print(f"{difference.question}\n    {difference.what}")
    print(f"{len(cases) - len(found)} of {len(cases)} questions have the same answer")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
