"""Counts the separate reports behind one statement, and finds the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.articles import Source
from rag.language.credits import LONGEST_ARTICLE, all_credits, article_credit, credits_of, is_credited
from rag.language.outlets import outlet_key
from rag.language.words import containment, shingles

# The containment at which two sentences, paragraphs or articles are one report; and at which two articles are that
# credit the same outlet (independent ones share 0.03 to 0.07), docs/measurements.md#origins.
SAME_REPORT, SAME_REPORT_AND_CREDIT = 0.5, 0.08
LEAST_IN_COMMON = 12  # shingles of two articles


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A sentence that supports a statement: `start:end` of its article's text, in `paragraph:paragraph_end`."""

    source: Source
    text: str
    start: int
    end: int
    paragraph: int
    paragraph_end: int

    @property
    def day(self) -> date:
        """Its article's day; that of an undated article sorts last."""
        return self.source.published or date.max

    def shingles(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Those of the sentence, of its paragraph and of the beginning of its article."""
        sentence, paragraph = self.text[self.start : self.end], self.text[self.paragraph : self.paragraph_end]
        return shingles(sentence), shingles(paragraph), shingles(self.text[:LONGEST_ARTICLE])


@dataclass(frozen=True, slots=True)
class Origins:
    """The number of reports behind a statement, the outlet of the first, and the sentences' indices in order.

    `order` groups the sentences by report, the original first, then by day.
    """

    count: int
    first: str | None
    order: tuple[int, ...]


def find_origins(sentences: Sequence[SourceSentence]) -> Origins:
    """Finds the separate reports behind the sentences that support one statement."""
    known = frozenset(outlet_key(one.source.outlet) for one in sentences if one.source.outlet)
    graph = _CreditGraph(sentences, known)
    for place, one in enumerate(sentences):
        for before, other in enumerate(sentences[:place]):
            if not graph.are_one_report(place, before) and _is_one_report(one, other, known):
                graph.join(place, before, _common_credit(one, other, known))
    groups = graph.groups()
    earliest = min(groups, key=lambda group: min(sentences[place].day for place in group), default=None)
    return Origins(
        count=min(len(groups), len({one.source.id for one in sentences})),
        first=graph.outlet_of(earliest) if earliest else None,
        order=tuple(place for group in groups for place in graph.original_first(group)),
    )


def is_original(one: Source, other: Source, text: str) -> bool:
    """Whether `one` of two articles with the same words is the original: older, or credited by the other's `text`."""
    return is_credited(one.outlet, text) or (one.published or date.max) < (other.published or date.max)


class _CreditGraph:
    """Articles and outlets, and from which outlet each has its report. Nodes: "article ID" and "outlet KEY"."""

    def __init__(self, sentences: Sequence[SourceSentence], known: frozenset[str]) -> None:
        self._sentences = sentences
        self._articles = [f"article {one.source.id}" for one in sentences]
        self._outlets = [_outlet(one.source.outlet) if one.source.outlet else None for one in sentences]
        self._names: dict[str, str | None] = {}
        self._source_of: dict[str, str] = {}  # node → the node that it has the report from
        self._parents: dict[str, str] = {}  # a union-find forest: the nodes of one tree are one report
        credits = [_credits(one, known) for one in sentences]
        for one, article, chain in zip(sentences, self._articles, credits, strict=True):
            self._names[article] = one.source.outlet
            self._credit(article, chain)
        for article, outlet, chain in zip(self._articles, self._outlets, credits, strict=True):
            if outlet and (outlet in self._names or not chain):
                self._names.setdefault(outlet, self._names[article])
                self._link(outlet, article)

    def are_one_report(self, place: int, other: int) -> bool:
        return self._tree(self._articles[place]) == self._tree(self._articles[other])

    def join(self, place: int, other: int, credit: str | None) -> None:
        """Joins the reports of two sentences. If neither has a source yet, both get the outlet `credit`."""
        one, two = self._articles[place], self._articles[other]
        if credit and one not in self._source_of and two not in self._source_of:
            self._credit(one, [credit])
            self._credit(two, [credit])
        self._unite(one, two)

    def groups(self) -> list[list[int]]:
        """The sentences' indices by report."""
        found: dict[str, list[int]] = {}
        for place, article in enumerate(self._articles):
            found.setdefault(self._tree(article), []).append(place)
        return list(found.values())

    def outlet_of(self, group: Sequence[int]) -> str | None:
        """The outlet of a group's original."""
        return self._names[self._origin(group)]

    def original_first(self, group: Sequence[int]) -> list[int]:
        """Sorts a group: the original, then by day, then what is credited before what credits it."""
        origin = self._origin(group)
        own = {node for node, source in self._source_of.items() if source == origin and node.startswith("outlet")}

        def order(place: int) -> tuple[bool, date, int, int]:
            is_first = self._articles[place] == origin or self._outlets[place] in (own | {origin})
            return not is_first, self._sentences[place].day, len(self._chain(self._articles[place])), place

        return sorted(group, key=order)

    def _origin(self, group: Sequence[int]) -> str:
        """The original of a group: of the ends of its credits a credited one, the most frequent, the earliest."""
        ends = [self._chain(self._articles[place])[-1] for place in group]
        counts, credited = Counter(ends), set(self._source_of.values())
        days = {end: self._sentences[place].day for place, end in reversed(list(zip(group, ends, strict=True)))}
        return min(counts, key=lambda end: (end not in credited, -counts[end], days[end]))

    def _credit(self, node: str, chain: Sequence[str]) -> None:
        for name in chain:
            self._names.setdefault(_outlet(name), name)
            self._link(node, _outlet(name))
            node = _outlet(name)

    def _link(self, node: str, source: str) -> None:
        if source not in self._chain(node) and node not in self._chain(source):
            self._source_of.setdefault(node, source)
        self._unite(node, source)

    def _chain(self, node: str) -> list[str]:
        chain = [node]
        while (source := self._source_of.get(chain[-1])) and source not in chain:
            chain.append(source)
        return chain

    def _tree(self, node: str) -> str:
        while self._parents.get(node, node) != node:
            node = self._parents[node]
        return node

    def _unite(self, one: str, other: str) -> None:
        self._parents[self._tree(one)] = self._tree(other)


def _outlet(name: str) -> str:
    return f"outlet {outlet_key(name)}"


def _credits(one: SourceSentence, known: frozenset[str]) -> tuple[str, ...]:
    """The outlets that a sentence has its report from, the nearest first, without its own."""
    whole = article_credit(one.text, known)
    chain = (*([whole] if whole else []), *credits_of(one.text, one.paragraph, one.start, one.end, known))
    names = {outlet_key(name): name for name in chain}
    names.pop(outlet_key(one.source.outlet or ""), None)
    return tuple(names.values())


def _is_one_report(one: SourceSentence, other: SourceSentence, known: frozenset[str]) -> bool:
    """Whether two sentences, their paragraphs or their articles are copied from one text."""
    *parts, articles = zip(one.shingles(), other.shingles(), strict=True)
    if any(containment(*pair) >= SAME_REPORT for pair in parts):
        return True
    mine, theirs = articles
    shared = containment(mine, theirs) if len(mine & theirs) >= LEAST_IN_COMMON else 0.0
    has_credit = shared >= SAME_REPORT_AND_CREDIT and _common_credit(one, other, known) is not None
    return shared >= SAME_REPORT or has_credit


def _common_credit(one: SourceSentence, other: SourceSentence, known: frozenset[str]) -> str | None:
    """The outlet that both articles credit with anything; None where there are several."""
    mine = {outlet_key(name): name for name in all_credits(one.text, known)}
    common = mine.keys() & {outlet_key(name) for name in all_credits(other.text, known)}
    return mine[common.pop()] if len(common) == 1 else None
