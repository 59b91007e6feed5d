"""The hard facts of a claim that its sources must hold: numbers with their units, days, names, quotations."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from rag.articles import Passage
from rag.facts import DateMention, Name, Quantity, dates, magnitudes, names, ordinals, quantities, quotations
from rag.lemmas import parts_of_speech
from rag.sentences import sentence_spans
from rag.verification.addressed import is_addressed
from rag.verification.asserted import asserted
from rag.verification.lexicon import same_country
from rag.verification.spelling import same_name
from rag.verification.tokens import tokens
from rag.words import STOP_WORDS, pieces, same_stem


def missing_fact(claim: str, passages: Sequence[Passage]) -> str | None:
    """The first hard fact of a claim that the passages do not hold, as a reason for a reader; None where all do.

    Quotations may stand anywhere in the passages, their titles and outlets. A name may be an outlet's whole name, one
    word of a title, or more of it where the passages have one: what a page calls itself is no evidence. An address
    is no news.
    """
    sources = [_source(passage.text, passage.source.published) for passage in passages]
    titles = [one for one in dict.fromkeys(passage.source.title for passage in passages) if not is_addressed(one)]
    titles = [asserted(one, tokens(claim)) for one in titles]
    outlets = list(dict.fromkeys(passage.source.outlet for passage in passages if passage.source.outlet))
    texts = [passage.text for passage in passages]
    return (
        _number(claim, sources)
        or _day(claim, passages)
        or _name(claim, "\n".join(texts), "\n".join(titles), outlets)
        or _quotation(claim, [*texts, *titles, *outlets])
        or _address(claim)
    )


@dataclass(frozen=True, slots=True)
class _Source:
    """The sentences of one passage with their numbers."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    quantities: tuple[Quantity, ...]
    ordinals: tuple[Quantity, ...]
    magnitudes: tuple[Quantity, ...]
    names: tuple[Name, ...]


_Known = tuple[_Source, Quantity]


@lru_cache(maxsize=4_096)
def _source(text: str, published: date | None) -> _Source:
    spans = tuple(sentence_spans(text))
    return _Source(text, spans, quantities(text), ordinals(text), magnitudes(text), names(text))


def _number(claim: str, sources: Sequence[_Source]) -> str | None:
    known = [(source, one) for source in sources for one in source.quantities]
    for quantity in quantities(claim):
        same = _same(claim, quantity, known)
        text = "\n".join(source.text for source in sources)
        if not same and not _is_one(quantity, text) and not _is_whole(quantity, text):
            return _missing(quantity.text)
        if same and all(_is_bounded_otherwise(claim, quantity, source.text, one) for source, one in same):
            return f"its sources have another bound for “{quantity.text.strip()}”"
    ranks = {one.value for source in sources for one in source.ordinals}
    for rank in ordinals(claim):
        if rank.value not in ranks and rank.text[0].isdigit():  # "first" and "second" mostly order what is told
            return _missing(rank.text)
    rounded = [one for source in sources for one in source.magnitudes]
    for round_number in magnitudes(claim):
        if not any(one.value >= round_number.value for one in [*rounded, *(one for _, one in known)]):
            return _missing(round_number.text)
    return None


def moved_number(claim: str, passages: Sequence[Passage]) -> str | None:
    """The first number of a claim that the passages have, but of other things or beside other names; else None."""
    sources = [_source(passage.text, passage.source.published) for passage in passages]
    known = [(source, one) for source in sources for one in source.quantities]
    for quantity in quantities(claim):
        # where the sources count the same thing, theirs is the number, whatever else they have as many of
        counted = [(source, one) for source, one in known if one.unit == quantity.unit is not None]
        same = _same(claim, quantity, counted or known)
        if all(_is_of_another(claim, source, one) for source, one in same) and _same(claim, quantity, known):
            return f"“{quantity.text.strip()}” goes with something else in its sources"
    return None


def _same(claim: str, number: Quantity, known: Sequence[_Known]) -> list[_Known]:
    """The numbers of the sources that a number of the claim may be."""
    about = _ABOUT.search(claim[: number.start])
    return [(source, one) for source, one in known if _same_quantity(number, one, about)]


def _is_of_another(claim: str, source: _Source, number: Quantity) -> bool:
    """Whether the sentence of a number has names, and none of those that the claim has."""
    mine = [part.lower() for name in _proper_names(claim) for part in pieces(name.text)]
    start, end = next(
        ((first, last) for first, last in source.sentences if first <= number.start < last), (0, len(source.text))
    )
    there = [name for name in source.names if start <= name.start < end]
    if not mine or not there:
        return False
    theirs = [part.lower() for name in there for part in pieces(name.text)]
    return not any(same_name(one, other) for one in mine for other in theirs)


def _day(claim: str, passages: Sequence[Passage]) -> str | None:
    days = {passage.source.published for passage in passages}
    return next(
        (
            _missing(dates(claim, None)[place].text)
            for place in range(len(dates(claim, None)))
            if not any(_is_day_of(claim, place, published, passages) for published in days)
        ),
        None,
    )


