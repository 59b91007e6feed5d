"""Copies a library into another one, of any kind, and compares the two article by article.

An interrupted copy resumes when it is run again: what the target has is neither embedded nor written again. Vectors
are reused where the source was embedded with the configured model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice, repeat
from typing import Literal

import numpy as np

from rag.articles import Article, IngestReport, Source
from rag.embedding import Embedder
from rag.errors import LibraryError, WrongModel
from rag.library import Library
from rag.library.batches import evidence

What = Literal["missing", "different", "not searchable", "only in the copy"]
AT_ONCE = 50  # articles read and compared together
MISSING: What = "missing"
ONLY: What = "only in the copy"
READERS = 4
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """How an article of the copy differs."""

    article_id: str
    what: What


@dataclass(frozen=True, slots=True)
class Compared:
    """How many articles are equal in both libraries, and how the others differ."""

    same: int
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether the copy has everything that the source has; it may have more."""
        return all(fault.what == "only in the copy" for fault in self.faults)


class CarryingEmbedder(Embedder):
    """An embedder that reuses a library's vectors; `carries` is false where these are of another model."""

    def __init__(self, embedder: Embedder, source: Library) -> None:
        super().__init__(embedder.name, embedder.place)
        self.fingerprint = embedder.fingerprint
        self._embedder = embedder
        self._source = source
        try:
            source.vectors([])
            self.carries = True
        except WrongModel:
            self.carries = False

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return self._embedder.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(n, d) float32, in the order of the texts."""
        known = self._source.vectors(texts) if self.carries else {}
        missing = [text for text in texts if text not in known]
        if missing:
            known |= dict(zip(missing, self._embedder.encode(missing), strict=True))
        return np.stack([known[text] for text in texts]) if texts else self._embedder.encode([])


def copy(source: Library, target: Library, on_progress: Progress | None = None) -> IngestReport:
    """Adds every article of the source to the target. Raises LibraryError (also at a damaged article), WrongModel."""
    total = source.count()

    def tell(report: IngestReport) -> None:
        if on_progress is not None:
            done = report.added + report.updated + report.unchanged
            on_progress(done, max(done, total))

    return target.add(_articles(source, source.get), tell)


def compare(
    source: Library, target: Library, *, same_vectors: bool = True, on_progress: Progress | None = None
) -> Compared:
    """Reads every article of both libraries and compares their hashes.

    With `same_vectors`, paragraphs must have equal vectors; otherwise the target's need only have some.
    """
    faults: list[Fault] = []
    same = done = 0
    total = source.count()
    pairs = _pairs(_articles(source, source.get), _articles(target, lambda id: _read(target, id)))
    while some := tuple(islice(pairs, AT_ONCE)):
        equal = [one for one, other in some if one and other and one.fingerprint == other.fingerprint]
        unsearchable = _unsearchable(equal, source if same_vectors else None, target)
        for one, other in some:
            if one is None or other is None:
                article, what = (other, ONLY) if one is None else (one, MISSING)
                assert article is not None
                faults.append(Fault(article.id, what))
            elif one.fingerprint != other.fingerprint:
                faults.append(Fault(one.id, "different"))
            elif one.id in unsearchable:
                faults.append(Fault(one.id, "not searchable"))
            else:
                same += 1
            done += one is not None
        if on_progress is not None:
            on_progress(done, max(done, total))
    return Compared(same, tuple(faults))


def _pairs(ours: Iterator[Article], theirs: Iterator[Article]) -> Iterator[tuple[Article | None, Article | None]]:
    """Pairs articles with the same id, in the order of ids; None for a missing one."""
    sides = (zip(repeat(side), articles, strict=False) for side, articles in enumerate((ours, theirs)))

    def place(one: tuple[int, Article]) -> bytes:
        return one[1].id.encode()

    for _, same in groupby(merge(*sides, key=place), key=place):
        found = dict(same)
        yield found.get(0), found.get(1)


def _articles(library: Library, read: Callable[[str], Article | None]) -> Iterator[Article]:
    """All articles in the order of their ids."""
    cursor = None
    with ThreadPoolExecutor(READERS) as pool:
        while True:
            sources, cursor = library.page(cursor, AT_ONCE)
            for article in pool.map(read, [source.id for source in sources]):
                if article is not None:  # not removed meanwhile
                    yield article
            if cursor is None:
                return


def _read(library: Library, article_id: str) -> Article | None:
    """The article; an empty one with that id where it is damaged, so that it compares as different."""
    try:
        return library.get(article_id)
    except (LibraryError, ValueError, LookupError):
        return Article(Source(article_id, ""), "", ())


def _unsearchable(articles: Sequence[Article], source: Library | None, target: Library) -> set[str]:
    """Ids of articles with a paragraph whose vector is missing in the target, or differs from the source's."""
    texts = list(dict.fromkeys(text for one in articles for text in evidence(one)))
    there = target.vectors(texts)
    here = source.vectors(texts) if source is not None else there
    bad = {
        text for text in texts if text not in there or not np.array_equal(here.get(text, there[text]), there[text])
    }
    return {one.id for one in articles if not bad.isdisjoint(evidence(one))}
