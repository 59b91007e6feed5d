"""Carriers of one statement → how many reports they go back to, and whose. Called through the room's front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from rag.articles import Passage, Source
from rag.attribution.credits import credited_anywhere, leant_on
from rag.attribution.wholes import credited_throughout
from rag.attribution.wording import overlap, own_words, shingles
from rag.language.outlets import outlet_key

SAME_REPORT = 0.5  # share of the shorter one's shingles that make two sentences, or two paragraphs, one report
# Two articles are of one hand where they share so much beside quotations, or so much and the outlet that they credit.
CUT = 0.8  # share of the fullest text of one day, below which an article is taken for one that was cut from it
LEAST_IN_COMMON = 12  # shingles of two articles
ONE_HAND, ONE_HAND_AND_CREDIT = 0.4, 0.08


@dataclass(frozen=True)
class Carrier:
    """A sentence at `start:end` of an article that carries a statement, in `paragraph:paragraph_end`."""

    source: Source
    text: str
    start: int
    end: int
    paragraph: int
    paragraph_end: int

    @classmethod
    def of(cls, passage: Passage, start: int, end: int, text: str) -> Carrier:
        """The words at `start:end` of the passage's article, whose text is `text`."""
        return cls(passage.source, text, start, end, passage.start, passage.end)

    @cached_property
    def sentence(self) -> frozenset[str]:
        return shingles(self.text[self.start : self.end])

    @cached_property
    def block(self) -> frozenset[str]:
        return shingles(self.text[self.paragraph : self.paragraph_end])


@dataclass(frozen=True, slots=True)
class Origins:
    """The reports behind a statement: how many, who had the first one, and the carriers' places in order.

    In `order` those of one report stand together, the original before what credits it, earlier before later.
    """

    count: int
    first: str | None
    order: tuple[int, ...]


def origins(carriers: Sequence[Carrier]) -> Origins:
    """The separate reports that these carriers of one statement go back to."""
    known = frozenset(outlet_key(one.source.outlet) for one in carriers if one.source.outlet)
    graph = _Graph([(one, _chain(one, known)) for one in carriers])
    for place, one in enumerate(carriers):
        for before, other in enumerate(carriers[:place]):
            if graph.are_apart(place, before) and _is_one_report(one, other, known):
                graph.join(place, before, _common_credit(one, other, known))
    groups = graph.groups()
    articles = len({one.source.id for one in carriers})
    earliest = min(groups, key=lambda group: min(_day(carriers[place]) for place in group), default=None)
    return Origins(
        count=min(len(groups), articles),
        first=graph.root_of(earliest).name if earliest else None,
        order=tuple(place for group in groups for place in graph.original_first(group)),
    )


def is_before(one: Source, other: Source, text: str) -> bool:
    """Whether of two articles with the same words one is the original: credited in the other's `text`, or older."""
    if is_credited(one, text):
        return True
    return one.published is not None and (other.published is None or one.published < other.published)


def is_credited(source: Source, text: str) -> bool:
    """Whether a text says that the whole of it is that outlet's, by a dateline or by what stands at its end."""
    if source.outlet is None:
        return False
    key = outlet_key(source.outlet)
    return any(outlet_key(name) == key for name in credited_throughout(text, frozenset({key})))


# -- whose report -----------------------------------------------------------------------------------


def _chain(one: Carrier, known: frozenset[str]) -> tuple[str, ...]:
    """The outlets that the carrier has its words from, the nearest first, itself left out."""
    throughout = credited_throughout(one.text, known)
    chain = (*throughout, *leant_on(one.text, one.paragraph, one.start, one.end, known))
    names = {outlet_key(name): name for name in chain}
    names.pop(outlet_key(one.source.outlet or ""), None)
    return tuple(names.values())


@dataclass(frozen=True, slots=True)
class _Root:
    """Where a report was first: an outlet that was credited, or the article itself."""

    name: str | None
    credited: bool


