"""Whatever a writer or an article says, the check survives it: any Unicode, tokenised text, lists, other scripts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import Draft, Passage, Source
from rag.generation.model_output import Sentences
from rag.verification import Checker, Review
from rag.verification.claims import claims, without
from tests.rag.verification.making_passages import ALL, FERRY, passage

WORDS = " ".join(ALL).split()
PARTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([*WORDS, "n't", "n ' t", "(", ")", ";", " – ", ", and ", ", which ", "“", "”", '"', "[1]", "\n"]),
    st.sampled_from(["40%", "$3", "1/2", "3-5", "٣", "Ⅷ", "²", "½", "1e9", "٪", "May 2020", "13/13/1313", "..."]),
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PARTS, max_size=40).map(" ".join), st.lists(PARTS).map("".join))
PASSAGES = st.builds(
    lambda text, title, outlet, start: Passage(
        Source("a", title, outlet, None, None), 1, start, start + len(text), text, 1.0
    ),
    TEXTS, TEXTS, st.one_of(st.none(), TEXTS), st.integers(0, 9),
)  # fmt: skip
DRAFTS = st.builds(Draft, TEXTS, st.lists(st.integers(-2, 4), max_size=4).map(tuple))


@settings(max_examples=100, deadline=None)
@given(DRAFTS, st.lists(PASSAGES, max_size=3))
def test_any_draft_is_examined_against_any_passages(draft: Draft, passages: list[Passage]) -> None:
    examined = Checker().examine(draft, passages)

    assert examined.claims
    for one in examined.claims:
        assert one.reason != "it could not be checked"
        assert 0.0 <= one.score <= 1.0
        assert examined.text[one.claim.start : one.claim.end] or not examined.text
        for span in one.spans:
            there = passages[span.passage]
            assert there.start <= span.start < span.end <= there.end
    shown = Checker().settle(examined)
    assert shown is None or (shown.text.strip() and shown.spans)


@settings(max_examples=50, deadline=None)
@given(st.lists(DRAFTS, max_size=3), st.lists(PASSAGES, max_size=3))
def test_any_drafts_are_reviewed(drafts: list[Draft], passages: list[Passage]) -> None:
    async def run(work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)

    async def review_all() -> Review:
        review = Review(Checker(), None, passages, run)
        for one in drafts:
            assert all(shown.text.strip() and shown.spans for shown in await review.add(one))
        assert await review.close() == []
        return review

    review = asyncio.run(review_all())

    assert review.tally.written == len(drafts)
    assert "\n" not in (review.tally.note() or "")


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_claims_cover_a_sentence_and_none_of_them_overlap(sentence: str) -> None:
    found = claims(sentence)

    assert all(one.text == sentence[one.start : one.end] for one in found)
    ends = [0, *(one.end for one in found)]
    starts = [*(one.start for one in found), len(sentence)]
    between = "".join(sentence[end:start] for end, start in zip(ends, starts, strict=True))
    assert not any(character.isalnum() for character in between)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_what_is_left_of_a_sentence_is_never_empty(sentence: str) -> None:
    removable = [one for one in claims(sentence) if one.removable]

    if removable:
        assert without(sentence, removable).strip(".").strip()


@pytest.mark.parametrize(
    "written",
    [
        "divers recovered 31 bodies within two days .",
        "DIVERS RECOVERED 31 BODIES WITHIN TWO DAYS.",
        "- Divers recovered 31 bodies within two days [1].",
        "3. **Divers** recovered 31 bodies within two days [1].",
        "## What the divers did\\n\\nDivers recovered 31 bodies within two days [1].",
        "> Divers recovered 31 bodies within two days [1].",
        "The article says that divers recovered 31 bodies within two days [1].",
        "According to passage 1, divers recovered 31 bodies within two days.",
    ],
)
def test_a_copy_is_borne_in_whatever_form_it_comes(written: str) -> None:
    sentences = Sentences(1)
    drafts = [*sentences.feed(written.replace("\\n", "\n")), *sentences.close()]

    (examined,) = [Checker().examine(draft, [passage(FERRY)]) for draft in drafts]

    assert [one.verdict for one in examined.claims] == ["borne"]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("The vessel was n't licensed to sail at night .", "The vessel wasn't licensed to sail at night."),
        ("The vessel wasn’t licensed to sail at night.", "the vessel was n ' t licensed to sail at night ."),
        ("They had n't paid the crew of the ferry .", "They hadn't paid the crew of the ferry."),
    ],
)
def test_a_tokenised_denial_is_the_same_denial(source: str, written: str) -> None:
    examined = Checker().examine(Draft(written, (0,)), [passage(source)])

    assert [one.verdict for one in examined.claims] == ["borne"]


def test_a_row_of_a_table_is_a_sentence_and_its_head_is_none() -> None:
    sentences = Sentences(1)
    table = "| what | count |\n|---|---|\n| bodies recovered | 31 [1] |\n| bodies recovered | 40 [1] |\n"

    drafts = [*sentences.feed(table), *sentences.close()]
    verdicts = [Checker().examine(draft, [passage(FERRY)]).claims[0].verdict for draft in drafts]

    assert [draft.text for draft in drafts] == ["bodies recovered: 31", "bodies recovered: 40"]
    assert verdicts[0] != "missing" and verdicts[1] == "missing"


@pytest.mark.parametrize(
    "text",
    [
        "Иран потратил в Сирии более 30 миллиардов долларов.",
        "افتتحت المدينة مكتبة الأرز يوم السبت بعد ترميم استمر 4 سنوات.",
        "市は2020年5月5日に新しい橋を開通させた。",
    ],
)
def test_a_copy_in_another_script_lacks_nothing(text: str) -> None:
    examined = Checker().examine(Draft(text, (0,)), [passage(text)])

    assert "missing" not in [one.verdict for one in examined.claims]
