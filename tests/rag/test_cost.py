"""Functions that read free text take linear time: their work is counted over texts of 40 repeated pieces."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

import pytest

from eval.bench.hostile_texts import PIECES, repeated
from rag.articles import Question
from rag.ingestion.chunking import paragraphs
from rag.language.dates import dates
from rag.language.names import names
from rag.language.quantities import magnitudes, ordinals, quantities
from rag.language.quotations import quotations
from rag.language.sentences import sentence_spans
from rag.language.words import content_words
from rag.marks import without_markers, without_markup
from rag.plain import folded
from rag.query import understand
from rag.tracing.tokens import tokens
from tests.steps import Steps, counted

CHARACTERS = 160  # and twice as many: enough for a square of them to show, few enough to count every step
MOST_TIMES = 2.5
LONGER = {"paragraphs": 850}  # which are split from 800 characters on
SLACK_STEPS = 2_000  # that do not depend on the length

READERS: dict[str, Callable[[str], object]] = {
    "content words": content_words,
    "dates": lambda text: dates(text, None),
    "folded": folded,
    "magnitudes": magnitudes,
    "markers": without_markers,
    "markup": without_markup,
    "names": names,
    "ordinals": ordinals,
    "paragraphs": paragraphs,
    "quantities": quantities,
    "quotations": quotations,
    "sentences": sentence_spans,
    "tokens": tokens,
    "understand": lambda text: understand(Question(text)),
}


@pytest.fixture(autouse=True)
def _deep() -> Iterator[None]:
    """Raises the recursion limit: the counting matcher recurses once per matched character."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(200_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("reader", READERS)
def test_twice_the_text_is_at_most_two_and_a_half_times_the_work(reader: str) -> None:
    sentence_spans("It loads the model of sentences.")
    slow = []
    length = LONGER.get(reader, CHARACTERS)
    for piece in PIECES:
        once, twice = (_work(READERS[reader], repeated(piece, size)) for size in (length, 2 * length))
        if twice > MOST_TIMES * once + SLACK_STEPS:
            slow.append((piece, once, twice))
    assert not slow


def _work(reader: Callable[[str], object], text: str) -> int:
    steps = Steps()
    with counted(steps):
        reader(text)
    return steps.all


def test_the_count_tells_a_quadratic_expression_from_a_linear_one() -> None:
    unanchored = re.compile(r"[!?]+\s+$")
    window = re.compile(r"[!?]{1,8}\s")

    def times(pattern: re.Pattern[str]) -> float:
        globals()["probed"] = pattern
        counts = []
        for size in (400, 800):
            steps = Steps()
            from tests.steps import _Counting

            _Counting(pattern, steps).search("!" * size)
            counts.append(steps.all)
        return counts[1] / counts[0]

    assert times(unanchored) > 3.5
    assert times(window) < 2.1
