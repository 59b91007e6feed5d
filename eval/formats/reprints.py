"""Finds near duplicates among thousands of articles."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest

from rag.articles import Article
from rag.language.words import pieces

SAME_WORDS = 0.8  # least Jaccard similarity of shingles of two near duplicates
SKETCH = 64  # shingles with the smallest hashes; near duplicates share most of them (Broder 1997)


def near_duplicates(articles: Sequence[Article], of: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """For each id in `of`, the ids of all near duplicates, its own first."""
    texts = {article.id: article.text for article in articles}
    sketches = {id: _sketch(text) for id, text in texts.items()}
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for id, sketch in sketches.items():
        for one in sketch:
            holders[one].append(id)
    return {id: (id, *_alike(id, sketches[id], holders, texts)) for id in dict.fromkeys(of)}


def _alike(id: str, sketch: set[int], holders: Mapping[int, list[str]], texts: Mapping[str, str]) -> list[str]:
    shared = Counter(other for one in sketch for other in holders[one] if other != id)
    own = _shingles(texts[id])
    return [
        other
        for other, count in shared.items()
        if 2 * count >= len(sketch) and _jaccard(own, _shingles(texts[other])) >= SAME_WORDS
    ]


def _sketch(text: str) -> set[int]:
    return set(nsmallest(SKETCH, _shingles(text)))


def _shingles(text: str) -> set[int]:
    """The hashes of a text's shingles of three words; for a shorter text, its own hash."""
    words = pieces(text.casefold())
    runs = zip(words, words[1:], words[2:], strict=False)
    return {zlib.crc32(" ".join(run).encode()) for run in runs} or {zlib.crc32(" ".join(words).encode())}


def _jaccard(one: set[int], other: set[int]) -> float:
    return len(one & other) / len(one | other)
