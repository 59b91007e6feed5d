"""Fuzzes the readers, the language rules and the check, guided by coverage: `python -m eval.bench.fuzz --minutes 10`.

Atheris (libFuzzer) mutates texts and keeps those that reach new branches. An exception ends the run, and the input is
saved to the folder of findings; add it as a test to `tests/rag/test_findings.py`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import atheris

# Only fuzzed code is instrumented for coverage; its data is loaded before.
with atheris.instrument_imports(include=["rag"]):
    from rag.articles import Draft, Passage, Question, Source, Span, normalize
    from rag.conflicts import find_conflicts
    from rag.ingestion import read_record
    from rag.language.dates import dates
    from rag.language.names import names
    from rag.language.quantities import magnitudes, ordinals, quantities
    from rag.language.quotations import quotations
    from rag.language.sentences import sentence_spans
    from rag.marks import without_markers, without_markup
    from rag.plain import folded, plain
    from rag.query import understand
    from rag.tracing import Excerpt, compare
    from rag.verification import Checker, is_addressed

SEEDS = Path(__file__).parents[2] / "seeds"


def main(arguments: Sequence[str] | None = None) -> None:
    """Fuzzes one target, or all in turn, for that many minutes."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=-1, help="texts that are tried; -1: any number")
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="folder for what raises")
    parser.add_argument("--target", choices=sorted(TARGETS), default="all")
    chosen = parser.parse_args(arguments)
    corpus = chosen.findings / "corpus"  # texts that reached new branches
    corpus.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={int(chosen.minutes * 60)}",
        f"-runs={chosen.runs}",
        f"-artifact_prefix={chosen.findings}/",
        "-max_len=600",
        "-timeout=60",
    ]
    target = TARGETS[chosen.target]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(SEEDS)], lambda data: target(_text(data)))
    atheris.Fuzz()


def _text(data: bytes) -> str:
    return normalize(data.decode("utf-8", "replace"))


def read(text: str) -> None:
    """Fuzzes the readers of text and HTML."""
    read_record({"id": "a", "text": text}, 0)
    read_record({"id": "a", "html": f"<article><p>{text}</p></article>"}, 0)


def understood(text: str) -> None:
    """Fuzzes the language rules: sentences, facts, markers, questions."""
    spans = sentence_spans(text)
    if [one for start, end in spans for one in text[start:end] if not one.isspace()] != [*"".join(text.split())]:
        raise AssertionError("a character lies in no sentence, or in two")
    for find in (names, quantities, magnitudes, ordinals):
        for one in find(text):
            if text[one.start : one.end] != one.text:
                raise AssertionError(f"{find.__name__}: not the words at that place")
    dates(text, None)
    quotations(text)
    without_markers(without_markup(text))
    folded(text)
    made = plain(text)
    for place in range(len(made.text)):
        made.span(place, place + 1)
    is_addressed(text)
    if text:
        understand(Question(text))


_CHECKER: list[Checker] = []


def checked(text: str) -> None:
    """Fuzzes the check, the comparison and the trace with the two halves of the text."""
    if not _CHECKER:
        _CHECKER.append(Checker())
    halves = text[: len(text) // 2], text[len(text) // 2 :]
    pool = [Passage(Source(str(n), "A title", "Outlet"), 1, 0, len(one), one, 1.0) for n, one in enumerate(halves)]
    _CHECKER[0].check(Draft(halves[0], (1,)), pool)
    find_conflicts([Span(0, start, end) for start, end in sentence_spans(halves[0])[:2]], pool)
    compare(Excerpt.of(halves[0]), halves[1])


def everything(text: str) -> None:
    read(text)
    understood(text)
    checked(text)


TARGETS: dict[str, Callable[[str], None]] = {
    "all": everything,
    "read": read,
    "language": understood,
    "check": checked,
}

if __name__ == "__main__":
    main()
