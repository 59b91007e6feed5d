"""Tells from its words what kind of answer a question wants, and cuts a question that asks several things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

Kind = Literal["who", "when", "where", "number", "why", "how", "yes_no", "what"]

_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"how (many|much|long|far|old|often|big|large|deep|high|tall|fast|heavy|wide|soon)\b", "number"),
    (
        r"(what|which)([’']?s| is| was| were| are) (the )?([\w’'.-]+ ){0,4}(revenue|net worth|population|temperature|"
        r"budget|salary|turnout|death toll|toll|price|cost|margin|score|total|profit|magnitude)\b",
        "number",
    ),
    (
        r"(what|which) (\w+ )?(number|amount|sum|percentage|percent|share|distance|price|cost|age|toll)\b",
        "number",
    ),
    (
        r"(when\b|(what|which|on what|in what|on which|in which) (\w+ )?(day|date|year|month|time|week)\b)",
        "when",
    ),
    (r"what([’']?s| is| was| were| are) the ([\w’'.-]+ ){0,3}(date|year|day|time|month)\b", "when"),
    (r"(who|whom|whose|whos)\b", "who"),
    (r"(which|what) (\w+ )?(person|actor|actress|player|politician|minister|official|singer|author)\b", "who"),
    (
        r"(where\b|(what|which|in what|in which) (\w+ )?"
        r"(places?|cit(y|ies)|towns?|country|countries|regions?|provinces?|areas?|parts?|location|site)\b)",
        "where",
    ),
    (r"(why\b|for what reason|how come\b|what (\w+ )?(reasons?|cause[ds]?|prompted|led|drove|explains?)\b)", "why"),
    (r"how\b", "how"),
    (r"(what|which)\b", "what"),
)
_KEYWORDS: tuple[tuple[str, Kind], ...] = (  # of a question with no question word
    (r"(location|venue|address|whereabouts)", "where"),
    (r"(date|year)", "when"),
    (r"(number|price|cost|total|amount|percentage|age|(death )?toll|score|turnout|population)", "number"),
    (r"(winners?|leader|ceo|president|champions?|suspect|gunman|victims?)$", "who"),
    (r"(reasons?|causes?)", "why"),
)
_YES_NO = re.compile(
    r"^(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|isn't|aren't|didn't)\b"
)
OPENING = re.compile(r"^((and|but|so|ok|okay|then|also|well|now|thanks|please)\b[\s,]*)+", re.IGNORECASE)
_JOINED = re.compile(
    r"(?<!\s)(?:\s*[,;?])?(?<!\s)\s+and\s+(?=(?:(?:in|on|at|from|by|over|for|to|of|with)\s+)?(?:how|what|who|whom|whose|when|where|why|which)\b)"
    r"|(?<=\?)\s+(?=\w)",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^[^?:“\"]{3,60}:\s+(?=(?:in\s+)?(?:who|whom|whose|what|which|when|where|why|how)\b)", re.IGNORECASE
)
_PROVISO = re.compile(
    r",?\s+if\s+(?:the\s+)?(?:articles?|reports?|papers?)\s+(?:say|tell|know|mention)\w*(?:\s+so)?\b", re.IGNORECASE
)
_TAKES_PLACE = re.compile(r"\b(?:take|took|taken|taking) place\b", re.IGNORECASE)


def kind_of(text: str) -> Kind:
    """The kind of answer that a question wants, from its question word wherever it stands."""
    lower = OPENING.sub("", text).lower()
    if _YES_NO.match(lower):
        return "yes_no"
    return _first(_KINDS, lower) or _first(_KEYWORDS, lower) or "what"


def _first(kinds: Sequence[tuple[str, Kind]], text: str) -> Kind | None:
    """The kind whose pattern is met first in the text; of those met at one place, the first of the table."""
    found = [
        (match.start(), order, kind)
        for order, (pattern, kind) in enumerate(kinds)
        if (match := re.search(rf"\b{pattern}\b", text))
    ]
    return min(found)[2] if found else None


def parts_of(text: str) -> list[str]:
    """The questions that are asked in one: "Who won, and when was it?" is two."""
    return _JOINED.split(text)


def without_frame(text: str) -> str:
    """The question without a preamble ("Syria: who won?") and a proviso ("if the articles say")."""
    return _TAKES_PLACE.sub("happen", _PROVISO.sub("", _PREAMBLE.sub("", text)))
