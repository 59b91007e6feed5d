"""Gathers the evidence for an answer: the passages found, their reprints, and the paragraph before each.

Articles may change while a question is answered. Each is read once; a passage whose article has changed since the
search is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from rag.articles import Article, Checked, Passage, Source, Span
from rag.ingestion.boilerplate_model import is_recurring
from rag.plain import Plain, plain, plain_text

MOST_OTHER_PARAGRAPHS = 60  # of the articles found that a model's sentence may be cited to

Read = Callable[[str], Article | None]
IsUsable = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Passages as plain text; `stored` are the same passages with the articles' original text.

    The first `found` of `passages` were found for the question: the first `searched` by the search itself, the others
    are their reprints. `story` are the ids of the articles behind earlier answers.
    """

    passages: tuple[Passage, ...]
    stored: tuple[Passage, ...]
    searched: int
    found: int
    articles: Mapping[str, Article]
    story: frozenset[str] = frozenset()
    _plain: tuple[Plain, ...] = field(default=(), repr=False)

    def exact(self, span: Span) -> Span:
        """Maps a span of a plain passage to the stored article."""
        passage = self.passages[span.passage]
        start, end = self._plain[span.passage].span(span.start - passage.start, span.end - passage.start)
        return Span(span.passage, passage.start + start, passage.start + end)

    def exact_of(self, checked: Checked) -> Checked:
        """The checked sentence with its spans mapped to the stored articles."""
        return replace(checked, spans=tuple(map(self.exact, checked.spans)))

    def widened(self, is_usable: IsUsable) -> Evidence:
        """Adds other paragraphs of the articles found, those of the best article first."""
        known = {_place(one) for one in self.stored[: self.found]}
        articles = dict.fromkeys(one.source.id for one in self.stored[: self.found])
        rest = (
            _passage(self.articles[article_id], place)
            for article_id in articles
            for place, one in enumerate(self.articles[article_id].paragraphs)
            if one.evidence and (article_id, one.start) not in known
        )
        kept = [*self.stored[: self.found], *islice(rest, MOST_OTHER_PARAGRAPHS)]
        return _evidence(kept, self.searched, self.found, self.articles, is_usable, self.story)


class Snapshot:
    """Articles, each read once. `read` returns the article with an id, None where there is none (any longer)."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._articles: dict[str, Article | None] = {}

    @property
    def articles(self) -> dict[str, Article]:
        """The articles read so far, by id."""
        return {key: article for key, article in self._articles.items() if article is not None}

    def kept(self, passages: Iterable[Passage]) -> tuple[Passage, ...]:
        """The passages that are still in their article; a reprint replaces one that is not.

        Text that recurs in the outlet's articles, such as a newsletter's notice, is left out.
        """
        whole = (one for passage in passages if (one := self._whole(passage)) is not None)
        return tuple(one for one in whole if not is_recurring(one.text, _copies(one)))

    def _whole(self, passage: Passage) -> Passage | None:
        reprints = tuple(other for other in passage.reprints if self._stands(other))
        if self._stands(passage):
            return replace(passage, reprints=reprints) if len(reprints) < len(passage.reprints) else passage
        return replace(reprints[0], score=passage.score, reprints=reprints[1:]) if reprints else None

    def _stands(self, passage: Passage) -> bool:
        if passage.source.id not in self._articles:
            self._articles[passage.source.id] = self._read(passage.source.id)
        article = self._articles[passage.source.id]
        return article is not None and article.text[passage.start : passage.end] == passage.text


def gather(
    kept: Sequence[Passage], articles: Mapping[str, Article], is_usable: IsUsable, story: frozenset[str] = frozenset()
) -> Evidence:
    """The evidence: passages in order, then their reprints, then the paragraph before each, for its context.

    Passages that are not usable are left out.
    """
    searched = [one for one in kept if is_usable(one.text)]
    found = [*searched, *(other for one in kept for other in one.reprints if is_usable(other.text))]
    known = {_place(one) for one in found}
    before = (_paragraph_before(one, articles[one.source.id]) for one in found)
    new = [one for one in before if one is not None and _place(one) not in known]
    return _evidence([*found, *new], len(searched), len(found), articles, is_usable, story)


def gather_openings(kept: Sequence[Passage], articles: Mapping[str, Article], is_usable: IsUsable) -> Evidence:
    """The evidence for an overview: the first paragraph of each article, in the order of the passages."""
    openings: dict[str, Passage] = {}
    for one in [*kept, *(reprint for original in kept for reprint in original.reprints)]:
        article = articles[one.source.id]
        first = next(place for place, paragraph in enumerate(article.paragraphs) if paragraph.evidence)
        openings.setdefault(article.id, _passage(article, first, one.score))
    usable = [one for one in openings.values() if is_usable(one.text)]
    return _evidence(usable, len(usable), len(usable), articles, is_usable, frozenset())


def _evidence(
    passages: Sequence[Passage],
    searched: int,
    found: int,
    articles: Mapping[str, Article],
    is_usable: IsUsable,
    story: frozenset[str],
) -> Evidence:
    read = [(one, plain(one.text)) for one in passages]
    usable = [(one, own) for place, (one, own) in enumerate(read) if place < found or is_usable(one.text)]
    return Evidence(
        passages=tuple(
            replace(one, source=_plain_source(one.source), text=own.text, end=one.start + len(own.text))
            for one, own in usable
        ),
        stored=tuple(one for one, _ in usable),
        searched=searched,
        found=found,
        articles=articles,
        story=story,
        _plain=tuple(own for _, own in usable),
    )


def _place(passage: Passage) -> tuple[str, int]:
    return passage.source.id, passage.start


def _passage(article: Article, place: int, score: float = 0.0) -> Passage:
    one = article.paragraphs[place]
    return Passage(article.source, one.number, one.start, one.end, article.text[one.start : one.end], score)


def _paragraph_before(passage: Passage, article: Article) -> Passage | None:
    earlier = [place for place, one in enumerate(article.paragraphs) if one.evidence and one.end <= passage.start]
    return _passage(article, earlier[-1]) if earlier else None


def _copies(passage: Passage) -> int:
    """How many other articles of the same outlet contain the passage's text."""
    own = {other.source.id for other in passage.reprints if other.source.outlet == passage.source.outlet}
    return len(own - {passage.source.id})


def _plain_source(source: Source) -> Source:
    title, outlet = plain_text(source.title), source.outlet and plain_text(source.outlet)
    return source if (title, outlet) == (source.title, source.outlet) else replace(source, title=title, outlet=outlet)
