"""Phrases questions that a sentence of an article answers, by rules.

The word order changes only where that is safe: if the answer opens the sentence, the order stays; elsewhere the
question keeps it in place ("Iran has spent how much money in Syria?"), which is clumsy but never wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rag.language.counting import MEASURES
from rag.language.dates import DateMention, dates
from rag.language.names import Name, names
from rag.language.quantities import Quantity, quantities

LEAST_WORDS, MOST_WORDS = 6, 40

_UNFIT = re.compile(
    r"[()\[\]:;?!–—…]|\s-\s|"  # cut up or asking
    r"(?i:\b(?:he|she|it|they|we|i|you|them|him|this|these|those|here|former|latter)\b)|"  # needs its neighbours
    r"^\d+\.\s|"  # an item of a list
    r"^(?i:(?:but|and|or|so|yet|however|meanwhile|also|then|still|his|her|its|their|our|my|that|such|other|another|"
    r"both|not|no|if|though|although|because|there)\b)"
)
_ABOUT = (
    r"(?:at least|at most|about|around|some|nearly|almost|roughly|more than|fewer than|less than|over|up to|"
    r"approximately|an estimated)"
)
_SPELLED = dict(zip("two three four five six seven eight nine ten eleven twelve".split(), range(2, 13), strict=True))
_COUNT = re.compile(
    rf"(?P<number>\d[\d,.]*(?:\s(?:hundred|thousand|million|billion|trillion))?|{'|'.join(_SPELLED)})\s(?P<noun>[a-z].*)",
    re.IGNORECASE,
)
_SAID = (
    "accused admitted announced approved asked attacked banned blamed bought called claimed condemned confirmed "
    "criticised criticized denied fired founded invited launched led opened opposed ordered praised promised "
    "proposed published rejected replaced reported resigned said signed sold sued threatened told urged visited "
    "vowed warned welcomed won wrote"
)
_WHO = re.compile(rf"\s(?:{'|'.join(_SAID.split())})\b(?!\s(?:in|on|at|to|of|during)\b)(?=(?:\s\S+){{3}})")
_HOLDS = re.compile(rf"\s(?P<verb>has|have|had)\s(?:{_ABOUT}\s)?$", re.IGNORECASE)
_RANGE = re.compile(
    r"(?:\d|[\d%]\s(?:and|or)|\b(?:a|an|to|between|the|past|last|next|every|per))\s?[-–]?$", re.IGNORECASE
)
_DOES = {"has": "does", "have": "do", "had": "did"}
_PLACE = re.compile(r"(?:\s(?:in|on|at|around|across|inside|near|under|along)\s[^,]+)?\.$")
_PASSIVE = re.compile(
    r"\s(?P<verb>was|were)\s(?P<deed>(?:\w+ed|born|built|found|held|killed|shot|sold|taken|won)\b.*)"
)


@dataclass(frozen=True, slots=True)
class Phrased:
    """A question and the spellings of its answer. `form` names its rule; a lower `rank` reads better."""

    question: str
    answers: tuple[str, ...]
    form: str
    rank: int


def is_plain(sentence: str) -> bool:
    """Whether a sentence can be understood alone and is short enough."""
    whole = sentence.endswith(".") and sentence[:1].isalnum() and not sentence[:1].islower()
    whole &= sentence.count("“") == sentence.count("”") and sentence.count('"') % 2 == 0
    return whole and LEAST_WORDS <= len(sentence.split()) <= MOST_WORDS and not _UNFIT.search(sentence)


def phrased(sentence: str, published: date | None) -> Iterator[Phrased]:
    """The questions that a plain sentence of one line answers, best phrased first."""
    first = next((name for name in names(sentence) if name.start == 0), None)
    days = dates(sentence, published)
    counted = [one for one in quantities(sentence) if _stands_alone(sentence, one)]
    yield from _counted_subject(sentence, counted)
    if first:
        yield from _who(sentence, first)
        yield from _held(sentence, first, counted)
        yield from _when(sentence, first, days)
    yield from _in_place(sentence, counted, days)


def _counted_subject(sentence: str, counted: list[Quantity]) -> Iterator[Phrased]:
    """At least 23 people were hurt → How many people were hurt?"""
    for one in counted:
        match = _COUNT.fullmatch(one.text)
        opens = re.fullmatch(rf"(?:{_ABOUT}\s)?", sentence[: one.start], re.IGNORECASE)
        rest = sentence[one.end :]
        if match and opens and one.unit not in MEASURES and re.match(r"\s(?!and\b|or\b|to\b)", rest):
            yield Phrased(f"How many {match['noun']}{_asked(rest)}", _spellings(match["number"]), "how many", 0)


def _who(sentence: str, subject: Name) -> Iterator[Phrased]:
    """Naftali Bennett warned … → Who warned …? Organisations are asked for by who, too."""
    rest = sentence[subject.end :]
    if _WHO.match(rest) and subject.text.split()[-1] not in rest:
        words = subject.text.split()
        short = (" ".join(words[-2:]),) if len(words) > 2 else ()
        yield Phrased(f"Who{_asked(rest)}", (subject.text, *short), "who", 1)


def _held(sentence: str, subject: Name, counted: list[Quantity]) -> Iterator[Phrased]:
    """Iran has 11 bases in Syria. → How many bases does Iran have in Syria?"""
    for one in counted:
        match, holds = _COUNT.fullmatch(one.text), _HOLDS.fullmatch(sentence[subject.end : one.start])
        if match and holds and _PLACE.fullmatch(sentence[one.end :]):
            asked = f"How many {match['noun']} {_DOES[holds['verb'].lower()]} {subject.text} have"
            yield Phrased(asked + _asked(sentence[one.end :]), _spellings(match["number"]), "how many", 0)


def _when(sentence: str, subject: Name, days: tuple[DateMention, ...]) -> Iterator[Phrased]:
    """Naftali Bennett was born in Haifa on 25 March 1972. → When was Naftali Bennett born in Haifa?"""
    for day in (day for day in days if re.search(r"\d", day.text)):
        before = re.sub(r"\s(?:on|in)$", "", sentence[subject.end : day.start].rstrip())
        passive = _PASSIVE.fullmatch(before)
        if passive and sentence[day.end :] == "." and day.first and "," not in before:
            asked = f"When {passive['verb']} {subject.text} {passive['deed']}?"
            yield Phrased(asked, _days(day), "when", 1)


def _in_place(sentence: str, counted: list[Quantity], days: tuple[DateMention, ...]) -> Iterator[Phrased]:
    """Iran has spent over $30 billion in Syria. → Iran has spent how much money in Syria?"""
    for one in counted:
        before = re.sub(rf"\b{_ABOUT}\s$", "", sentence[: one.start], flags=re.IGNORECASE)
        for asked, answers in _measured(one) if before else ():
            yield Phrased(before + asked + _asked(sentence[one.end :]), answers, "in place", 2)
    for day in (day for day in days if re.search(r"\d", day.text)):
        before, kind = sentence[: day.start], "year" if day.text.isdecimal() else "day"
        if day.first and (kind == "year" or day.first == day.last) and re.search(r"\b(?:on|in)\s$", before):
            yield Phrased(f"{before}what {kind}{_asked(sentence[day.end :])}", _days(day), "in place", 2)


def _measured(one: Quantity) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words that ask for a quantity, with the spellings of the answer."""
    match = _COUNT.fullmatch(one.text)
    if one.unit == "percent":
        yield "what percentage", tuple(dict.fromkeys((one.text, f"{one.value:g}%", f"{one.value:g} percent")))
    elif re.match(r"[$€£¥₪]", one.text):
        yield "how much money", (one.text,)
    elif match:
        yield f"how many {match['noun']}", _spellings(match["number"])


def _stands_alone(sentence: str, one: Quantity) -> bool:
    """Whether a number counts something, and is not part of a range, a list or a word."""
    before, after = sentence[: one.start], sentence[one.end :]
    if one.unit is None or one.unit in ("ordinal", "clock", "point") or one.value <= 1 or "-" in one.text:
        return False
    return not _RANGE.search(before) and not re.match(r"[-–\w]|\s(?:to|and|or|-)\s(?:\S*\d|older|younger)", after)


def _asked(rest: str) -> str:
    return rest.rstrip(". ") + "?"


def _spellings(number: str) -> tuple[str, ...]:
    value = _SPELLED.get(number.lower())
    return (number.lower(), str(value)) if value else (number,)


def _days(day: DateMention) -> tuple[str, ...]:
    if not day.first or day.first != day.last:
        return (day.text,)
    month = f"{day.first:%B}"
    forms = (f"{month} {day.first.day}, {day.first.year}", f"{day.first.day} {month} {day.first.year}")
    return tuple(dict.fromkeys((day.text, *forms)))
