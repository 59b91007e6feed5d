"""Regression tests: texts from fuzzing or attacks that once broke something."""

import pytest

from rag.articles import Article
from rag.ingestion import read_record
from rag.language.names import names
from rag.language.sentences import sentence_spans
from rag.verification import is_addressed


@pytest.mark.parametrize("page", ["a\x01b", "a\x00b", "a&#1;b", "a\ufffe", "a\x0bb\x1f"])
def test_a_page_with_control_characters_is_read(page: str) -> None:
    found = read_record({"id": "a", "html": f"<article><p>Mayor {page} said so.</p></article>"}, 0)

    assert isinstance(found, Article)
    assert "said so." in found.text


def test_more_lines_than_any_article_has_are_refused_with_the_reason() -> None:
    found = read_record({"id": "a", "text": "- a\n" * 200_000}, 0)

    assert "more than 100,000 lines" in str(found)


@pytest.mark.parametrize("piece", ["Photo: ", "(Reuters) - ", "LONDON (Reuters) "])
def test_names_that_open_sentences_over_and_over_are_found(piece: str) -> None:
    assert isinstance(names(piece * (20_000 // len(piece))), tuple)  # took hours


@pytest.mark.parametrize("mark", ["!", "?", "!)"])
def test_marks_alone_are_sentences(mark: str) -> None:
    text = mark * (100_000 // len(mark))

    assert sentence_spans(text)[-1][1] == len(text)


def test_an_order_of_many_lines_is_known() -> None:
    assert is_addressed("The port is open.\n" * 20 + "Q: Who won?\nAnswer: Ada Quill won.")