def _is_day_of(claim: str, place: int, published: date | None, passages: Sequence[Passage]) -> bool:
    """Whether a day of the claim, read on the day of some passages, is a day that one of them names."""
    mine = dates(claim, published)[place]
    return any(
        _same_day(mine, dates(passage.text, published), published)
        for passage in passages
        if passage.source.published == published
    )


def _name(claim: str, texts: str, titles: str, outlets: Sequence[str]) -> str | None:
    known, more = pieces(texts), pieces(f"{texts}\n{titles}")
    acronyms = {acronym.replace(".", "").lower() for acronym in _ACRONYM.findall("\n".join([texts, *outlets]))}
    words = {word.lower() for word in known}
    for name in _proper_names(claim):
        parts = [part.lower() for part in pieces(name.text) if part.lower() not in STOP_WORDS]
        begun = len(parts) < 2 or any(part in words for part in parts)
        if (
            not _named(name.text, known, acronyms)
            and not (begun and _named(name.text, more, acronyms))
            and not any(_is_outlet(name.text, outlet) for outlet in outlets)
        ):
            return _missing(name.text)
    return None


def _is_outlet(name: str, outlet: str) -> bool:
    """Whether a name is all of an outlet's, but for what ends it: BBC of "BBC News"."""
    return _named(name, pieces(outlet), ()) and len(pieces(outlet)) <= len(pieces(name)) + OUTLET_ENDS


def _address(claim: str) -> str | None:
    return "it leads to an address" if _ADDRESS.search(claim) else None


def _proper_names(claim: str) -> list[Name]:
    """The names of a claim, without those of units and hours, and without a first word that may be no name."""
    taken = [(one.start, one.end) for one in quantities(claim)]
    return [
        name
        for name in names(claim)
        if not any(start < name.end and name.start < end for start, end in taken)
        and not _opens_with_a_common_word(claim, name)
    ]


def _opens_with_a_common_word(claim: str, name: Name) -> bool:
    """Whether a capital may only be that of a claim's first word: "Allegations have surfaced"."""
    before = claim[: name.start].rstrip(" “\"'(")
    is_first = not any(letter.isalnum() for letter in before) or before.endswith((":", " -", "–", "—"))
    return is_first and len(pieces(name.text)) == 1 and bool(parts_of_speech(name.text.lower()) & _COMMON)


def _quotation(claim: str, around: Sequence[str]) -> str | None:
    for quotation in quotations(claim):
        if not any(_quoted(quotation, text) for text in around):
            return f"the quotation “{quotation[:60]}” is not in its sources"
    return None


def _missing(text: str) -> str:
    return f"“{text.strip()}” is not in its sources"


def _same_quantity(mine: Quantity, theirs: Quantity, about: re.Match[str] | None) -> bool:
    if not _same_value(mine.value, theirs.value, about):
        return _in_months(mine) is not None and _in_months(mine) == _in_months(theirs)
    if mine.unit == theirs.unit or mine.unit is None:
        return True
    if mine.unit in _DEGREES and theirs.unit in _DEGREES:
        return "degree" in (mine.unit, theirs.unit)
    return not (_is_measure(mine.unit) or _is_measure(theirs.unit))


def _is_bounded_otherwise(statement: str, mine: Quantity, evidence: str, theirs: Quantity) -> bool:
    """Whether "less than" stands before one number and "more than" before the other."""
    here, there = statement[: mine.start], evidence[: theirs.start]
    one, other = (_BELOW.search(here), _ABOVE.search(here)), (_BELOW.search(there), _ABOVE.search(there))
    return bool((one[0] and other[1]) or (one[1] and other[0]))


def _same_value(mine: float, theirs: float, about: re.Match[str] | None) -> bool:
    """The same to half a percent, or as near as the word before the statement's number allows."""
    if abs(mine - theirs) <= 0.005 * max(abs(mine), abs(theirs)):
        return True
    if about is None:
        return False
    low, high = next(bounds for words, bounds in _TOLERANCES.items() if about[1].lower() in words.split("|"))
    return low * mine <= theirs <= high * mine


def _is_one(mine: Quantity, evidence: str) -> bool:
    """One of a thing that the evidence tells with an article: "in a week"."""
    noun = pieces(mine.text.lower())[-1]
    return (
        mine.value == 1
        and re.search(rf"\b(?:an?|the|per|each|every)\s+{re.escape(noun)}\b", evidence.lower()) is not None
    )


def _is_whole(mine: Quantity, evidence: str) -> bool:
    """Ten years where the evidence has a decade, twelve months where it has a year, without a number."""
    whole = _WHOLES.get((mine.value, mine.unit or ""))
    return (
        whole is not None
        and re.search(rf"(?<!half )\b(?:an?|the|past|last|every|per) {whole}\b", evidence) is not None
    )


_WHOLES = {
    (10.0, "year"): "decade", (100.0, "year"): "century", (12.0, "month"): "year", (7.0, "day"): "week",
    (14.0, "day"): "fortnight", (2.0, "week"): "fortnight", (24.0, "hour"): "day", (60.0, "minute"): "hour",
}  # fmt: skip


