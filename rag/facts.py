"""What a sentence asserts in checkable form: quantities, dates, names and quotations, each with its place.

The check, the comparison and the extractive writer call it. English only; what it does not recognise it leaves out.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rag.articles import squeeze

# -- quantities -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and what it counts or measures.

    `value` is scaled (30 billion is 3e10); `unit` is a canonical unit ("kilometer", "percent", "USD"), else the stem
    of the last noun it counts, else None. `text` runs from the number to the end of what it counts.
    """

    value: float
    unit: str | None
    start: int
    end: int
    text: str


_ONES = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
    "k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "tn": 1e12, "b": 1e9,
}  # fmt: skip
_CURRENCIES = {
    "us$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₪": "ILS", "₹": "INR",
    "dollar": "USD", "euro": "EUR", "pound": "GBP", "yen": "JPY", "yuan": "CNY", "shekel": "ILS", "rupee": "INR",
}  # fmt: skip
_UNITS = {
    "%": "percent", "percent": "percent", "pc": "percent", "percentage": "percent",
    "km": "kilometer", "kilometer": "kilometer", "kilometre": "kilometer", "mile": "mile", "m": "meter",
    "meter": "meter", "metre": "meter", "foot": "foot", "feet": "foot", "ft": "foot", "inch": "inch",
    "cm": "centimeter", "centimeter": "centimeter", "centimetre": "centimeter", "yard": "yard",
    "kg": "kilogram", "kilogram": "kilogram", "ton": "ton", "tonne": "ton", "gram": "gram", "mph": "mph",
    "second": "second", "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month",
    "year": "year", "decade": "decade", "degree": "degree", "megawatt": "megawatt", "mw": "megawatt",
    "acre": "acre", "hectare": "hectare", "barrel": "barrel",
}  # fmt: skip
_SPELLED = "|".join([*_ONES, *_TENS])
_QUANTITY = re.compile(
    rf"""(?<![\w.,-])(?P<currency>US\$|[$€£¥₪₹])?\s?
    (?:(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
      |(?P<words>\b(?:{_SPELLED})\b(?:[\s-]+(?:and\s+)?(?:{_SPELLED}|hundred))*\b)
      |(?P<half>half\s+an?|an?\s+half)
      |(?P<article>an?)(?=\s+(?:hundred|thousand|million|billion|trillion|dozen)\b))
    (?:[\s-]?(?P<scale>hundred|thousand|million|billion|trillion|dozen|bn|mn|tn|[kmb](?!\w))s?\b(?:\s+(?P<scale2>thousand|million|billion)\b)?)?
    (?P<percent>\s?%)?""",
    re.VERBOSE | re.IGNORECASE,
)
_COUNTED = re.compile(r"[\s-]+(?P<phrase>(?:[^\W\d_][\w’'-]*[\s-]+(?:and\s+|of\s+)?){0,5}?[^\W\d_][\w’'-]*)")
_NOUN_WORD = re.compile(r"[^\W\d_][\w’']*")
_PHRASE_ENDS = frozenset(
    """in on at to of from by with for as that which who was were is are has have had been be will would could can may
    during over after before since between into across around near while when where why how because than then or but
    killed died dead were wounded injured said told according away ago each per more less later earlier every against
    about overnight last this next reportedly not under it its they their he she his her the a an had and""".split()
)
_ORDINAL = re.compile(r"^(?:st|nd|rd|th)\b")


