"""What keeps a sentence that is like a question from answering it: another year, no day. Relevance calls it.

Each looks at one thing that words and vectors do not see, and is silent where the question does not turn on it.
"""

from __future__ import annotations

import re
from datetime import date

from rag.language.dates import dates
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.words import are_opposed, pieces, same_stem
from rag.query import ParsedQuestion

LACKS = ("asks", "owner", "year", "number", "opposed", "day")
OWNER_WORDS = 4
A_SEASON_DAYS = 100  # what lasts longer tells no day
TIME = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "decade"})
SINCE = re.compile(r"\bsince\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_OTHER_YEAR = re.compile(
    r"\b(?:last|next|previous|this) (?:year|season)\b|\byears? (?:ago|earlier|before)\b", re.IGNORECASE
)
_YEAR_ASKED = re.compile(r"\byear\b", re.IGNORECASE)
_MONTH_ASKED = re.compile(r"\bmonth\b", re.IGNORECASE)
_MONTHS = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)(?:[a-z]+|\b)"
_MONTH = re.compile(rf"\b{_MONTHS}")
_DAY_OF_A_MONTH = re.compile(rf"\b{_MONTHS}\.? \d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTHS}")
_NUMBERED = re.compile(r"\b([A-Z]\w*) (\d{1,2}[a-z]?|(?:II|III|IV|VI?I?I?))\b(?!,\d)")
_ASKS = re.compile(r"\?[”\"’'\s]*$")
_OWNED = (
    r"(?P<{0}>president|premier|minister|leader|capital|king|queen|chief|head|ceo|executive|chairman|population|currency|economy|"
    r"mayor|governor|ambassador|spokes\w+|coach|captain|founder|owner|author|size|area|language)"
)
_OWNED_BY = re.compile(
    rf"\b{_OWNED.format('of')}\s+of\s+(?:the\s+)?(?P<owner>[A-Z]\w+)|\b(?P<having>[A-Z]\w+)['’]s\s+(?:[\w-]+\s+)?{_OWNED.format('own')}\b"
)

_OWNER_THERE = re.compile(  # "the president of Ruland", "Ruland's president", "Ruland President"
    rf"\b(?i:{_OWNED.format('owned')})\s+of\s+(?:the\s+)?[A-Z]|[’']s\s+(?:[\w-]+\s+)?(?i:{_OWNED.format('had')})\b|"
    r"(?<!^)(?<![.!?]\s)\b(?!(?:The|Prime|Chief|Deputy|Vice|Former)\b)[A-Z]\w+\s+(?:(?:Chief|Prime|Vice|Deputy|Foreign)\s+)?"
    rf"(?i:{_OWNED.format('theirs')})\b|^[A-Z]\w*(?:ian|ish|ese|aeli|aqi|stani)\s+(?i:{_OWNED.format('led')})\b"
)


def lacking(asked: ParsedQuestion, text: str, published: date | None, around: str = "") -> tuple[bool, ...]:
    """What keeps a sentence of an article of that day from answering, in the order of LACKS.

    `around` are its title and the sentence before it.
    """
    question = asked.text
    return (
        asks(text),
        lacks_owner(question, text, around),
        of_another_year(question, text, around, published),
        of_another_number(question, text),
        are_opposed(pieces(question.lower()), pieces(text.lower())),
        asked.kind == "when" and tells_no_day(question, text, published),
    )


def asks(sentence: str) -> bool:
    """Whether the sentence is itself a question."""
    return _ASKS.search(sentence) is not None


def of_another_year(question: str, sentence: str, around: str = "", published: date | None = None) -> bool:
    """Whether the sentence tells of years and none is the one that the question names, or was told in another."""
    asked, told = set(_YEAR.findall(question)), set(_YEAR.findall(sentence))
    if not asked or told:
        return bool(asked) and asked.isdisjoint(told)
    near = {*_YEAR.findall(around), *([str(published.year)] if published else [])}
    return bool(near) and asked.isdisjoint(near) and _OTHER_YEAR.search(sentence) is None


def of_another_number(question: str, sentence: str) -> bool:
    """Whether a name of the question has a number behind it in the sentence that it has not there: a sequel."""
    asked = pieces(question.lower())
    ends = {part.lower() for name in names(question) for part in pieces(name.text)[-1:]}
    pairs = _NUMBERED.findall(sentence)
    return any(word.lower() in ends and number.lower() not in asked for word, number in pairs)


def tells_no_day(question: str, sentence: str, published: date | None) -> bool:
    """Whether neither a day nor a month can be told from the sentence, nor how long something was.

    "Last year" and, in an article without a day, "on Friday" tell none; a year is enough where a year is asked for.
    """
    if _YEAR_ASKED.search(question) or SINCE.search(question):
        return False
    if _DAY_OF_A_MONTH.search(sentence) or (_MONTH_ASKED.search(question) and _MONTH.search(sentence)):
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