def _in_months(quantity: Quantity) -> float | None:
    months = {"month": 1.0, "year": 12.0, "decade": 120.0}.get(quantity.unit or "")
    return None if months is None else quantity.value * months


def _is_measure(unit: str | None) -> bool:
    return unit in _MEASURES or (unit is not None and unit.isupper())


_MEASURES = frozenset(
    """percent kilometer mile meter foot inch centimeter yard kilogram ton gram mph second minute hour day week month
    year decade degree megawatt acre hectare barrel""".split()
)


_DEGREES = frozenset("degree celsius fahrenheit".split())
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def _same_day(mine: DateMention, known: Iterable[DateMention], published: date | None) -> bool:
    known = list(known)
    if any(mine.text.lower() == theirs.text.lower() for theirs in known):
        return True
    if mine.first is None or mine.last is None:
        return False
    if (
        published is not None
        and mine.first <= published <= mine.last
        and mine.last - mine.first > (timedelta(days=31))
        and not any(_YEAR.search(theirs.text) for theirs in known)
    ):
        return True  # the year of publication may be told without being written
    return any(
        theirs.first is not None
        and theirs.last is not None
        and mine.first <= theirs.first
        and theirs.last <= mine.last
        for theirs in known
    )


def _without_day(name: str) -> str:
    """The name without a date that stands right before it: "On 3 June 2025 Chile's president"."""
    return next((name[day.end :] for day in dates(name, None) if day.start == 0), name)


def _named(name: str, around: Sequence[str], acronyms: Collection[str]) -> bool:
    """Whether a name is there, in some spelling of it: its last two parts near each other, or its initials.

    Parts that are common words too (Government, Senator, Allegations) are not asked for beside others that are not.
    """
    parts = [part.lower() for part in pieces(_without_day(name)) if part.lower() not in STOP_WORDS]
    if len(parts) > 1 and "".join(part[0] for part in parts) in acronyms:
        return True
    proper = [part for part in parts if not parts_of_speech(part) & _COMMON] or parts
    places = [[place for place, word in enumerate(around) if _spells(part, word)] for part in proper[-2:]]
    if len(places) < 2 or not all(places) or "-" in name:
        return all(places)
    return any(abs(one - other) <= NAME_PARTS for one in places[0] for other in places[1])


def _spells(part: str, word: str) -> bool:
    """Whether a word is that part of a name, in another spelling only with a capital: Homs is not in "homes"."""
    low = word.lower()
    return same_name(part, low) if low != word else low == part or same_country(part, low) or same_stem(part, low)


_COMMON = frozenset(("NOUN", "VERB", "ADJ", "ADV"))
_ACRONYM = re.compile(r"\b(?:[A-Z]\.?){2,}(?![a-z])")
_ADDRESS = re.compile(r"\b(?:https?:|www\.)", re.IGNORECASE)
OUTLET_ENDS = 2
NAME_PARTS = 4  # words that may stand between the parts of one name: "Nasrallah, as Hassan's followers call him"


def _quoted(quotation: str, text: str) -> bool:
    """Whether the words of a quotation stand in a row in the text; an ellipsis or a bracketed word may part them.

    What an ellipsis leaves out must not deny what it keeps.
    """
    around, bare = _in_a_row(text.replace("[", " ").replace("]", " ")), _in_a_row(_BRACKETED.sub(" ", text))
    parts = [_in_a_row(part) for part in _PARTED.split(quotation) if pieces(part)]
    return any(_in_order(parts, words) for words in (around, bare))


def _in_order(parts: Sequence[str], words: str) -> bool:
    """Whether the parts follow one another in the words, with no denial in between that is left out."""
    place = 0
    for number, part in enumerate(parts):
        found = words.find(part, place)
        if found < 0 or (number and _DENIAL.search(words[place:found])):
            return False
        place = found + len(part) - 1  # one space parts two words
    return True


_DENIAL = re.compile(r" (?:not|never|no|nor|neither|without|cannot|\w+n t) ")


def _in_a_row(text: str) -> str:
    return f" {' '.join(piece.lower() for piece in pieces(text))} "


_BRACKETED = re.compile(r"\[[^\]]*\]")
_PARTED = re.compile(r"\[[^\]]*\]|\(?(?:\.{3}|…)\)?")
_TOLERANCES = {
    "about|around|roughly|approximately|some|circa": (0.94, 1.06),
    "more than|over|at least|upwards of|exceeding": (1.0, 1.1),
    "nearly|almost|close to|just under|under|less than": (0.9, 1.0),
}
_ABOUT = re.compile(rf"\b({'|'.join(_TOLERANCES)})\s+(?:an?\s+)?[$€£]?$", re.IGNORECASE)
_BELOW = re.compile(
    r"\b(?:less than|fewer than|under|below|at most|nearly|almost)\s+(?:an?\s+)?[$€£]?$", re.IGNORECASE
)
_ABOVE = re.compile(r"\b(?:more than|over|above|at least|upwards of)\s+(?:an?\s+)?[$€£]?$", re.IGNORECASE)