def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a text, written in digits or in words, without those of dates and names ("F-16")."""
    taken = [(day.start, day.end) for day in dates(text, None)]
    return tuple(
        found
        for match in _QUANTITY.finditer(text)
        if not any(start <= match.start() < end for start, end in taken)
        if (found := _quantity(text, match)) is not None
    )


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    rest = text[match.end() :]
    if match["digits"] and (_ORDINAL.match(rest) or (re.match(r"[^\W_]", rest) and not match["scale"])):
        glued = re.match(r"(km|kg|cm|mph|ft|mw|pc)\b", rest, re.IGNORECASE)
        if glued is None:
            return None
        return Quantity(
            _value(match), _UNITS[glued[1].lower()], match.start(), match.end() + glued.end(), match[0] + glued[0]
        )
    if not match["digits"] and not match["words"] and not match["half"] and not match["article"]:
        return None
    if match["words"] and match["words"].lower() == "one" and not match["scale"]:
        return None  # "one of them" is no count
    value = _value(match)
    unit, end = _unit(text, match)
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    if match["half"] and unit is None:
        return None
    return Quantity(value, unit, start, end, text[start:end])


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        value = float(match["digits"].replace(",", ""))
    elif match["half"]:
        value = 0.5
    else:
        value = _spelled(match["words"]) if match["words"] else 1.0
    for scale in ("scale", "scale2"):
        if match[scale]:
            value *= _SCALES[match[scale].lower()]
    return value


def _spelled(words: str) -> float:
    total = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word == "hundred":
            total = max(total, 1.0) * 100
        else:
            total += _ONES.get(word, _TENS.get(word, 0))
    return total


def _unit(text: str, match: re.Match[str]) -> tuple[str | None, int]:
    """The unit of a number and where what it counts ends."""
    if match["percent"]:
        return "percent", match.end()
    if match["currency"]:
        return _CURRENCIES[match["currency"].lower()], match.end()
    counted = _COUNTED.match(text, match.end())
    if counted is None:
        return None, match.end()
    last: tuple[str | None, int] = (None, match.end())
    reached = match.end()
    for place, word in enumerate(_NOUN_WORD.finditer(text, counted.start("phrase"), counted.end() + 60)):
        gap, reached = text[reached : word.start()], word.end()
        plain = word[0].lower().replace("’", "'").removesuffix("'s")
        if place > 5 or re.search(r"[^\s-]", gap) or (plain in _PHRASE_ENDS and not _goes_on(text, word)):
            break
        if plain in _PHRASE_ENDS:
            continue
        stem = _singular(plain)
        if stem in _UNITS and place == 0:
            return _UNITS[stem], word.end()
        if stem in _CURRENCIES:
            return _CURRENCIES[stem], word.end()
        if place and plain.endswith(("ly", "ed", "ing")):
            break
        last = (stem, word.end())
    return last


def _goes_on(text: str, word: re.Match[str]) -> bool:
    """Whether a linking word joins parts of what is counted: "14 Iranian and Iraqi fighters"."""
    return word[0].lower() == "and" and re.match(r"\s+[A-Z]", text[word.end() :]) is not None


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


# -- dates ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day or a stretch of days that a text names; `first` and `last` are None where nothing tells them."""

    first: date | None
    last: date | None
    start: int
    end: int
    text: str


_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec"
)
_DATE = re.compile(
    rf"""\b(?:
    (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
    |(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month1>{_MONTH})\b\.?(?:,?\s+(?P<year1>(?:1[5-9]|20)\d\d)\b)?
    |(?P<month2>{_MONTH})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:percent|%))(?:,?\s+(?P<year2>(?:1[5-9]|20)\d\d)\b)?
    |(?:(?P<part>early|mid|late)[\s-])?(?P<month3>{_MONTH})\b\.?(?:,?\s+(?:of\s+)?(?P<year3>(?:1[5-9]|20)\d\d)\b)?
    |(?:(?P<which>last|next|this)\s+)?(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b
    |(?P<relative>yesterday|today|tonight|tomorrow|(?:last|this|next)\s+(?:week|month|year)|earlier\s+this\s+(?:week|month|year))\b
    |(?P<decade>(?:1[5-9]|20)\d0s)\b
    |(?P<year>(?:1[5-9]|20)\d\d)(?!\s*(?:%|percent|km|kilomet|mile|people|troops|soldiers|members))(?![\d,]*\d)(?!-\w)\b
    )""",
    re.VERBOSE,
)
_LOWERCASE_MAY = re.compile(r"\bMay\s+(?:be|have|not|also|well|need|want)\b|^May\s+(?!\d)")


