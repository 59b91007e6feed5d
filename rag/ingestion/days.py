"""Days as articles print them: "5 May 2020", "May 5th, 2020", "2020-05-05T01:00+03:00". Reading calls it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = r"(?P<{0}>1[89]\d\d|20\d\d)"
DAY = re.compile(
    r"(?<![\w/.-])(?:"
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s\-/]+{_MONTH.format('m1')}[\s\-/,]+{_YEAR.format('y1')}"
    rf"|{_MONTH.format('m2')}[\s\-]*(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[\s\-,]+{_YEAR.format('y2')}"
    rf"|{_YEAR.format('y3')}(?P<s3>[-/.])(?P<m3>\d{{1,2}})(?P=s3)(?P<d3>\d{{1,2}})"
    rf"|(?P<d4>\d{{1,2}})(?P<s4>[-/.])(?P<m4>\d{{1,2}})(?P=s4){_YEAR.format('y4')}"
    r")(?![\w/-]|\.\d)",
    re.IGNORECASE,
)
INSTANT = re.compile(
    r"(?<![\w/.-])\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?(?!\w)"
)


def parse_instant(value: str) -> date | None:
    """The UTC day of an ISO 8601 date or time; None where it is neither. A time without a zone keeps its day."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        pass
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
    match = DAY.search(text)
    return _day(match) if match else None


def _day(match: re.Match[str]) -> date | None:
    form = next(number for number in "1234" if match[f"y{number}"])
    year, day = int(match[f"y{form}"]), int(match[f"d{form}"])
    month = _MONTHS.index(match[f"m{form}"][:3].lower()) + 1 if form in "12" else int(match[f"m{form}"])
    if form == "4" and match["s4"] != "." and month != day:  # 5/6/2020 is May in one country and June in another
        if month <= 12 and day <= 12:
            return None
        day, month = (month, day) if month > 12 else (day, month)
    try:
        return date(year, month, day)
    except ValueError:
        return None
