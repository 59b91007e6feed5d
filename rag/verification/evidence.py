"""Selects the fewest sentences of passages that cover the words of a claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from rag.articles import Passage, Span
from rag.language.orders import is_addressed
from rag.language.sentences import sentence_spans
from rag.language.tokens import Tokens, tokens


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage: its span, its text and its tokens."""

    span: Span
    text: str
    tokens: Tokens


def sentences(passages: Sequence[Passage], places: Iterable[int]) -> list[Sentence]:
    """The sentences of the passages at those places, in order; none of a passage that gives orders to a model."""
    return [
        Sentence(Span(place, passages[place].start + start, passages[place].start + end), text, tokens(text))
        for place in places
        if not is_addressed(passages[place].text)
        for start, end, text in _sentences(passages[place].text)
    ]


@lru_cache(maxsize=4_096)
def _sentences(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((start, end, text[start:end]) for start, end in sentence_spans(text))


def covering(claim: Tokens, known: Sequence[Sentence], most: int, enough: float) -> list[Sentence]:
    """The fewest sentences that cover a share `enough` of the claim's words, at most `most`, best first.

    A greedy set cover of the beginnings of words; those that few sentences hold weigh more.
    """
    holders = Counter(stem for one in known for stem in one.tokens.stems)
    wanted = {stem: holders[stem] ** -0.5 for stem in claim.stems if stem in holders}
    least = (1 - enough) * sum(wanted.values())
    chosen: list[Sentence] = []
    while wanted and len(chosen) < most and sum(wanted.values()) > least:
        best = max(known, key=lambda one: fsum(wanted.get(stem, 0.0) for stem in one.tokens.stems))
        chosen.append(best)
        wanted = {stem: weight for stem, weight in wanted.items() if stem not in best.tokens.stems}
    return chosen