def dates(text: str, published: date | None) -> tuple[DateMention, ...]:
    """The days that a text names, resolved against the day on which it was published where that is known."""
    return tuple(_mention(match, published) for match in _DATE.finditer(text) if _is_date(text, match))


def _is_date(text: str, match: re.Match[str]) -> bool:
    if match["month3"] == "May" or match["month3"] == "March":
        return not _LOWERCASE_MAY.match(text[match.start("month3") :]) or bool(match["year3"])
    if match["year"]:
        return not re.search(r"[$€£#\d,.]$|\b(?:over|than|about|nearly|some|least|almost)\s$", text[: match.start()])
    return True


def _mention(match: re.Match[str], published: date | None) -> DateMention:
    first, last = _resolved(match, published)
    return DateMention(first, last, match.start(), match.end(), squeeze(match.group()))


def _resolved(match: re.Match[str], published: date | None) -> tuple[date | None, date | None]:
    try:
        if match["iso"]:
            day = date.fromisoformat(match["iso"])
            return day, day
        for number in ("1", "2"):
            if match[f"month{number}"]:
                return _on_day(match[f"month{number}"], match[f"day{number}"], match[f"year{number}"], published)
    except ValueError:
        return None, None
    if match["month3"]:
        return _in_month(match["month3"], match["year3"], match["part"], published)
    if match["year"]:
        return date(int(match["year"]), 1, 1), date(int(match["year"]), 12, 31)
    if match["decade"]:
        return date(int(match["decade"][:4]), 1, 1), date(int(match["decade"][:4]) + 9, 12, 31)
    if published is None:
        return None, None
    if match["weekday"]:
        back = (published.weekday() - _WEEKDAYS[match["weekday"].lower()]) % 7
        day = published - timedelta(days=back) if match["which"] != "next" else published + timedelta(days=7 - back)
        return day, day
    return _around(match["relative"].lower(), published)


def _on_day(month: str, day: str, year: str | None, published: date | None) -> tuple[date | None, date | None]:
    number = _MONTHS[month.lower().rstrip(".")]
    if year:
        found = date(int(year), number, int(day))
    elif published is not None:
        found = date(published.year, number, int(day))
        if found > published + timedelta(days=180):
            found = date(published.year - 1, number, int(day))
    else:
        return None, None
    return found, found


def _in_month(
    month: str, year: str | None, part: str | None, published: date | None
) -> tuple[date | None, date | None]:
    number = _MONTHS[month.lower().rstrip(".")]
    if year is None and published is None:
        return None, None
    told = int(year) if year else published.year if published else 0
    if year is None and published is not None and date(told, number, 1) > published + timedelta(days=31):
        told -= 1
    length = calendar.monthrange(told, number)[1]
    first, last = {"early": (1, 12), "mid": (8, 22), "late": (18, length)}.get(part or "", (1, length))
    return date(told, number, first), date(told, number, last)


