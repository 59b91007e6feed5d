"""Metrics of grounding: whether an answer's quotations, numbers, days and names are in the cited text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from eval.metrics.matching import plain, says
from eval.metrics.metric import Metric, Observation
from eval.metrics.support import Sentence, paragraph, published, sentences
from rag.language.counting import MEASURES
from rag.language.dates import DateMention, dates
from rag.language.names import names as names_in
from rag.language.quantities import Quantity, quantities
from rag.language.quotations import LEAST_QUOTED_WORDS, quotations

SAME_NUMBER = 1e-9

_WORD = re.compile(r"\w+")

Marks = Iterator[bool]


def quote_fidelity(one: Observation, sentence: Sentence) -> Marks:
    """For each quotation of a sentence, whether a cited paragraph has it word for word."""
    cited = [plain(paragraph(one, each)) for each in sentence.citations]
    for quotation in quotations(sentence.text):
        words = plain(quotation).rstrip(".,;:!? ")
        yield any(words in text for text in cited)


def numbers(one: Observation, sentence: Sentence) -> Marks:
    """For each number of a sentence, whether a cited paragraph has it, with the same unit."""
    cited = [paragraph(one, each) for each in sentence.citations]
    for number in _quantities(sentence.text):
        yield any(_has_number(text, number) for text in cited)


def days(one: Observation, sentence: Sentence) -> Marks:
    """For each day of a sentence, whether a cited paragraph names it, or a day within it."""
    cited = [(paragraph(one, each), published(one, each)) for each in sentence.citations]
    for place in range(len(_dates(sentence.text, None))):
        yield any(_has_day(text, day, _dates(sentence.text, day)[place]) for text, day in cited)


def names(one: Observation, sentence: Sentence) -> Marks:
    """For each name of a sentence, whether its words are in the cited paragraphs, their titles or outlets."""
    cited: set[str] = set()
    for each in sentence.citations:
        cited.update(*map(_words, (paragraph(one, each), each.article.title, each.article.outlet or "")))
    for name in _names(sentence.text):
        yield _words(name) <= cited


def _share(marks: Callable[[Observation, Sentence], Marks]) -> Callable[[Observation], float | None]:
    """The share of true marks over all sentences; None where there are none."""

    def value(one: Observation) -> float | None:
        found = [mark for sentence in sentences(one) for mark in marks(one, sentence)]
        return sum(found) / len(found) if found else None

    return value


def _has_number(text: str, stated: Quantity) -> bool:
    in_the_same_words = stated.unit is not None and says(plain(text), stated.text)
    return in_the_same_words or any(_is_same(stated, known) for known in _quantities(text))


def _is_same(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers are equal, with equal units of measure if both have one; other units are not compared."""
    if abs(one.value - other.value) > SAME_NUMBER * max(abs(one.value), abs(other.value)):
        return False
    units = {one.unit, other.unit}
    return len(units) == 1 or None in units or units.isdisjoint(MEASURES)


def _has_day(text: str, published: date | None, stated: DateMention) -> bool:
    return says(plain(text), stated.text) or any(_is_within(known, stated) for known in _dates(text, published))


def _is_within(known: DateMention, stated: DateMention) -> bool:
    """Whether the source's day is within the sentence's: "5 May" grounds "in May", but not the reverse."""
    if known.first is None or known.last is None or stated.first is None or stated.last is None:
        return False
    return stated.first <= known.first and known.last <= stated.last


_quantities = lru_cache(maxsize=1 << 14)(quantities)
_dates = lru_cache(maxsize=1 << 14)(dates)


@lru_cache(maxsize=1 << 14)
def _names(text: str) -> tuple[str, ...]:
    return tuple(name.text for name in names_in(text))


@lru_cache(maxsize=1 << 14)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain(text)))


GROUNDING = (
    Metric(
        "quote_fidelity",
        "citations",
        f"The share of the answer's quotations of at least {LEAST_QUOTED_WORDS} words that a paragraph cited by "
        "their sentence has word for word, in plain form.",
        _share(quote_fidelity),
    ),
    Metric(
        "number_grounding",
        "citations",
        "The share of the answer's numbers that a paragraph cited by their sentence has too: equal in value (30 "
        "billion is 3e10), and in unit if both have a unit of measure. Numbers in dates and names do not count.",
        _share(numbers),
    ),
    Metric(
        "date_grounding",
        "citations",
        "The share of the answer's days that a paragraph cited by their sentence names too, in the same words or by "
        "a day or period within, both resolved against the article's day: “Tuesday” grounds “5 May”.",
        _share(days),
    ),
    Metric(
        "name_grounding",
        "citations",
        "The share of the answer's names whose words are all in the paragraphs that their sentence cites, or in "
        "their articles' titles or outlets.",
        _share(names),
    ),
)
