"""A text as the words that an excerpt is compared by, each with its exact place. Called inside the room.

Case, accents, apostrophes, thousands separators and the dots of initials do not tell two words apart, nor do British
and American spellings of one word, "didn't" and "did not", "three" and "3". Marks that change a meaning (currency,
per cent, a minus) are words.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rag.cancellation import check_cancelled

ELLIPSIS = "…"

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTERS = rf"[^\W_{_UNSPACED}]+"
_THOUSANDS = ",\u00a0\u2009\u202f"
_TOKEN = re.compile(
    rf"""
    (?P<ellipsis> [\[(]?(?:…|\.{{3,}}|\.\ \.\ \.)[\])]? )
  | (?P<number> \d{{1,3}}(?:[{_THOUSANDS}]\d{{3}})+(?![\d])(?:\.\d+)? | \d+(?:\.\d+)? | (?<![\w.])\.\d+ )
  | (?P<initials> (?:[^\W\d_]\.)+[^\W\d_](?![^\W_])\.? )
  | (?P<unspaced> [{_UNSPACED}] )
  | (?P<word> {_LETTERS}(?:['’‘ʼ`´]{_LETTERS})* )
  | (?P<minus> (?<![\w.,)\]–—-])[-−](?=[\d.$€£¥]) )
  | (?P<mark> [$€£¥₹₽₩₪%‰°&] )
    """,
    re.VERBOSE,
)
_MARKS = {"%": "percent", "&": "and", "−": "-"}

# How one word is spelt elsewhere. A rule stands here only where no two words that differ in meaning meet by it.
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{2})our"), "or"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})ys(?=(?:e|ed|es|er|ers|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{2})([bt])re(s?)$"), r"\1er\2"),
    (re.compile(r"(?<=[a-z]{3})(?<=[fc]en)ce(?=s?$|less)"), "se"),
    (
        re.compile(
            r"^(travel|cancel|label|model|counsel|fuel|signal|level|marvel|quarrel|tunnel|rival|total|dial|channel"
            r"|panel|shovel|jewel|equal|medal|duel|spiral|funnel)l(?=[aeio])"
        ),
        r"\1",
    ),
    (re.compile(r"(?<=p)ae(?=d)|(?<=h)ae(?=m)|(?<=an)ae(?=[ms])|(?<=ch)ae(?=o)|(?<=k)ae(?=m)|(?<=yn)ae(?=c)"), "e"),
    (re.compile(r"(?<=f)oe(?=t)|^oe(?=s)|(?<=rrh)oe(?=a)"), "e"),
    (re.compile(r"(?<=[a-z]{2})ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=programm)e(?=s?$)|(?<=ag)e(?=ing$)|(?<=dg)e(?=ment)"), ""),
    (re.compile(r"(?<=to)wards$|(?<=after)wards$|(?<=back)wards$"), "ward"),
)
_SAME = {
    other: word
    for word, others in (
        ("gray", "grey"),
        ("program", "programm"),
        ("while", "whilst"),
        ("among", "amongst"),
        ("amid", "amidst"),
        ("skeptic", "sceptic"),
        ("skeptical", "sceptical"),
        ("aluminum", "aluminium"),
        ("plow", "plough"),
        ("mold", "mould"),
        ("jewelry", "jewellery jewelery"),
        ("maneuver", "manoeuvre manoeuver"),
        ("fulfill", "fulfil"),
        ("installment", "instalment"),
        ("enroll", "enrol"),
        ("license", "licence"),
        ("practice", "practise practize"),
        ("kyiv", "kiev"),
        ("odesa", "odessa"),
        ("kharkiv", "kharkov"),
        ("zelensky", "zelenskyy zelenskiy"),
        ("hezbollah", "hizbollah hizbullah hezbullah"),
        ("qaeda", "qaida"),
        ("gaddafi", "qaddafi gadhafi kadafi"),
        ("qassem", "qasem kassem qasim"),
        ("muhammad", "mohammed mohammad muhammed mohamed"),
        ("quran", "koran"),
        ("czar", "tsar"),
        ("learned", "learnt"),
        ("burned", "burnt"),
        ("dreamed", "dreamt"),
        ("leaned", "leant"),
        ("leaped", "leapt"),
        ("spelled", "spelt"),
        ("spoiled", "spoilt"),
        ("tire", "tyre"),
        ("mustache", "moustache"),
        ("pajamas", "pyjamas"),
    )
    for other in others.split()
}

# Written as one and meant as two: the first word's letters, and the second word.
_NOT = re.compile(r"^(?P<first>ca|wo|sha|[a-z]+)(?P<second>n['’‘ʼ`´]t)$|^(?P<can>can)(?P<rest>not)$", re.IGNORECASE)
_SHORTENED = re.compile(r"^(?P<first>[a-z]+)(?P<second>['’‘ʼ`´](?:m|re|ve|ll))$", re.IGNORECASE)
_IS = re.compile(r"^(?P<first>it|he|she|that|there|here|what|who)(?P<second>['’‘ʼ`´]s)$", re.IGNORECASE)
_FULL = {"ca": "can", "wo": "will", "sha": "shall", "m": "am", "re": "are", "ve": "have", "ll": "will"}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBERS = {
    **{word: str(number) for number, word in enumerate([*_UNITS, "seventeen", "eighteen", "nineteen"])},
    **{word: str(10 * number) for number, word in enumerate(_TENS, 2)},
}


class Token(NamedTuple):  # made a thousand times for each article: twice as quick to make as a dataclass
    """A word as it is compared, at `text[start:end]`."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The words of a text in order; three dots are a word of their own, `ELLIPSIS`."""
    check_cancelled()
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word = _compared(match[0], match.lastgroup)
        if word in _UNITS_IN_DIGITS and found and _is_its_ten(found[-1], match.start(), text):
            found[-1] = Token(str(int(found[-1].word) + int(word)), found[-1].start, match.end())
        elif cut := _second_word(match[0]):
            middle = match.start() + cut[0]
            found += [Token(cut[1], match.start(), middle), Token(cut[2], middle, match.end())]
        elif word:
            found.append(Token(word, *match.span()))
    return found


_UNITS_IN_DIGITS = frozenset("123456789")


def _is_its_ten(token: Token, place: int, text: str) -> bool:
    """Whether "twenty-" stands before a unit."""
    return text[token.end : place] == "-" and text[token.start : token.end].lower() in _TENS


@lru_cache(maxsize=65_536)
def _second_word(written: str) -> tuple[int, str, str] | None:
    """Where the second word begins in "didn't", and both words in full: (3, "did", "not")."""
    if found := _NOT.match(written):
        first = (found["first"] or found["can"]).lower()
        return len(first), _FULL.get(first, first), "not"
    if found := _SHORTENED.match(written):
        return len(found["first"]), _one_spelling(found["first"].lower()), _FULL[found["second"][1:].lower()]
    if found := _IS.match(written):
        return len(found["first"]), found["first"].lower(), "is"
    return None


@lru_cache(maxsize=65_536)
def _compared(written: str, kind: str | None) -> str:
    if kind == "ellipsis":
        return ELLIPSIS
    if kind in ("mark", "minus"):
        return _MARKS.get(written, written)
    if kind == "number":
        plain = re.sub(rf"[{_THOUSANDS}]", "", written)
        return f"0{plain}" if plain.startswith(".") else plain
    word = _plain(written)
    return _NUMBERS.get(word) or _one_spelling(word)


def _plain(written: str) -> str:
    """Without case, accents, apostrophes and dots."""
    spread = unicodedata.normalize("NFKD", written.casefold())
    return "".join(one for one in spread if one.isalnum())


def _one_spelling(word: str) -> str:
    for pattern, spelt in _SPELLINGS:
        word = pattern.sub(spelt, word)
    return _SAME.get(word, word)