class _Graph:
    """Who has a report from whom. The nodes are articles (by id) and outlets (by key)."""

    def __init__(self, carriers: Sequence[tuple[Carrier, tuple[str, ...]]]) -> None:
        self._carriers = [one for one, _ in carriers]
        self._names: dict[str, str | None] = {}
        self._from: dict[str, str] = {}  # a node and the one that it has the report from
        self._same: dict[str, str] = {}
        for one, chain in carriers:
            self._names[_article(one)] = one.source.outlet
            self._credit(_article(one), chain)
        for one, chain in carriers:
            own = _outlet(one.source.outlet) if one.source.outlet else None
            if own and (own in self._names or not chain):
                self._names.setdefault(own, one.source.outlet)
                self._link(own, _article(one))

    def _credit(self, node: str, chain: Sequence[str]) -> None:
        for name in chain:
            self._names.setdefault(_outlet(name), name)
            self._link(node, _outlet(name))
            node = _outlet(name)

    def _link(self, node: str, source: str) -> None:
        if source not in self._way(node) and node not in self._way(source):
            self._from.setdefault(node, source)
        self._unite(node, source)

    def join(self, place: int, other: int, credit: str | None) -> None:
        """Two carriers are of one report; it is that of the outlet credited, where neither tells its own."""
        one, two = _article(self._carriers[place]), _article(self._carriers[other])
        if credit and len(self._way(one)) == 1 and len(self._way(two)) == 1:
            self._credit(one, [credit])
            self._credit(two, [credit])
        self._unite(one, two)

    def are_apart(self, place: int, other: int) -> bool:
        return self._set(_article(self._carriers[place])) != self._set(_article(self._carriers[other]))

    def groups(self) -> list[list[int]]:
        """The carriers' places by report, in the order in which the reports are first met."""
        found: dict[str, list[int]] = {}
        for place, one in enumerate(self._carriers):
            found.setdefault(self._set(_article(one)), []).append(place)
        return list(found.values())

    def root_of(self, group: Sequence[int]) -> _Root:
        return _Root(self._names[self._root(group)], self._root(group).startswith("outlet"))

    def original_first(self, group: Sequence[int]) -> list[int]:
        """The group's places: the original's, then by day, what is credited before what credits it."""
        root = self._root(group)
        own = {node for node in self._from if self._from[node] == root and node.startswith("outlet")} | {root}

        def order(place: int) -> tuple[bool, date, int, int]:
            one = self._carriers[place]
            is_original = _article(one) == root or bool(one.source.outlet and _outlet(one.source.outlet) in own)
            return not is_original, _day(one), len(self._way(_article(one))), place

        return sorted(group, key=order)

    def _root(self, group: Sequence[int]) -> str:
        """Of the ends of all credits the one that most lead to, rather an outlet credited than an article alone."""
        ends = [self._way(_article(self._carriers[place]))[-1] for place in group]
        counts = Counter(ends)
        led_to = {end: len(self._way(_article(self._carriers[p]))) > 1 for p, end in zip(group, ends, strict=True)}
        days = {end: _day(self._carriers[place]) for place, end in reversed(list(zip(group, ends, strict=True)))}
        sizes = {end: len(self._carriers[place].text) for place, end in reversed(list(zip(group, ends, strict=True)))}
        fullest = max(sizes.values())

        def order(end: str) -> tuple[bool, int, date, bool]:
            return not self._is_credited(end, led_to), -counts[end], days[end], sizes[end] < CUT * fullest

        return min(counts, key=order)

    def _is_credited(self, end: str, led_to: dict[str, bool]) -> bool:
        return end.startswith("outlet") or led_to[end] or end in self._from.values()

    def _way(self, node: str) -> list[str]:
        way = [node]
        while way[-1] in self._from and self._from[way[-1]] not in way:
            way.append(self._from[way[-1]])
        return way

    def _set(self, node: str) -> str:
        while self._same.get(node, node) != node:
            node = self._same[node]
        return node

    def _unite(self, one: str, other: str) -> None:
        self._same[self._set(one)] = self._set(other)


def _article(one: Carrier) -> str:
    return f"article {one.source.id}"


def _outlet(name: str) -> str:
    return f"outlet {outlet_key(name)}"


def _day(one: Carrier) -> date:
    return one.source.published or date.max


# -- the same words ---------------------------------------------------------------------------------


def _is_one_report(one: Carrier, other: Carrier, known: frozenset[str]) -> bool:
    """Whether what two articles say is taken from one text, whoever they credit."""
    if overlap(one.sentence, other.sentence) >= SAME_REPORT or overlap(one.block, other.block) >= SAME_REPORT:
        return True
    mine, theirs = shingles(one.text), shingles(other.text)
    if len(mine & theirs) < LEAST_IN_COMMON:
        return False
    shared = overlap(mine, theirs)
    if shared >= ONE_HAND_AND_CREDIT and _common_credit(one, other, known):
        return True
    return shared >= ONE_HAND and overlap(own_words(one.text), own_words(other.text)) >= ONE_HAND


def _common_credit(one: Carrier, other: Carrier, known: frozenset[str]) -> str | None:
    """The one outlet that both articles credit with anything."""
    mine = {outlet_key(name): name for name in credited_anywhere(one.text, known)}
    theirs = {outlet_key(name) for name in credited_anywhere(other.text, known)}
    common = [name for key, name in mine.items() if key in theirs]
    return common[0] if len(common) == 1 else None
