"""Searches for all that a question asks: each of its parts, the story of a follow-up, the articles on a topic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from rag.articles import Passage
from rag.query import ParsedQuestion
from rag.retrieval.retriever import Retriever

OVERVIEW_PASSAGES = 40  # that are looked up for a summary or a comparison, of which each article gives its opening
STORY = 2  # passages that are looked up to see which articles an earlier answer was told from


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Passages, best first; `story` are the ids of articles that earlier answers were told from."""

    passages: tuple[Passage, ...]
    story: frozenset[str] = frozenset()


def texts_to_encode(parsed: ParsedQuestion) -> tuple[str, ...]:
    """What the search needs the vectors of: queries; of a follow-up, earlier answers and its own words too."""
    earlier = parsed.earlier_answers
    return (*parsed.queries, *earlier, *([parsed.text] if earlier else []))


def find_passages(retriever: Retriever, parsed: ParsedQuestion, vectors: np.ndarray) -> Retrieved:
    """The passages that fit the question; `vectors` (n, d) are those of `texts_to_encode`.

    Of a follow-up, half of them are from the articles that earlier answers were told from.
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
    told = [one for answer, vector in answers for one in retriever.search(answer, vector, STORY, filters, as_of)]
    if not told:
        return Retrieved(passages)
    story = tuple(dict.fromkeys(passage.source.id for passage in told))
    among = replace(filters, articles=story)
    own = retriever.search(parsed.text, vectors[-1], question.passages // 2, among, as_of)
    known = {(passage.source.id, passage.start) for passage in own}
    others = [one for one in passages if (one.source.id, one.start) not in known]
    return Retrieved((*own, *others)[: question.passages], frozenset(story))
