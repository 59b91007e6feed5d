"""Reads QAGS: summary sentences, each judged by several people against its article.

Wang, Cho, Lewis 2020, "Asking and Answering Questions to Evaluate the Factual Consistency of Summaries".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from eval.formats.documents import json_lines, need
from rag.errors import BadInput


@dataclass(frozen=True, slots=True)
class Judged:
    """A statement and its article; `supported` is the majority of the `votes`.

    `cluster` is the same for all statements about one article.
    """

    statement: str
    evidence: str
    votes: tuple[bool, ...]
    supported: bool
    cluster: str


def read_qags(path: Path) -> tuple[Judged, ...]:
    """The judged sentences in a file of JSON Lines. Raises BadInput where the file has another form."""
    return tuple(
        _judged(sentence, str(need(record, "article", str, place)), place)
        for place, record in json_lines(path)
        for sentence in need(record, "summary_sentences", list, place)
    )


def _judged(sentence: dict[str, object], article: str, place: str) -> Judged:
    responses = need(sentence, "responses", list, place)
    votes = tuple(_vote(need(response, "response", str, place), place) for response in responses)
    if not votes:
        raise BadInput(f"{place}: responses: is empty; every sentence needs a vote.", field="responses")
    cluster = hashlib.sha256(article.encode()).hexdigest()[:16]
    return Judged(need(sentence, "sentence", str, place), article, votes, 2 * sum(votes) > len(votes), cluster)


def _vote(response: str, place: str) -> bool:
    word = response.strip().casefold()
    if word not in ("yes", "no"):
        raise BadInput(f"{place}: response: is {response!r}, not yes or no.", field="response")
    return word == "yes"
