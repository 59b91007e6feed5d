"""Picks the openings of articles on a topic, in the order of their days, for extractive summaries and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.articles import Passage
from rag.language.outlets import outlet_key
from rag.language.sameness import same_stem
from rag.language.words import content_words, pieces
from rag.query import ParsedQuestion

LEADS, LEADS_OF_AN_OUTLET = 5, 3
ON_TOPIC = 0.6  # least share of the topic's content words that an article must have


def leads(asked: ParsedQuestion, pool: Sequence[Passage]) -> list[tuple[int, float]]:
    """Indices of the openings to show, in order, each with the share of the topic's words in its article (0–1).

    `pool` holds openings of articles, best first. For a comparison, each outlet's openings stand together.
    """
    covered = [(place, _covered(asked.text, passage)) for place, passage in enumerate(pool)]
    on_topic = [(place, share) for place, share in covered if share >= ON_TOPIC]
    if not asked.outlets:
        return _by_day(on_topic[:LEADS], pool)
    found: list[tuple[int, float]] = []
    for outlet in map(outlet_key, asked.outlets):
        own = [(place, share) for place, share in on_topic if outlet_key(pool[place].source.outlet or "") == outlet]
        found += _by_day(own[:LEADS_OF_AN_OUTLET], pool)
    return found


def _by_day(found: Sequence[tuple[int, float]], pool: Sequence[Passage]) -> list[tuple[int, float]]:
    return sorted(found, key=lambda one: pool[one[0]].source.published or date.min)


def _covered(topic: str, passage: Passage) -> float:
    """The share of the topic's content words in the article's title and opening."""
    words = [word.lower() for word in content_words(topic)]
    there = [word.lower() for word in pieces(f"{passage.source.title} {passage.text}")]
    return sum(any(same_stem(word, other) for other in there) for word in words) / max(len(words), 1)
