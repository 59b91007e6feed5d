"""Runs all searches of a question: its parts, the story that a follow-up continues, or the topic of an overview."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rag.articles import Passage
from rag.query import ParsedQuestion
from rag.retrieval.retriever import Retriever

OVERVIEW_PASSAGES = 40  # retrieved to find the articles of a summary or comparison
STORY_PASSAGES = 2  # retrieved to find the articles behind an earlier answer


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Passages, best first; `story` are the ids of the articles behind earlier answers."""

    passages: tuple[Passage, ...]
    story: frozenset[str] = frozenset()


def texts_to_encode(parsed: ParsedQuestion) -> tuple[str, ...]:
    """The texts whose vectors a search needs: the queries; for a follow-up, earlier answers and its own text too."""
    earlier = parsed.earlier_answers
    return (*parsed.queries, *earlier, *([parsed.text] if earlier else []))


def find_passages(retriever: Retriever, parsed: ParsedQuestion, vectors: np.ndarray) -> Retrieved:
    """Finds the passages for a question; `vectors` (n, d) are those of `texts_to_encode`.

    For a follow-up, half of them come from the articles behind earlier answers.
    """
    question = parsed.question
    filters, as_of = question.filters, question.as_of
    if parsed.form != "question":
        return Retrieved(retriever.search(parsed.text, vectors[0], OVERVIEW_PASSAGES, filters, as_of))
    count = len(parsed.queries)
    passages = retriever.search_each(
        tuple(zip(parsed.queries, vectors, strict=False)), question.passages, filters, as_of
    )
    answers = zip(parsed.earlier_answers, vectors[count:], strict=False)
    behind = [
        one for answer, vector in answers for one in retriever.search(answer, vector, STORY_PASSAGES, filters, as_of)
    ]
    if not behind:
        return Retrieved(passages)
    story = tuple(dict.fromkeys(passage.source.id for passage in behind))
    among = replace(filters, articles=story)
    own = retriever.search(parsed.text, vectors[-1], question.passages // 2, among, as_of)
    known = {(passage.source.id, passage.start) for passage in own}
    others = [one for one in passages if (one.source.id, one.start) not in known]
    return Retrieved((*own, *others)[: question.passages], frozenset(story))
