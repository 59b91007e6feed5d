"""Every function that reads free text accepts any text: none raises, and every offset is exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.bench.hostile_texts import PIECES, repeated
from rag.articles import Article, Checked, Draft, Paragraph, Passage, Question, Source, Span, Turn, normalize
from rag.attribution import SourceSentence, find_origins
from rag.conflicts import find_conflicts
from rag.embedding import Embedder
from rag.ingestion import read_record
from rag.ingestion.chunking import paragraphs
from rag.language.dates import dates
from rag.language.names import names
from rag.language.orders import is_addressed
from rag.language.quantities import magnitudes, ordinals, quantities
from rag.language.quotations import quotations
from rag.language.sentences import sentence_spans
from rag.marks import without_markers, without_markup
from rag.plain import folded, plain
from rag.query import understand
from rag.retrieval.evidence import gather
from rag.tracing import Excerpt, compare
from rag.tracing.tokens import tokens
from rag.verification import Checker

SEEDS = [file.read_text("utf-8") for file in sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))]
SENTENCES = [text[start:end] for text in SEEDS for start, end in sentence_spans(text)]
STRANGE = (*"\u00ad \u200b n't ’ “ ” ( [1] 0 ¼ ² \u0660 İ ß \ud800 \x00 !!!!".split(" "), "\n\n")


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    """Mutates a real sentence: drops, doubles, recases or inserts pieces."""
    words = draw(st.sampled_from(SENTENCES)).split(" ")
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, max(0, len(words) - 1)))
        change = draw(st.sampled_from(("out", "double", "upper", "lower", "strange", "split")))
        if change == "out":
            words[place : place + 1] = []
        elif change == "double":
            words[place:place] = words[max(0, place - 3) : place]
        elif words:
            word = words[place]
            middle = len(word) // 2
            strange = draw(st.sampled_from(STRANGE))
            words[place] = {
                "upper": word.upper(), "lower": word.lower(), "split": f"{word[:middle]} {word[middle:]}",
            }.get(change, f"{word[:middle]}{strange}{word[middle:]}")  # fmt: skip
    return " ".join(words)


TEXTS = st.one_of(
    st.text(max_size=300),
    _mutated(),
    st.lists(_mutated(), max_size=3).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.builds(repeated, st.sampled_from(PIECES), st.integers(1, 300)),
).map(normalize)
patient = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))

Spans = Iterator[tuple[int, int, str | None]]


def _spans(found: object) -> Spans:
    for one in found:  # type: ignore[attr-defined]
        yield one.start, one.end, getattr(one, "text", None)


@pytest.mark.parametrize(
    "find",
    [
        names, quantities, magnitudes, ordinals, tokens, paragraphs, lambda text: dates(text, None),
    ],
)  # fmt: skip
@given(text=TEXTS)
@patient
def test_what_is_found_lies_in_the_text_in_order(find: Callable[[str], object], text: str) -> None:
    before = 0
    for start, end, said in _spans(find(text)):
        assert 0 <= start < end <= len(text)
        assert start >= before or said is not None  # quantities may share what they count
        before = start
        if said is not None and find in (names, quantities, magnitudes, ordinals):
            assert text[start:end] == said


@given(text=TEXTS)
@patient
def test_every_character_lies_in_one_sentence(text: str) -> None:
    spans = sentence_spans(text)

    assert spans == sorted(spans)
    covered = {place for start, end in spans for place in range(start, end)}
    assert sum(end - start for start, end in spans) == len(covered)
    assert all(place in covered for place, one in enumerate(text) if not one.isspace())


@given(text=TEXTS)
@patient
def test_reading_a_text_never_fails(text: str) -> None:
    is_addressed(text)
    quotations(text)
    folded(text)
    without_markers(without_markup(text))
    understand(Question(text or "?", (Turn("user", text), Turn("assistant", text))))
    read_record({"id": "a", "title": text, "text": text}, 0)


def _pool(*texts: str) -> list[Passage]:
    return [Passage(Source(str(n), "A title", "Outlet"), 1, 0, len(text), text, 1.0) for n, text in enumerate(texts)]


@given(one=TEXTS, other=TEXTS, draft=TEXTS)
@settings(patient, max_examples=8)
def test_checking_a_draft_never_fails(embedder: Embedder, one: str, other: str, draft: str) -> None:
    pool = _pool(one, other)
    spans = tuple(Span(0, start, end) for start, end in sentence_spans(one)[:1])

    for checked in (Draft(draft, (0, 1)), Draft(draft, (0,), spans), Draft(one, (1, 5, -1))):
        found = Checker().check(checked, pool)
        if isinstance(found, Checked):
            assert all(0 <= span.start <= span.end <= pool[span.passage].end for span in found.spans)


@given(one=TEXTS, other=TEXTS)
@patient
def test_comparing_two_texts_never_fails(one: str, other: str) -> None:
    pool = _pool(one, other)

    for passage in pool:
        article = Article(passage.source, passage.text, (Paragraph(1, 0, len(passage.text)),))
        (made,) = gather([passage], {article.id: article}, lambda text: True).passages
        assert made.text == plain(passage.text).text
    find_conflicts([Span(0, start, end) for start, end in sentence_spans(one)[:2]], pool)
    compare(Excerpt.of(one), other)
    spans = sentence_spans(one)
    find_origins([SourceSentence(pool[0].source, one, start, end, 0, len(one)) for start, end in spans[:3]])
