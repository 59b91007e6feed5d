"""The days and stretches of days that a text names."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from rag.articles import squeeze
from rag.cancellation import check_cancelled
from rag.language import lexicons
from rag.language.numerals import SPELLED, spelled

Sort = Literal["weekday", "date", "month", "year", "relative", "stretch"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """A day or a stretch of days that a text names; `first` and `last` are None where they are not known."""

    first: date | None
    last: date | None
    start: int
    end: int
    text: str
    sort: Sort


Days = tuple[date, date]

BEFORE_CHARACTERS = 24  # that tell whether what has the form of a date is one

MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAY = rf"(?:{'|'.join(calendar.day_name)})"
_SORTS: dict[str, Sort] = {  # by the groups of the pattern, the first that is there
    "which": "relative", "weekday": "weekday", "iso": "date", "numeric": "date", "day1": "date", "day2": "date",
    "month3": "month", "year": "year", "ago": "relative", "relative": "relative",
}  # fmt: skip
_DATE = lexicons.pattern("dates.date", month="|".join(MONTHS), weekday=WEEKDAY, spelled=SPELLED)
_NO_MONTH = lexicons.pattern("dates.no_month", 0)
_COUNTED = lexicons.pattern("dates.counted", 0)
_FIRST_NAME = lexicons.pattern("dates.first_name", 0)
_NUMBER_BEFORE = lexicons.pattern("dates.number_before")
_IN_A_MONTH = lexicons.pattern("dates.in_a_month")
_AHEAD = lexicons.pattern("dates.ahead")


def dates(text: str, published: date | None) -> tuple[DateMention, ...]:
    """The days that a text names, resolved against the day on which it was published where that is known."""
    check_cancelled()
    return tuple(_mention(text, match, published) for match in _DATE.finditer(text) if _is_date(text, match))


def _is_date(text: str, match: re.Match[str]) -> bool:
    """Whether what has the form of a date is one, and not a verb, a person's name or a number."""
    month = match["month1"] or match["month2"] or match["month3"]
    before = max(0, match.start() - BEFORE_CHARACTERS), match.start()
    if (named := month or match["weekday"]) and not named[0].isupper():
        return False
    if match["month3"] and not match["year3"]:
        if month in ("May", "March") and _NO_MONTH.match(text, match.start("month3")):
            return False
        if len(month) < 4 and month != "May" and _FIRST_NAME.match(text, match.start("month3")):
            return False
        if month in ("April", "May", "June", "March", "August") or len(month) < 4:
            return _IN_A_MONTH.search(text, *before) is not None
    if match["year"]:
        return not _NUMBER_BEFORE.search(text, *before) and not _COUNTED.match(text, match.end())
    return True


def _mention(text: str, match: re.Match[str], published: date | None) -> DateMention:
    try:
        days = _resolved(match, published, ahead=_AHEAD.search(text, max(0, match.start() - 90), match.start()))
    except (ValueError, OverflowError):  # the 31st of June
        days = None
    first, last = days or (None, None)
    sort: Sort = next((sort for group, sort in _SORTS.items() if match[group]), "stretch")
    return DateMention(first, last, match.start(), match.end(), squeeze(match.group()), sort)


def _resolved(match: re.Match[str], published: date | None, ahead: re.Match[str] | None) -> Days | None:
    if match["iso"]:
        return (day := date.fromisoformat(match["iso"])), day
    if match["numeric"]:
        return _numeric(match["numeric"])
    for form in ("1", "2", "3"):
        if month := match[f"month{form}"]:
            first = _digits(match[f"day{form}"]) if form != "3" else 1
            margin = 180 if form != "3" else 300 if ahead else 31
            year = _year(match[f"year{form}"], MONTHS[month.lower()], first, published, margin)
            if year is None:
                return None
            if form == "3":
                return _months(year, MONTHS[month.lower()])
            day = date(year, MONTHS[month.lower()], first)
            return day, day.replace(day=max(first, _digits(match[f"last{form}"] or "0")))
    if match["from"]:
        to = match["to"] if len(match["to"]) == 4 else match["from"][:2] + match["to"]
        return _months(int(match["from"]), 1, 12 * (int(to) - int(match["from"]) + 1))
    if match["year"]:
        return _months(int(match["year"]), 1, 12)
    if match["decade"]:
        return _months(int(match["decade"][:4]), 1, 120)
    if published is None or match["season"]:
        return None
    if match["weekday"]:
        return _on_weekday(WEEKDAYS[match["weekday"].lower()], (match["which"] or "").lower(), published, ahead)
    if match["ago"]:
        return _ago(match["ago"].lower(), match["step"].lower(), published)
    return _around(squeeze(match["relative"].lower()), published)


