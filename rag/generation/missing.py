"""What keeps a sentence that is like a question from answering it: another year, another owner."""

from __future__ import annotations

import re

from rag.articles import Source
from rag.language.another_subject import is_of_another_owner, is_of_another_year
from rag.query import ParsedQuestion

_ASKS = re.compile(r"\?[”\"’'\s]*$")


def objections(parsed: ParsedQuestion, text: str, source: Source, before: str = "") -> int:
    """How many things keep a sentence of an article from answering; `before` stands before it."""
    question, around = parsed.text, f"{source.title} {before}"
    return sum(
        (
            is_question(text),
            is_of_another_owner(question, text, around),
            is_of_another_year(question, text, around, source.published),
        )
    )


def is_question(sentence: str) -> bool:
    """Whether the sentence is itself a question."""
    return _ASKS.search(sentence) is not None
