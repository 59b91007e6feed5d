"""What keeps a sentence that is like a question from answering it: another year, no day. Relevance calls it.

Each looks at one thing that words and vectors do not see, and is silent where the question does not turn on it.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

from rag.asking import Asked
from rag.facts import dates, names, quantities
from rag.words import are_opposed, pieces, same_stem

LACKS = ("asks", "owner", "year", "number", "opposed", "day")
OWNER_WORDS = 4
A_SEASON_DAYS = 100  # what lasts longer tells no day
TIME = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "decade"})
SINCE = re.compile(r"\bsince\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_YEAR_ASKED = re.compile(r"\byear\b", re.IGNORECASE)
_MONTH_ASKED = re.compile(r"\bmonth\b", re.IGNORECASE)
_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)(?:[a-z]+|\b)")
_NUMERAL = re.compile(r"\d{1,2}[a-z]?|ii|iii|iv|vi?i?i?")
_ASKS = re.compile(r"\?[”\"’'\s]*$")
_OWNED = (
    r"(?P<{0}>president|premier|minister|leader|capital|king|queen|chief|head|ceo|chairman|population|currency|economy|"
    r"mayor|governor|ambassador|spokes\w+|coach|captain|founder|owner|author|size|area|language)"
)
_OWNED_BY = re.compile(
    rf"\b{_OWNED.format('of')}\s+of\s+(?:the\s+)?(?P<owner>[A-Z]\w+)|\b(?P<having>[A-Z]\w+)['’]s\s+(?:[\w-]+\s+)?{_OWNED.format('own')}\b"
)

_OWNER_THERE = re.compile(  # "the president of Ruland", "Ruland's president", "Rulandian President"
    rf"\b(?i:{_OWNED.format('owned')})\s+of\s+(?:the\s+)?[A-Z]|[’']s\s+(?:[\w-]+\s+)?(?i:{_OWNED.format('had')})\b|"
    rf"\b[A-Z]\w*(?:ian|ish|ese|aeli|aqi|stani)\s+(?:[\w-]+\s+)?(?i:{_OWNED.format('theirs')})\b"
)


def lacking(asked: Asked, text: str, published: date | None, around: str = "") -> tuple[bool, ...]:
    """What keeps a sentence of an article of that day from answering, in the order of LACKS.

    `around` are its title and the sentence before it.
    """
    question = asked.text
    return (
        asks(text),
        lacks_owner(question, text, around),
        of_another_year(question, text),
        of_another_number(question, text),
        are_opposed(pieces(question.lower()), pieces(text.lower())),
        asked.kind == "when" and tells_no_day(question, text, published),
    )


def asks(sentence: str) -> bool:
    """Whether the sentence is itself a question."""
    return _ASKS.search(sentence) is not None


def of_another_year(question: str, sentence: str) -> bool:
    """Whether the sentence tells of years and none is the one that the question names."""
    asked, told = set(_YEAR.findall(question)), set(_YEAR.findall(sentence))
    return bool(asked and told) and asked.isdisjoint(told)


def of_another_number(question: str, sentence: str) -> bool:
    """Whether a name of the question has a number behind it in the sentence that it has not there: a sequel."""
    asked, words = pieces(question.lower()), pieces(sentence.lower())
    ends = {part.lower() for name in names(question) for part in pieces(name.text)[-1:]}
    return any(
        word in ends and _NUMERAL.fullmatch(following) is not None and following not in asked
        for word, following in pairwise(words)
    )


def tells_no_day(question: str, sentence: str, published: date | None) -> bool:
    """Whether neither a day nor a month can be told from the sentence, nor how long something was.

    "Last year" and, in an article without a day, "on Friday" tell none; a year is enough where a year is asked for.
    """
    if _YEAR_ASKED.search(question) or SINCE.search(question):
        return False
    if _MONTH_ASKED.search(question) and _MONTH.search(sentence):
        return False
    if any(found.unit in TIME for found in quantities(sentence)):
        return False
    told = dates(sentence, published)
    return not any(one.first and one.last and (one.last - one.first).days <= A_SEASON_DAYS for one in told)


def lacks_owner(question: str, sentence: str, around: str = "") -> bool:
    """Whether what the question asks of someone ("the president of Iran") stands apart from them in the sentence.

    Where the sentence names no owner, it is the one whom the title or the sentence before names.
    """
    found = _OWNED_BY.search(question)
    if found is None:
        return False
    owned, owner = (found["of"] or found["own"]).lower(), (found["owner"] or found["having"]).lower()
    words = [word.lower() for word in pieces(sentence)]
    places = [place for place, word in enumerate(words) if same_stem(owned, word)]
    near = [word for place in places for word in words[max(0, place - OWNER_WORDS) : place + OWNER_WORDS]]
    if any(same_stem(owner, word) for word in near):
        return False
    told_around = any(same_stem(owner, word.lower()) for word in pieces(around))
    return not (places and told_around and not _OWNER_THERE.search(sentence))