def _numeric(text: str) -> Days | None:
    """5/13/2020 and 13.5.2020; None where either number may be the month."""
    one, other, year = (int(part) for part in re.split(r"[/.]", text))
    if one <= 12 and other <= 12 and one != other:
        return None
    day = date(year, one, other) if other > 12 else date(year, other, one)
    return day, day


def _year(written: str | None, month: int, day: int, published: date | None, margin: int) -> int | None:
    """The year of a day: the one that is written, else the last in which it is at most so many days ahead."""
    if written or published is None:
        return int(written) if written else None
    return published.year - (date(published.year, month, day) > published + timedelta(days=margin))


def _digits(day: str) -> int:
    return int(re.sub(r"\D", "", day))


def _months(year: int, month: int, count: int = 1) -> Days:
    """So many months, from one that may be 0 or less, or more than 12: of the year before, or after."""
    first, last = (divmod(year * 12 + month - 1 + more, 12) for more in (0, count - 1))
    return date(first[0], first[1] + 1, 1), date(last[0], last[1] + 1, calendar.monthrange(last[0], last[1] + 1)[1])


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
    count = int(number) if number.isdigit() else int(spelled(number)) or 1
    if step == "day":
        return (day := published - timedelta(days=count)), day
    if step == "week":
        day = published - timedelta(weeks=count)
        return day - timedelta(days=3), day + timedelta(days=3)
    if step == "month":
        return _months(published.year, published.month - count)
    return _months(published.year - count * (10 if step == "decade" else 1), 1, 12)


def _around(relative: str, published: date) -> Days:
    """A day, week, month or year by how far it is from the publication: last night, next week, earlier this year."""
    step = {"yesterday": -1, "last": -1, "tomorrow": 1, "next": 1}.get(relative.split()[0], 0)
    unit = next((unit for unit in ("weekend", "week", "month", "year") if relative.endswith(unit)), "day")
    if unit == "day":
        day = published + timedelta(days=step)
        return day, published if relative == "last night" else day
    if unit == "weekend":
        saturday = published + timedelta(days=5 - published.weekday(), weeks=max(step, 0))
        saturday -= timedelta(weeks=step < 1 and saturday > published)
        return saturday, saturday + timedelta(days=1)
    monday = published - timedelta(days=published.weekday(), weeks=-step)
    first, last = {
        "week": (monday, monday + timedelta(days=6)),
        "month": _months(published.year, published.month + step),
        "year": _months(published.year + step, 1, 12),
    }[unit]
    return first, last


# -- days that pages print of themselves ------------------------------------------------------------------

INSTANT = re.compile(
    r"(?<![\w/.-])\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?(?!\w)"
)
FIRST_PUBLISHED = re.compile(r"\b(?:published|posted|issued|filed|date|created)\b", re.IGNORECASE)
UPDATED = re.compile(r"\b(?:updated|modified)\b", re.IGNORECASE)
_SLASHED = re.compile(r"\b(\d{4})([/.])(\d{2})\2(\d{2})\b")


def parse_instant(value: str) -> date | None:
    """The UTC day of an ISO 8601 date or time; None where it is neither. A time without a zone keeps its day."""
    try:
        moment = datetime.fromisoformat(value.strip())
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None


def find_day(text: str) -> date | None:
    """The first day that the text prints in full; None where there is none or it can be read in two ways."""
    instant = INSTANT.search(text)
    if instant and (day := parse_instant(instant.group())):
        return day
    found = dates(_SLASHED.sub(r"\1-\3-\4", text), None)
    return next((one.first for one in found if one.first and one.first == one.last), None)