def _around(relative: str, published: date) -> tuple[date, date]:
    days = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
    if relative in days:
        day = published + timedelta(days=days[relative])
        return day, day
    step = {"last": -1, "next": 1}.get(relative.split()[0], 0)
    if relative.endswith("week"):
        monday = published - timedelta(days=published.weekday()) + timedelta(weeks=step)
        return monday, monday + timedelta(days=6)
    if relative.endswith("year"):
        return date(published.year + step, 1, 1), date(published.year + step, 12, 31)
    month = published.year * 12 + published.month - 1 + step
    first = date(month // 12, month % 12 + 1, 1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


# -- names ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as it stands in the text, without a possessive's ending."""

    text: str
    start: int
    end: int


_CAPITAL = r"(?:[A-Z](?:\.[A-Z])+\.?|(?:al|el|as|ad|ar|ibn|d|l|o)[-’'][A-Z][\w-]*|[A-Z](?:[\w&-]|[’'](?!s\b)\w)*)"
_NAME = re.compile(rf"\b{_CAPITAL}(?:[.]?\s+(?:(?:of|the|al|bin|de|la|van|von)\s+)*{_CAPITAL})*")
_NOT_NAMES = frozenset(
    """
    the a an this that these those there here it its he she they we you i his her their our your my one two
    three four in on at for from to of by with as if when while where what who whom whose which why how and or
    but not no yes so is are was were be been do does did has have had can could may might must shall should
    will would after before during since until although though because despite some many most more all any each
    both few several also however meanwhile moreover then now today yesterday tomorrow according over under
    about between into later earlier last next first second third once still even just only perhaps such another
    other others monday tuesday wednesday thursday friday saturday sunday january february march april may june
    july august september october november december mr mrs ms dr jr sr gen sen rep gov maj lt col sgt capt prof
    st almost nearly recent almost give tell say says said please let us
    """.split()
)
_TITLES = re.compile(r"^(?:mr|mrs|ms|dr|gen|sen|rep|gov|maj|lt|col|sgt|capt|prof)\.?$", re.IGNORECASE)


def names(text: str) -> tuple[Name, ...]:
    """The capitalised runs of a text that are names; a word is not one merely for opening a sentence."""
    return tuple(_names(text))


def _names(text: str) -> Iterator[Name]:
    for match in _NAME.finditer(text):
        start, words = match.start(), list(re.finditer(r"\S+", match.group()))
        while words and (_bare(words[0][0]).lower() in _NOT_NAMES or _TITLES.match(words[0][0])):
            words.pop(0)
        while words and (_bare(words[-1][0]).lower() in _NOT_NAMES):
            words.pop()
        if not words:
            continue
        first, last = start + words[0].start(), start + words[-1].end()
        name = text[first:last]
        if not re.search(r"\.[A-Z]\.$", name):
            name = re.sub(r"(?:[’']s?|[.,])$", "", name)
        if len(words) == 1 and _opens_a_sentence(text, first) and not _elsewhere(text, name, first):
            continue
        if len(name) > 1:
            yield Name(name, first, first + len(name))


def _bare(word: str) -> str:
    return re.sub(r"^\W+|(?:[’']s)?\W*$", "", word)


def _opens_a_sentence(text: str, place: int) -> bool:
    return re.search(r"(?:^|[.!?:][”\"’')\]]*\s+|[“\"(]\s*|\n)$", text[:place]) is not None


def _elsewhere(text: str, name: str, place: int) -> bool:
    """Whether an opening word is a name all the same: capitals inside, or capitalised in mid-sentence too."""
    if re.search(r"[A-Z0-9]", name[1:]):
        return True
    if re.search(r"(?:ian|ish|ese|eli|qi)$", name):
        return True
    others = (m.start() for m in re.finditer(rf"\b{re.escape(name)}\b", text) if m.start() != place)
    if any(not _opens_a_sentence(text, other) for other in others):
        return True
    following = text[place + len(name) :]
    return (
        re.match(
            r"(?:[’']s\s+[a-z]|\s+(?:said|says|told|has|have|is|was|are|were|will|had|plans|and\s+[A-Z])\b)",
            following,
        )
        is not None
    )


# -- quotations -------------------------------------------------------------------------------------

_QUOTATION = re.compile(r"“([^“”]{3,}?)(?:”|$)|\"([^\"]{3,}?)(?:\"|$)|(?<!\w)‘([^‘’]{12,}?)’(?!\w)")
LEAST_QUOTED_WORDS = 3


def quotations(text: str) -> tuple[str, ...]:
    """The words in quotation marks, three or more at a time."""
    found = (next(group for group in match.groups() if group) for match in _QUOTATION.finditer(text))
    return tuple(squeeze(words) for words in found if len(words.split()) >= LEAST_QUOTED_WORDS)
