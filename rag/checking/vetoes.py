"""The hard facts of a statement that its evidence must hold: each that it does not is an objection.

Numbers with their units, days, names, quotations, denials, superlatives, and words that exclude one another. The
checker calls it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from rag.checking.spelling import same_name
from rag.facts import DateMention, Quantity, dates, magnitudes, names, ordinals, quantities, quotations
from rag.lemmas import is_superlative, lemmas
from rag.words import STOP_WORDS, are_opposed, pieces


def objection(statement: str, evidence: str, around: str, published: date | None) -> str | None:
    """The first hard fact of the statement that the evidence does not hold, for a reader; None where all are there.

    `around` is what names and quotations may be taken from as well, `published` the day of the evidence.
    """
    return (
        _denial(statement, evidence)
        or _number(statement, evidence)
        or _day(statement, evidence, published)
        or _name(statement, f"{evidence} {around}")
        or _modifier(statement, evidence)
        or _quotation(statement, f"{evidence}\n{around}")
        or _absolute(statement, evidence)
        or _excluded(statement, evidence)
    )


def _denial(statement: str, evidence: str) -> str | None:
    if _NEGATION.search(statement) and not _NEGATION.search(evidence):
        return "its sources do not deny it"
    return None


def _number(statement: str, evidence: str) -> str | None:
    known = quantities(evidence)
    for quantity in quantities(statement):
        # where the sources count the same thing, theirs is the number, whatever else they have as many of
        counted = [one for one in known if one.unit == quantity.unit is not None]
        if not any(_same_quantity(quantity, one) for one in counted or known):
            return _missing(quantity.text)
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
    for name in names(statement):
        if not _named(name.text, known):
            return _missing(name.text)
    return None


def _modifier(statement: str, evidence: str) -> str | None:
    """A noun with a name before it where the sources have another name there: Syrian aircraft for Israeli ones."""
    known = [(name.lower(), noun) for name, noun in _NAMED_NOUN.findall(evidence)]
    around = [piece.lower() for piece in pieces(evidence)]
    for name, noun in _NAMED_NOUN.findall(statement):
        there = [other for other, same in known if lemmas(same) & lemmas(noun)]
        if there and not any(same_name(name.lower(), other) for other in there) and not _near(name, noun, around):
            return _missing(f"{name} {noun}")
    return None


def _near(name: str, noun: str, words: Sequence[str]) -> bool:
    """Whether the name stands within a few words of the noun: aircraft of Israel, Iraqi and Iranian fighters."""
    places = [place for place, word in enumerate(words) if lemmas(word) & lemmas(noun)]
    return any(
        same_name(name.lower(), word) for place in places for word in words[max(0, place - _NEAR) : place + _NEAR + 1]
    )


def _quotation(statement: str, around: str) -> str | None:
    for quotation in quotations(statement):
        if not _quoted(quotation, around):
            return f"the quotation “{quotation[:60]}” is not in its sources"
    return None


def _absolute(statement: str, evidence: str) -> str | None:
    """A word that leaves nothing out ("all", "only", "the largest") where the sources have none."""
    known = pieces(evidence.lower())
    has_superlative = any(is_superlative(word) for word in known)
    for word in pieces(statement.lower()):
        if word in _ABSOLUTE and not _ABSOLUTE[word] & set(known):
            return _missing(word)
        if is_superlative(word) and not has_superlative:
            return _missing(word)
    return None


def _excluded(statement: str, evidence: str) -> str | None:
    """A word whose opposite, or whose alternative, the sources have in its place."""
    mine, theirs = pieces(statement.lower()), pieces(evidence.lower())
    if are_opposed(mine, theirs):
        return "its sources say the opposite"
    for alternatives in _ALTERNATIVES:
        own, known = _among(mine, alternatives), _among(theirs, alternatives)
        if known and own - known:
            return _missing(next(iter(own - known)))
    return None


def _among(words: Sequence[str], alternatives: Sequence[frozenset[str]]) -> set[str]:
    """Which of the alternatives the words name, each by its first word in order."""
    return {
        min(group)
        for group in alternatives
        if any(word == one or one in lemmas(word) for word in words for one in group)
    }


def _missing(text: str) -> str:
    return f"“{text.strip()}” is not in its sources"


def _same_quantity(mine: Quantity, theirs: Quantity) -> bool:
    if abs(mine.value - theirs.value) > 0.005 * max(abs(mine.value), abs(theirs.value)):
        return _in_months(mine) is not None and _in_months(mine) == _in_months(theirs)
    if mine.unit == theirs.unit or mine.unit is None:
        return True
    return not (_is_measure(mine.unit) or _is_measure(theirs.unit))


def _in_months(quantity: Quantity) -> float | None:
    months = {"month": 1.0, "year": 12.0, "decade": 120.0}.get(quantity.unit or "")
    return None if months is None else quantity.value * months


def _is_measure(unit: str | None) -> bool:
    return unit in _MEASURES or (unit is not None and unit.isupper())


_MEASURES = frozenset(
    """percent kilometer mile meter foot inch centimeter yard kilogram ton gram mph second minute hour day week month
    year decade degree megawatt acre hectare barrel""".split()
)


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
    ):
        return True  # the year of publication may be told without being written
    return any(
        theirs.first is not None
        and theirs.last is not None
        and mine.first <= theirs.first
        and theirs.last <= mine.last
        for theirs in known
    )


def _named(name: str, around: Sequence[str]) -> bool:
    """Whether every part of a name is there, in some spelling of it."""
    parts = [part.lower() for part in pieces(name) if part.lower() not in STOP_WORDS]
    initials = "".join(part[0] for part in parts)
    if len(parts) > 1 and initials in around:
        return True
    return all(any(same_name(part, other) for other in around) for part in parts[-2:])


def _quoted(quotation: str, text: str) -> bool:
    """Whether the words of a quotation stand in a row in the text; an ellipsis or a bracketed word may part them."""
    around, bare = _in_a_row(text.replace("[", " ").replace("]", " ")), _in_a_row(_BRACKETED.sub(" ", text))
    parts = [_in_a_row(part) for part in _PARTED.split(quotation) if pieces(part)]
    return all(part in around or part in bare for part in parts)


def _in_a_row(text: str) -> str:
    return f" {' '.join(piece.lower() for piece in pieces(text))} "


_BRACKETED = re.compile(r"\[[^\]]*\]")
_PARTED = re.compile(r"\[[^\]]*\]|\.{3}|…")
_NEGATION = re.compile(
    r"\b(?:not|never|no|nor|neither|cannot|without|denied|denies|deny|refused?|failed|rejected|hardly|\w+n['’]t)\b",
    re.IGNORECASE,
)

_NAMED_NOUN = re.compile(r"\b([A-Z][^\W\d_]{3,})\s(?:[a-z]{3,}\s)?([a-z]{4,})\b")
_NEAR = 4
_EVERY = frozenset("all every each entire whole everyone both nationwide".split())
_ABSOLUTE = {
    "all": _EVERY, "every": _EVERY, "everyone": _EVERY, "entire": _EVERY, "whole": _EVERY,
    "only": frozenset("only sole solely alone just exclusively single".split()),
    "sole": frozenset("only sole solely alone exclusively single".split()),
    "solely": frozenset("only sole solely alone exclusively".split()),
    "exclusively": frozenset("only sole solely alone exclusively".split()),
    "always": frozenset("always ever every constantly consistently".split()),
    "unanimously": frozenset("unanimously unanimous all every".split()),
}  # fmt: skip
# Words of which a report has the one or the other: they are close in meaning, and no vector keeps them apart.
_ALTERNATIVES = tuple(
    tuple(frozenset(group.split()) for group in line.split(", "))
    for line in (
        "kill die dead death fatal, injure wound hurt injury",
        "arrest detain custody, convict guilty, acquit clear, sentence jail prison, charge indict, release free",
        "army soldier troop, navy naval, police officer, marine",
        "cash, stock share, loan",
        "son boy brother father husband, daughter girl sister mother wife",
        "plaintiff, defendant",
        "morning, afternoon, evening, night overnight",
        "spring, summer, autumn fall, winter",
        "gold, silver, bronze",
        "daily, weekly, monthly, annual yearly",
        "import, export",
        "profit, loss",
        "doubl double, tripl triple, halve half, quadruple",
    )
)
