"""Detects the kind of thing that a question asks for in a sentence: a cause, a place, a count."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.counting import CURRENCIES
from rag.language.countries import ADJECTIVE_ENDING


def _cue(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b{pattern}\b", re.IGNORECASE)


CAUSE = lexicons.pattern("answer_cues.cause")
MANNER = _cue(lexicons.any_of("answer_cues.manner"))
PLACE = re.compile(
    rf"\b{lexicons.any_of('answer_cues.before_places')}\s+(?:the\s+)?(?:\w+\s+){{0,3}}?[A-Z]"
    rf"|\b{lexicons.any_of('answer_cues.places')}\w*\b"
)
PEOPLE = _cue(rf"{lexicons.any_of('people.speakers', 'people.groups')}(?:e?s)?")
ORDINAL = _cue(r"(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))")
VAGUE = _cue(lexicons.any_of("answer_cues.vague"))
SINCE = _cue("since")
PEOPLES = re.compile(rf"\b[a-z]+{ADJECTIVE_ENDING}\b")  # of those that are counted
TIME = lexicons.words("answer_cues.time")
_LENGTH = lexicons.words("answer_cues.length")
MONEY = frozenset(CURRENCIES)
UNIT_CLASSES = {
    **dict.fromkeys(("long", "old", "often"), TIME),
    **dict.fromkeys(("far", "high", "tall", "deep"), _LENGTH),
    "money": MONEY,
    "percent": frozenset({"percent"}),
}
_HOW_COUNTED = _cue(r"how (many|much|long|far|old|often|high|tall|deep)\b\s*((?:[\w-]+\s*){0,4})")
_SPENDING = _cue(rf"(?:{lexicons.any_of('answer_cues.spending')}|(?:spen|cost|earn|invest|raise|owe)\w*)")
_PERCENT, _SUM = _cue("(?:percent|per cent|percentage|share)"), _cue("(?:cost|price|amount|sum)")
_AUXILIARY = re.compile(rf"\b{lexicons.any_of('answer_cues.auxiliaries')}\b.*", re.IGNORECASE)


def counted(text: str) -> str:
    """What the question counts: a class of units ("money", "long") or its counted words ("Iranian bases")."""
    if _PERCENT.search(text):
        return "percent"
    found = _HOW_COUNTED.search(text)
    if found is None:
        return "money" if _SUM.search(text) else ""
    word, rest = found[1].lower(), found[2]
    if word == "many":
        return _AUXILIARY.sub("", rest).strip().lower()
    if word == "much":
        return "money" if _SPENDING.search(text) else ""
    return word
