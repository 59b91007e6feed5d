"""Finds the articles of a library that hold an excerpt: exact matches first, the earliest published of equals."""

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
# Articles that are compared: as many of those whose paragraphs share half of the excerpt's words, and in any case as
# few, for an excerpt of a caption is in no paragraph that is searched.
MOST_ARTICLES, FEWEST_ARTICLES = 40, 6
AS_GOOD = 0.1  # of an altered excerpt's likeness: what is further behind the best is left out
_ORDER_OF_KIND: dict[Kind, int] = {"exact": 0, "near": 1, "edited": 2}


@dataclass(frozen=True, slots=True)
class Match:
    """The place of an excerpt: `quote` is `text[start:end]` of the article; it begins in `paragraph`.

    `exact`: to the character. `near`: the same words, with other marks, case, spelling or white space, or some left
    out where an ellipsis says so. `edited`: other words; `edits` are all of them, in order.
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
        """The articles that hold the excerpt, one place in each; none where it is in no article.

        Exact before near before edited, the earliest published first among equals. Where an article holds the
        excerpt's words, those that only resemble it are left out.
        """
        excerpt = Excerpt.of(normalize(text))
        if not excerpt.tokens:
            return ()
        looked_at: set[str] = set()
        found = self._matches(excerpt, self._by_words(excerpt), looked_at)
        if not found:
            found = self._matches(excerpt, self._by_meaning(excerpt), looked_at)
        return _ranked(found)

    def _by_words(self, excerpt: Excerpt) -> list[Key]:
        """Keys of the paragraphs that share its words, from every part of it."""
        words = content_words(excerpt.text) or (excerpt.text,)
        parts = [words[place : place + SEARCHED_WORDS] for place in range(0, len(words), SEARCHED_WORDS)]
        step = max(1, -(-len(parts) // MOST_SEARCHES))
        return [one.key for part in parts[::step] for one in self._library.matching(" ".join(part), PARAGRAPHS)]

    def _by_meaning(self, excerpt: Excerpt) -> list[Key]:
        """Keys of the paragraphs nearest by embedding, for an excerpt that was changed much."""
        spans = sentence_spans(excerpt.text)[:MOST_SENTENCES]
        vectors = self._embedder.encode([excerpt.text[start:end] for start, end in spans])
        return [one.key for vector in vectors for one in self._library.nearest(vector, PARAGRAPHS)]

    def _matches(self, excerpt: Excerpt, keys: Sequence[Key], looked_at: set[str]) -> list[Match]:
        passages = self._library.passages(list(dict.fromkeys(keys)))
        found = []
        for article_id in _most_shared(excerpt, passages.values()):
            if article_id in looked_at:
                continue
            looked_at.add(article_id)
            article = self._library.get(article_id)
            compared = compare(excerpt, article.text) if article else None
            if article and compared:
                found.append(_match(article, compared))
        return found


def _most_shared(excerpt: Excerpt, passages: Iterable[Passage]) -> list[str]:
    """The ids of the articles to be compared, those first whose paragraphs together share most of the words."""
    wanted = Counter(pieces(excerpt.text.casefold()))
    shared: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for passage in passages:
        shared[passage.source.id] |= wanted & Counter(pieces(passage.text.casefold()))
    counts = {id: words.total() for id, words in shared.items()}
    ranked = sorted(counts, key=lambda id: (-counts[id], id))
    half = sum(2 * count >= wanted.total() for count in counts.values())
    return ranked[: max(FEWEST_ARTICLES, min(half, MOST_ARTICLES))]


def _match(article: Article, compared: Comparison) -> Match:
    quote = article.text[compared.start : compared.end]
    return Match(
        source=article.source,
        paragraph=_paragraph(article, compared.start),
        start=compared.start,
        end=compared.end,
        quote=quote,
        kind=compared.kind,
        edits=compared.edits,
        likeness=round(compared.likeness, 4),
        link=text_link(article.source, quote),
    )


def _paragraph(article: Article, place: int) -> int:
    """The number of the paragraph that holds the place, or of the one before it."""
    return max((one.number for one in article.paragraphs if one.start <= place), default=1)


def _ranked(matches: Sequence[Match]) -> tuple[Match, ...]:
    held = [one for one in matches if one.kind != "edited"]
    best = max((one.likeness for one in matches), default=0.0)
    kept = held or [one for one in matches if one.likeness >= best - AS_GOOD]
    return tuple(sorted(kept, key=_order))


def _order(match: Match) -> tuple[int, float, date, str]:
    return (
        _ORDER_OF_KIND[match.kind],
        -match.likeness if match.kind == "edited" else 0.0,
        match.source.published or date.max,
        match.source.id,
    )
