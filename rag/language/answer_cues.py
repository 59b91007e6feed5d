"""Tells whether a sentence holds the kind of thing that a question asks for: a cause, a place, a count."""

from __future__ import annotations

import re

from rag.language.counting import CURRENCIES

CAUSE = re.compile(
    r"\b(because|since|due to|owing to|as a result|result(?:ed|s)? (?:of|in|from)|in response to|after|amid|caused?|"
    r"prompt(?:ed|s|ing)?|led|lead(?:s|ing)? to|forced?|driven|drove|thanks to|so that|in order to|linked to|reason|"
    r"blamed?|aim(?:ed|s)? (?:to|at)|as (?:the|a|an|they|he|it)|"
    r"to (?:prevent|stop|protect|ensure|avoid|help|keep|force|make|thwart|fight))\b",
    re.IGNORECASE,
)
MANNER = re.compile(r"\b(by|using|through|via|with|by means of)\b", re.IGNORECASE)
PLACE = re.compile(
    r"\b(?:in|at|near|from|to|inside|outside|across|around|over|off|on|throughout)\s+(?:the\s+)?(?:\w+\s+){0,3}?[A-Z]"
    r"|\b(?:border|city|town|village|province|region|capital|territory|north|south|east|west|headquarters)\w*\b"
)
PEOPLE = re.compile(
    r"\b(?:officials?|sources?|minister|president|spokes\w+|experts?|analysts?|commander|leaders?|group|police|army|"
    r"military|forces?|militias?|militants?|fighters?|troops|government|company|agency|team|scientists?|researchers?|"
    r"prosecutors?|judge|court|residents?|witness\w*|observers?|authorities)\b",
    re.IGNORECASE,
)
ORDINAL = re.compile(
    r"\b(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))\b", re.IGNORECASE
)
VAGUE = re.compile(  # "thousands of advisers", "weekly", "nobody died"
    r"\b(?:dozens|scores|hundreds|thousands|millions|several|numerous|(?:a|small) (?:number|handful)|few|many|most|"
    r"half|daily|weekly|monthly|yearly|annually|hourly|twice|none|nobody|no one)\b",
    re.IGNORECASE,
)
TIME = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "decade"})
LENGTH = frozenset({"meter", "kilometer", "mile", "foot", "inch", "centimeter", "yard"})
SINCE = re.compile(r"\bsince\b", re.IGNORECASE)
MONEY = frozenset(CURRENCIES)
UNIT_CLASSES = {"long": TIME, "old": TIME, "often": TIME, "far": LENGTH, "high": LENGTH, "tall": LENGTH,
                 "deep": LENGTH, "money": MONEY, "percent": frozenset({"percent"})}  # fmt: skip
HOW_COUNTED = re.compile(
    r"\bhow (many|much|long|far|old|often|high|tall|deep)\b\s*((?:[\w-]+\s*){0,4})", re.IGNORECASE
)
SPENDING = re.compile(
    r"\b(money|spen\w+|cost\w*|pa(?:y|id)|worth|price|earn\w*|budget|invest\w*|raise\w*|owe\w*|sold|buy|bought|funds?|funding)\b",
    re.IGNORECASE,
)
PEOPLES = re.compile(r"\b[a-z]+(?:[a-z]ian|ish|[nm]ese|aeli|aqi|stani)\b")  # of those that are counted
AUXILIARY = re.compile(
    r"\b(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|of|in|on|at)\b.*", re.IGNORECASE
)


def counted(text: str) -> str:
    """What the question counts: a class of units ("money", "long") or its counted words ("Iranian bases")."""
    if re.search(r"\b(percent|per cent|percentage|share)\b", text, re.IGNORECASE):
        return "percent"
    found = HOW_COUNTED.search(text)
    if found is None:
        return "money" if re.search(r"\b(cost|price|amount|sum)\b", text, re.IGNORECASE) else ""
    word, rest = found.group(1).lower(), found.group(2)
    if word == "many":
        return AUXILIARY.sub("", rest).strip().lower()
    if word == "much":
        return "money" if SPENDING.search(text) else ""
    return word
