"""The evidence of an answer: passages, their reprints and the paragraph before each, with exact offsets."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from rag.articles import Article, Passage, Span
from rag.retrieval.evidence import Snapshot, gather, gather_openings
from tests.making import article

ONE = article("one", "It rained in Ely.", "The har\u00adbour flooded.", "Nobody died.")
TWO = article("two", "It snowed in Ely.", "The harbour froze.")


def passage(of: Article, number: int, *reprints: Passage) -> Passage:
    one = of.paragraphs[number]
    return Passage(of.source, one.number, one.start, one.end, of.text[one.start : one.end], 0.5, reprints)


def is_any(text: str) -> bool:
    return True


KNOWN = {"one": ONE, "two": TWO}


def test_passages_come_first_then_reprints_then_the_paragraph_before_each() -> None:
    found = gather([passage(ONE, 1, passage(TWO, 1))], KNOWN, is_any)

    assert [(one.source.id, one.paragraph) for one in found.passages] == [
        ("one", 2),
        ("two", 2),
        ("one", 1),
        ("two", 1),
    ]
    assert (found.searched, found.found) == (1, 2)


def test_a_place_in_a_passage_as_it_reads_is_found_in_the_stored_article() -> None:
    found = gather([passage(ONE, 1)], KNOWN, is_any)
    read = found.passages[0]
    assert read.text == "The harbour flooded."

    exact = found.exact(Span(0, read.start, read.start + len("The harbour")))

    assert ONE.text[exact.start : exact.end] == "The har\u00adbour"
    assert found.stored[0].text == "The har\u00adbour flooded."


def test_what_is_not_usable_is_left_out() -> None:
    found = gather([passage(ONE, 1), passage(TWO, 1)], KNOWN, lambda text: "froze" not in text)

    assert not any("froze" in one.text for one in found.passages)
    assert found.searched == 1


def test_widened_evidence_has_the_other_paragraphs_of_its_articles_and_leaves_the_first_as_it_was() -> None:
    found = gather([passage(ONE, 1)], KNOWN, is_any)

    wider = found.widened(is_any)

    assert [one.paragraph for one in wider.passages] == [2, 1, 3]
    assert [one.paragraph for one in found.passages] == [2, 1]
    with pytest.raises(FrozenInstanceError):
        found.found = 3  # type: ignore[misc]


def test_an_overview_rests_on_the_opening_of_each_article() -> None:
    found = gather_openings([passage(TWO, 1), passage(ONE, 2)], KNOWN, is_any)

    assert [one.text for one in found.passages] == ["It snowed in Ely.", "It rained in Ely."]


def test_a_passage_whose_article_changed_meanwhile_is_left_out() -> None:
    snapshot = Snapshot({"two": TWO}.get)

    assert snapshot.kept([passage(ONE, 1), passage(TWO, 1)]) == (passage(TWO, 1),)
    assert snapshot.kept([passage(ONE, 1, passage(TWO, 1))])[0].source.id == "two"
