"""The hard facts of a statement that its evidence must hold: numbers with their units, days, names, quotations.

The checker calls it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from rag.checking.spelling import same_name
from rag.facts import DateMention, Quantity, dates, magnitudes, names, ordinals, quantities, quotations
from rag.lemmas import parts_of_speech
from rag.words import STOP_WORDS, pieces


def objection(statement: str, evidence: str, around: str, published: date | None) -> str | None:
    """The first hard fact of the statement that the evidence does not hold, for a reader; None where all are there.

    `around` is what names and quotations may be taken from as well, `published` the day of the evidence.
    """
    return (
        _number(statement, evidence)
        or _day(statement, evidence, published)
        or _name(statement, f"{evidence} {around}")
        or _quotation(statement, f"{evidence}\n{around}")
    )


def facts_of(statement: str) -> list[str]:
    """The numbers, days and names of a statement, as they stand in it."""
    numbers, days = quantities(statement), dates(statement, None)
    return [one.text for one in numbers] + [one.text for one in days] + [one.text for one in names(statement)]


def _number(statement: str, evidence: str) -> str | None:
    known = quantities(evidence)
    for quantity in quantities(statement):
        # where the sources count the same thing, theirs is the number, whatever else they have as many of
        counted = [one for one in known if one.unit == quantity.unit is not None]
        about = _ABOUT.search(statement[: quantity.start])
        same = [one for one in counted or known if _same_quantity(quantity, one, about)]
        if not same and not _is_one(quantity, evidence) and not _is_whole(quantity, evidence):
            return _missing(quantity.text)
        if same and all(_is_bounded_otherwise(statement, quantity, evidence, one) for one in same):
            return f"its sources have another bound for “{quantity.text.strip()}”"
    ranks = {one.value for one in ordinals(evidence)}
    for rank in ordinals(statement):
        if rank.value not in ranks:
            return _missing(rank.text)
    for round_number in magnitudes(statement):
        if not any(one.value >= round_number.value for one in [*magnitudes(evidence), *known]):
            return _missing(round_number.text)
    return None


def _day(statement: str, evidence: str, published: date | None) -> str | None:
    known = dates(evidence, published)
    for day in dates(statement, published):
        if not _same_day(day, known, published):
            return _missing(day.text)
    return None


def _name(statement: str, around: str) -> str | None:
    known = [piece.lower() for piece in pieces(around)]
    acronyms = {acronym.replace(".", "").lower() for acronym in _ACRONYM.findall(around)}
    for name in names(statement):
        if not _named(name.text, known, acronyms):
            return _missing(name.text)
    return None


def _quotation(statement: str, around: str) -> str | None:
    for quotation in quotations(statement):
        if not _quoted(quotation, around):
            return f"the quotation “{quotation[:60]}” is not in its sources"
    return None


def _missing(text: str) -> str:
    return f"“{text.strip()}” is not in its sources"


def _same_quantity(mine: Quantity, theirs: Quantity, about: re.Match[str] | None) -> bool:
    if not _same_value(mine.value, theirs.value, about):
        return _in_months(mine) is not None and _in_months(mine) == _in_months(theirs)
    if mine.unit == theirs.unit or mine.unit is None:
        return True
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
    """Whether a name is there, in some spelling of it: its last two parts near each other, or its initials."""
    parts = [part.lower() for part in pieces(_without_day(name)) if part.lower() not in STOP_WORDS]
    if len(parts) > 1 and "".join(part[0] for part in parts) in acronyms:
        return True
    places = [[place for place, word in enumerate(around) if same_name(part, word)] for part in parts[-2:]]
    if len(places) < 2 or not all(places) or "NOUN" in parts_of_speech(parts[-2]):  # a title is no first name
        return all(places)
    return any(abs(one - other) <= NAME_PARTS for one in places[0] for other in places[1])


_ACRONYM = re.compile(r"\b(?:[A-Z]\.?){2,}(?![a-z])")
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
