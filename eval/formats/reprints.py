"""Finds articles that are nearly the same among thousands."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from rag.articles import Article
from rag.language.words import pieces

SAME_WORDS = 0.8  # Jaccard similarity of runs of three words, from which on two articles are one report
SKETCH = 64  # of an article's runs, those of the smallest hash; alike articles share most of them (Broder 1997)


def near_duplicates(articles: Sequence[Article], of: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each id in `of`, the ids of all articles that are nearly the same, its own first."""
    texts = {article.id: article.text for article in articles}
    sketches = {id: _sketch(text) for id, text in texts.items()}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for id, sketch in sketches.items():
        for one in sketch:
            holders[one].append(id)
    return {id: (id, *_alike(id, sketches[id], holders, texts)) for id in dict.fromkeys(of)}


def _alike(id: str, sketch: set[int], holders: Mapping[int, list[str]], texts: Mapping[str, str]) -> list[str]:
    shared = Counter(other for one in sketch for other in holders[one] if other != id)
    own = _runs(texts[id])
    return [
        other
        for other, count in shared.items()
        if 2 * count >= len(sketch) and _jaccard(own, _runs(texts[other])) >= SAME_WORDS
    ]


def _sketch(text: str) -> set[int]:
    return set(nsmallest(SKETCH, _runs(text)))


def _runs(text: str) -> set[int]:
    """The hashes of a text's runs of three words; of a shorter text, its own."""
    words = pieces(text.casefold())
    runs = zip(words, words[1:], words[2:], strict=False)
    return {zlib.crc32(" ".join(run).encode()) for run in runs} or {zlib.crc32(" ".join(words).encode())}


def _jaccard(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other)
