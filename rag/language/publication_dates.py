"""Days as pages print them of themselves: "5 May 2020", "2020-05-05T01:00+03:00", "Updated: 5.5.2020"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from rag.language.dates import dates

INSTANT = re.compile(
    r"(?<![\w/.-])\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2})?(?!\w)"
)
FIRST = re.compile(r"\b(?:published|posted|issued|filed|date|created)\b", re.IGNORECASE)
LATER = re.compile(r"\b(?:updated|modified)\b", re.IGNORECASE)
_SLASHED = re.compile(r"\b(\d{4})([/.])(\d{2})\2(\d{2})\b")


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
    found = dates(_SLASHED.sub(r"\1-\3-\4", text), None)
    return next((one.first for one in found if one.first and one.first == one.last), None)
