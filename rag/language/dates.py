"""The days and stretches of days that a text names."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.articles import squeeze
from rag.cancellation import check_cancelled


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day or a stretch of days that a text names; `first` and `last` are None where nothing tells them."""

    first: date | None
    last: date | None
    start: int
    end: int
    text: str


Days = tuple[date, date]

BEFORE_CHARACTERS = 24  # that tell whether what has the form of a date is one

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_SEASONS = {"spring": (3, 6), "summer": (6, 9), "autumn": (9, 12), "fall": (9, 12), "winter": (11, 14)}
_FEW = {word: number for number, word in enumerate("a one two three four five six seven eight nine ten".split())}
_FEW["a"] = _FEW["an"] = 1
_MONTH = (
    "January|February|March|April|May|June|July|August|September|October|November|December|"
    "Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_PART = r"early|mid|late|(?:the\s+)?(?:start|beginning|middle|end)\s+of"
_DATE = re.compile(
    rf"""\b(?:
    (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})\b
    |(?P<numeric>\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR})\b
    |(?P<day1>{_DAY})(?:\s?(?:-|–|to|and)\s?(?P<last1>{_DAY}))?\s+(?:of\s+)?(?P<month1>{_MONTH})\b\.?
        (?:\s?,?\s+(?P<year1>{_YEAR})\b)?
    |(?P<month2>{_MONTH})\.?\s+(?P<day2>{_DAY})(?![,.]?\d)(?:\s?(?:-|–|to|and)\s?(?P<last2>{_DAY})(?!\w))?
        (?!\s*(?:percent|per\scent|%))(?:\s?,?\s+(?P<year2>{_YEAR})\b)?
    |(?:(?P<part>{_PART})[\s-]+)?(?P<month3>{_MONTH})\b\.?(?:,?\s+(?:of\s+)?(?P<year3>{_YEAR})\b(?!,?\d))?
    |(?P<season>spring|summer|autumn|fall|winter)\s+(?:of\s+)?(?P<year4>{_YEAR})\b
    |(?P<which2>last|this|next)\s+(?P<season2>spring|summer|autumn|fall|winter)\b
    |(?:(?P<which>last|next|this)\s+)?(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b
    |(?P<ago>\d{{1,3}}|an?|one|two|three|four|five|six|seven|eight|nine|ten)\s+
        (?P<step>day|week|month|year|decade)s?\s+ago\b
    |(?P<relative>yesterday|today|tonight|tomorrow|(?:this|yesterday)\s+(?:morning|afternoon|evening)|last\s+night
        |(?:last|this|next)\s+(?:week(?:end)?|month|year)|over\s+the\s+weekend
        |(?:earlier|later)\s+this\s+(?:week|month|year))\b
    |(?P<decade>{_YEAR[:-2]}0s)\b
    |(?P<from>{_YEAR})\s?[-–/]\s?(?P<to>{_YEAR}|\d\d)\b(?![,.-]?\d)
    |(?:(?P<yearpart>{_PART}|first\s+half\s+of|second\s+half\s+of)[\s-]+)?(?P<year>{_YEAR})(?![\d,.]*\d)(?!-[^\W\d])\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_NO_MONTH = re.compile(r"(?:March|May)\s+(?:be|have|not|also|well|need|want|on\s+[A-Z]\w*)\b|May\s+(?!\d)")
_COUNTED = re.compile(
    r"\s*(?:%|percent|per\scent|km|kilomet|mile|met(?:er|re)s|people|troops|soldiers|members|men\b|women|homes|jobs|"
    r"cases|deaths|tons|tonnes|fighters|workers|dollars|euros|feet|employees|[a-z]+ people\b)"
)
_FIRST_NAME = re.compile(r"\w{3}\.?\s+[A-Z][a-z]")  # "Jan Zylinski"
_NUMBER_BEFORE = re.compile(
    r"[$€£#\d,.]$|\b(?:over|than|about|nearly|some|least|almost|approximately)\s$", re.IGNORECASE
)
_IN_A_MONTH = re.compile(
    r"\b(?:in|since|until|till|by|of|from|to|through|during|last|next|this|between|and|before|after|for|on|early|mid|"
    r"late|every|each|or|throughout|around|following|,)[\s-]+$|^\W*$",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|shall|due|set|scheduled|slated|expected|planned|plans?|upcoming|is\s+to|are\s+to|ahead\s+of|"
    r"deadline|this\s+coming)\b[^.!?]{0,60}$",
    re.IGNORECASE,
)


def dates(text: str, published: date | None) -> tuple[DateMention, ...]:
    """The days that a text names, resolved against the day on which it was published where that is known."""
    check_cancelled()
    return tuple(_mention(text, match, published) for match in _DATE.finditer(text) if _is_date(text, match))


def _is_date(text: str, match: re.Match[str]) -> bool:
    """Whether what has the form of a date is one, and not a verb, a person's name or a number."""
    month = match["month1"] or match["month2"] or match["month3"]
    before = max(0, match.start() - BEFORE_CHARACTERS), match.start()
    if month and not month[0].isupper():
        return False
    if match["weekday"] and not match["weekday"][0].isupper():
        return False
    if match["month3"] and not match["year3"] and not match["part"]:
        if month in ("May", "March") and _NO_MONTH.match(text, match.start("month3")):
            return False
        if len(month) < 4 and month != "May" and _FIRST_NAME.match(text, match.start("month3")):
            return False
        if month in ("April", "May", "June", "March", "August") or len(month) < 4:
            return _IN_A_MONTH.search(text, *before) is not None
    if match["year"] and not match["yearpart"]:
        return not _NUMBER_BEFORE.search(text, *before) and not _COUNTED.match(text, match.end())
    return True


def _mention(text: str, match: re.Match[str], published: date | None) -> DateMention:
    try:
        days = _resolved(match, published, ahead=_AHEAD.search(text, max(0, match.start() - 90), match.start()))
    except (ValueError, OverflowError):  # the 31st of June
        days = None
    first, last = days or (None, None)
    return DateMention(first, last, match.start(), match.end(), squeeze(match.group()))


def _resolved(match: re.Match[str], published: date | None, ahead: re.Match[str] | None) -> Days | None:
    if match["iso"]:
        return (day := date.fromisoformat(match["iso"])), day
    if match["numeric"]:
        return _numeric(match["numeric"])
    for number in ("1", "2"):
        if match[f"month{number}"]:
            last = match[f"last{number}"] or match[f"day{number}"]
            return _in_days(match[f"month{number}"], match[f"day{number}"], last, match[f"year{number}"], published)
    if match["month3"]:
        return _in_month(match["month3"], match["year3"], match["part"], published, ahead)
    if match["season"]:
        return _in_season(match["season"], int(match["year4"]))
    if match["from"]:
        to = match["to"] if len(match["to"]) == 4 else match["from"][:2] + match["to"]
        return date(int(match["from"]), 1, 1), date(int(to), 12, 31)
    if match["year"]:
        return _in_year(int(match["year"]), match["yearpart"])
    if match["decade"]:
        return date(int(match["decade"][:4]), 1, 1), date(int(match["decade"][:4]) + 9, 12, 31)
    if published is None:
        return None
    if match["season2"]:
        year = published.year + {"last": -1, "next": 1}.get(match["which2"].lower(), 0)
        days = _in_season(match["season2"], year)
        earlier = _in_season(match["season2"], year + 1)
        return earlier if match["which2"].lower() == "last" and earlier[1] < published else days
    if match["weekday"]:
        return _on_weekday(_WEEKDAYS[match["weekday"].lower()], (match["which"] or "").lower(), published, ahead)
    if match["ago"]:
        return _ago(match["ago"].lower(), match["step"].lower(), published)
    return _around(squeeze(match["relative"].lower()), published)


def _numeric(text: str) -> Days | None:
    """5/13/2020 and 13.5.2020; None where day and month cannot be told apart."""
    one, other, year = (int(part) for part in re.split(r"[/.]", text))
    if one <= 12 and other <= 12 and one != other:
        return None
    day = date(year, one, other) if other > 12 else date(year, other, one)
    return day, day


def _in_days(month: str, first: str, last: str, year: str | None, published: date | None) -> Days | None:
    number, begin, end = _MONTHS[month.lower()], _digits(first), _digits(last)
    if year is None and published is None:
        return None
    told = int(year) if year else published.year if published else 0
    if year is None and published is not None and date(told, number, begin) > published + timedelta(days=180):
        told -= 1
    return date(told, number, begin), date(told, number, max(begin, end))


def _digits(day: str) -> int:
    return int(re.sub(r"\D", "", day))


def _in_month(
    month: str, year: str | None, part: str | None, published: date | None, ahead: re.Match[str] | None
) -> Days | None:
    number = _MONTHS[month.lower()]
    if year is None and published is None:
        return None
    told = int(year) if year else published.year if published else 0
    soon = timedelta(days=300 if ahead else 31)
    if year is None and published is not None and date(told, number, 1) > published + soon:
        told -= 1
    length = calendar.monthrange(told, number)[1]
    first, last = {"early": (1, 12), "mid": (8, 22), "late": (18, length)}.get(_part(part), (1, length))
    return date(told, number, first), date(told, number, last)


def _part(words: str | None) -> str:
    told = (words or "").lower()
    for part, marks in (("early", "early start begin"), ("mid", "mid"), ("late", "late end")):
        if any(mark in told for mark in marks.split()):
            return part
    return ""


def _in_year(year: int, part: str | None) -> Days:
    half = (
        "early half"
        if part and part.lower().startswith("first")
        else "late half"
        if part and "second" in part
        else ""
    )
    months = {"early": (1, 4), "mid": (5, 8), "late": (9, 12), "early half": (1, 6), "late half": (7, 12)}
    first, last = months.get(half or _part(part), (1, 12))
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def _in_season(season: str, year: int) -> Days:
    """The season's months in the northern half of the world, with a margin; winter is of the year it begins in."""
    first, last = _SEASONS[season.lower()]
    over, month = divmod(last - 1, 12)
    return date(year, first, 1), date(year + over, month + 1, calendar.monthrange(year + over, month + 1)[1])


def _on_weekday(weekday: int, which: str, published: date, ahead: re.Match[str] | None) -> Days:
    """The last such day up to the publication; the next one where the words look ahead."""
    back = (published.weekday() - weekday) % 7
    if which == "last":
        back = back or 7
    if which in ("this", "next") or (ahead is not None and which != "last"):
        back = back - 7 if back or which == "next" else 0
    day = published - timedelta(days=back)
    return day, day


def _ago(number: str, step: str, published: date) -> Days:
    count = _FEW[number] if number in _FEW else int(number)
    if step == "day":
        return (day := published - timedelta(days=count)), day
    if step == "week":
        day = published - timedelta(weeks=count)
        return day - timedelta(days=3), day + timedelta(days=3)
    if step == "month":
        return _month(published, -count)
    year = published.year - count * (10 if step == "decade" else 1)
    return date(year, 1, 1), date(year, 12, 31)


def _around(relative: str, published: date) -> Days:
    days = {"yesterday": -1, "tomorrow": 1}
    if relative in ("last night", "today", "tonight", "tomorrow") or relative.split()[0] in ("yesterday",):
        day = published + timedelta(days=days.get(relative.split()[0], 0))
        return (day - timedelta(days=1), day) if relative == "last night" else (day, day)
    if re.search(r"morning|afternoon|evening", relative):
        return published, published
    step = {"last": -1, "next": 1}.get(relative.split()[0], 0)
    first, last = _stretch(relative, step, published)
    if relative.startswith("earlier"):
        return first, published
    return (published, last) if relative.startswith("later") else (first, last)


def _stretch(relative: str, step: int, published: date) -> Days:
    monday = published - timedelta(days=published.weekday())
    if relative.endswith("weekend"):
        saturday = monday + timedelta(days=5 + 7 * (step if step > 0 else 0))
        saturday -= timedelta(weeks=1) if step <= 0 and saturday > published else timedelta()
        return saturday, saturday + timedelta(days=1)
    if relative.endswith("week"):
        return monday + timedelta(weeks=step), monday + timedelta(weeks=step, days=6)
    if relative.endswith("year"):
        return date(published.year + step, 1, 1), date(published.year + step, 12, 31)
    return _month(published, step)


def _month(day: date, step: int) -> Days:
    month = day.year * 12 + day.month - 1 + step
    first = date(month // 12, month % 12 + 1, 1)
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])
