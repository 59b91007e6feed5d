"""Counts the separate reports behind one statement, and names the first of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rag.articles import Passage, Source
from rag.language.credits import LONGEST_ARTICLE, all_credits, article_credit, credits_of, is_credited
from rag.language.outlets import outlet_key
from rag.language.words import containment, shingles

# Containment from which on two sentences, or two paragraphs, are one report; and two whole articles that credit one
# and the same outlet: independent ones share 0.03 to 0.07, docs/measurements.md#origins.
SAME_REPORT, SAME_REPORT_AND_CREDIT = 0.5, 0.08
LEAST_IN_COMMON = 12  # shingles of two articles


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A sentence at `start:end` of an article that supports a statement, in `paragraph:paragraph_end` of its text."""

    source: Source
    text: str
    start: int
    end: int
    paragraph: int
    paragraph_end: int

    @classmethod
    def of(cls, passage: Passage, start: int, end: int, text: str) -> SourceSentence:
        """The words at `start:end` of the passage's article, whose text is `text`."""
        return cls(passage.source, text, start, end, passage.start, passage.end)

    @property
    def day(self) -> date:
        """The day of its article; undated ones come last."""
        return self.source.published or date.max


@dataclass(frozen=True, slots=True)
class Origins:
    """The reports behind a statement: how many, the outlet of the first, and the sentences' places in order.

    In `order` those of one report stand together, the original before what credits it, earlier before later.
    """

    count: int
    first: str | None
    order: tuple[int, ...]


def find_origins(sentences: Sequence[SourceSentence]) -> Origins:
    """The separate reports that these sentences, which support one statement, go back to."""
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
    """Whether of two articles with the same words one is the original: credited in the other's `text`, or older."""
    if is_credited(one.outlet, text):
        return True
    return one.published is not None and (other.published is None or one.published < other.published)


class _CreditGraph:
    """Who has a report from whom. The nodes are articles ("article ID") and outlets ("outlet KEY")."""

    def __init__(self, sentences: Sequence[SourceSentence], known: frozenset[str]) -> None:
        self._sentences = sentences
        self._articles = [f"article {one.source.id}" for one in sentences]
        self._outlets = [_outlet(one.source.outlet) if one.source.outlet else None for one in sentences]
        self._names: dict[str, str | None] = {}
        self._source_of: dict[str, str] = {}  # of a node, the one that it has the report from
        self._parents: dict[str, str] = {}  # of a union-find forest: nodes of one tree are of one report
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
        """Take two sentences for one report, of the outlet credited where neither has a credit of its own."""
        one, two = self._articles[place], self._articles[other]
        if credit and one not in self._source_of and two not in self._source_of:
            self._credit(one, [credit])
            self._credit(two, [credit])
        self._unite(one, two)

    def groups(self) -> list[list[int]]:
        """The sentences' places by report, in the order in which the reports are first met."""
        found: dict[str, list[int]] = {}
        for place, article in enumerate(self._articles):
            found.setdefault(self._tree(article), []).append(place)
        return list(found.values())

    def outlet_of(self, group: Sequence[int]) -> str | None:
        """The outlet that had the group's report first."""
        return self._names[self._origin(group)]

    def original_first(self, group: Sequence[int]) -> list[int]:
        """The group's places: the original's, then by day, what is credited before what credits it."""
        origin = self._origin(group)
        own = {node for node, source in self._source_of.items() if source == origin and node.startswith("outlet")}

        def order(place: int) -> tuple[bool, date, int, int]:
            is_first = self._articles[place] == origin or self._outlets[place] in (own | {origin})
            return not is_first, self._sentences[place].day, len(self._chain(self._articles[place])), place

        return sorted(group, key=order)

    def _origin(self, group: Sequence[int]) -> str:
        """Of the ends of all credits one that is credited, then the one that most lead to, then the earliest."""
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
    """The outlets that a sentence has its words from, the nearest first, its own left out."""
    whole = article_credit(one.text, known)
    chain = (*([whole] if whole else []), *credits_of(one.text, one.paragraph, one.start, one.end, known))
    names = {outlet_key(name): name for name in chain}
    names.pop(outlet_key(one.source.outlet or ""), None)
    return tuple(names.values())


def _is_one_report(one: SourceSentence, other: SourceSentence, known: frozenset[str]) -> bool:
    """Whether what two articles say is copied from one text, whatever they credit."""
    if _share(one, other, one.start, one.end, other.start, other.end) >= SAME_REPORT:
        return True
    if _share(one, other, one.paragraph, one.paragraph_end, other.paragraph, other.paragraph_end) >= SAME_REPORT:
        return True
    mine, theirs = shingles(one.text[:LONGEST_ARTICLE]), shingles(other.text[:LONGEST_ARTICLE])
    shared = containment(mine, theirs) if len(mine & theirs) >= LEAST_IN_COMMON else 0.0
    if shared < SAME_REPORT_AND_CREDIT:
        return False
    return shared >= SAME_REPORT or _common_credit(one, other, known) is not None


def _share(
    one: SourceSentence, other: SourceSentence, start: int, end: int, other_start: int, other_end: int
) -> float:
    return containment(shingles(one.text[start:end]), shingles(other.text[other_start:other_end]))


def _common_credit(one: SourceSentence, other: SourceSentence, known: frozenset[str]) -> str | None:
    """The one outlet that both articles credit with anything."""
    mine = {outlet_key(name): name for name in all_credits(one.text, known)}
    common = mine.keys() & {outlet_key(name) for name in all_credits(other.text, known)}
    return mine[common.pop()] if len(common) == 1 else None
