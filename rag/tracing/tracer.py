"""Finds the articles of a library that contain an excerpt: exact matches first, then the earliest published."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rag.articles import Article, Passage, Source, normalize
from rag.embedding import Embedder
from rag.language.sentences import sentence_spans
from rag.language.words import content_words, pieces
from rag.library import Key, Library
from rag.text_fragment import text_link
from rag.tracing.comparison import Comparison, Edit, Excerpt, Kind, compare

SEARCHED_WORDS = 32  # at a time: a word search reads no more
MOST_SEARCHES = 4
MOST_SENTENCES = 8
PARAGRAPHS = 60  # of each search
# Compared are up to 40 articles whose paragraphs share half of the excerpt's words, and at least 6, because a caption
# is in no paragraph that is searched.
MOST_ARTICLES, FEWEST_ARTICLES = 40, 6
AS_GOOD = 0.1  # matches of an altered excerpt whose likeness is further below the best are left out
_KINDS: tuple[Kind, ...] = ("exact", "near", "edited")  # best first


@dataclass(frozen=True, slots=True)
class Match:
    """An article that contains the excerpt: `quote` is `text[start:end]` of the article and begins in `paragraph`.

    `exact`: the same characters. `near`: the same words with other punctuation, case, spelling or white space, or
    with an omission that an ellipsis marks. `edited`: other words; `edits` lists all of them in order.
    """

    source: Source
    paragraph: int
    start: int
    end: int
    quote: str
    kind: Kind
    edits: tuple[Edit, ...]
    likeness: float
    link: str | None


class Tracer:
    """Traces excerpts in one library. Safe to share between threads."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder

    def trace(self, text: str) -> tuple[Match, ...]:
        """The articles that contain the excerpt, with one match in each; none where it is in no article.

        Exact matches come before near and edited ones, among equals the earliest published first. Edited matches are
        left out where there is an exact or near one.
        """
        excerpt = Excerpt.of(normalize(text))
        if not excerpt.tokens:
            return ()
        compared: set[str] = set()
        found = self._matches(excerpt, self._by_words(excerpt), compared)
        return _ranked(found or self._matches(excerpt, self._by_meaning(excerpt), compared))

    def _by_words(self, excerpt: Excerpt) -> list[Key]:
        """Keys of the paragraphs that share words with any part of the excerpt."""
        words = content_words(excerpt.text) or (excerpt.text,)
        parts = [words[place : place + SEARCHED_WORDS] for place in range(0, len(words), SEARCHED_WORDS)]
        step = max(1, -(-len(parts) // MOST_SEARCHES))
        return [one.key for part in parts[::step] for one in self._library.matching(" ".join(part), PARAGRAPHS)]

    def _by_meaning(self, excerpt: Excerpt) -> list[Key]:
        """Keys of the paragraphs nearest by embedding: finds an excerpt with many changed words."""
        spans = sentence_spans(excerpt.text)[:MOST_SENTENCES]
        vectors = self._embedder.encode([excerpt.text[start:end] for start, end in spans])
        return [one.key for vector in vectors for one in self._library.nearest(vector, PARAGRAPHS)]

    def _matches(self, excerpt: Excerpt, keys: Sequence[Key], compared: set[str]) -> list[Match]:
        """Compares the excerpt with the paragraphs' articles, except those already `compared`."""
        passages = self._library.passages(list(dict.fromkeys(keys)))
        found = []
        for article_id in _most_shared(excerpt, passages.values()):
            if article_id in compared:
                continue
            compared.add(article_id)
            article = self._library.get(article_id)
            match = compare(excerpt, article.text) if article else None
            if article and match:
                found.append(_match(article, match))
        return found


def _most_shared(excerpt: Excerpt, passages: Iterable[Passage]) -> list[str]:
    """The ids of the articles to compare, those first whose paragraphs together share most words with the excerpt."""
    wanted = Counter(pieces(excerpt.text.casefold()))
    shared: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for passage in passages:
        shared[passage.source.id] |= wanted & Counter(pieces(passage.text.casefold()))
    counts = {id: words.total() for id, words in shared.items()}
    ranked = sorted(counts, key=lambda id: (-counts[id], id))
    half = sum(2 * count >= wanted.total() for count in counts.values())
    return ranked[: max(FEWEST_ARTICLES, min(half, MOST_ARTICLES))]


def _match(article: Article, found: Comparison) -> Match:
    quote = article.text[found.start : found.end]
    return Match(
        source=article.source,
        paragraph=max((one.number for one in article.paragraphs if one.start <= found.start), default=1),
        start=found.start,
        end=found.end,
        quote=quote,
        kind=found.kind,
        edits=found.edits,
        likeness=round(found.likeness, 4),
        link=text_link(article.source, quote),
    )


def _ranked(matches: Sequence[Match]) -> tuple[Match, ...]:
    unedited = [one for one in matches if one.kind != "edited"]
    best = max((one.likeness for one in matches), default=0.0)
    kept = unedited or [one for one in matches if one.likeness >= best - AS_GOOD]
    return tuple(sorted(kept, key=_order))


def _order(match: Match) -> tuple[int, float, date, str]:
    likeness = match.likeness if match.kind == "edited" else 1.0
    return _KINDS.index(match.kind), -likeness, match.source.published or date.max, match.source.id
