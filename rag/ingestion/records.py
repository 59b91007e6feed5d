"""One record of JSON Lines or HTTP → an article. Reading and the service call `read_record`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from rag.articles import Article, Rejected, squeeze
from rag.errors import BadInput
from rag.ingestion.pages import read_html
from rag.ingestion.parsed import LONGEST_ID, Told, article, clean
from rag.language.publication_dates import parse_instant

LONGEST_TEXT = 2_000_000
MOST_LINES = 100_000
LONGEST_HTML = 20_000_000
LONGEST_TITLE = 1_000
LONGEST_OUTLET = 200
LONGEST_URL = 2_048
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def read_record(record: Mapping[str, object], index: int = 0) -> Article | Rejected:
    """The article of a record with `text` or `html`, and `title, outlet, url, published, id` where known.

    Other keys are ignored; null and "" are unknown. What is wrong is rejected with the field at fault.
    """
    try:
        return article(told_by(record), _identity(record))
    except BadInput as error:
        return Rejected(index, str(error))


def told_by(record: Mapping[str, object]) -> Told:
    """What a record says, each field checked; a page's own words fill what the record leaves out."""
    text, html = _string(record, "text", LONGEST_TEXT), _string(record, "html", LONGEST_HTML)
    title, outlet, url, published = told_fields(record)
    if text and text.count("\n") > MOST_LINES:
        raise BadInput(f"text: it has more than {MOST_LINES:,} lines; split it.", field="text")
    if text:
        return Told(text, title, outlet, url, published)
    if not html:
        raise BadInput(
            "text: missing or empty; give the article's text in `text`, or its page in `html`.", field="text"
        )
    page = read_html(html, url)
    if len(page.text) > LONGEST_TEXT or page.text.count("\n") > MOST_LINES:
        most = f"{LONGEST_TEXT:,} characters or {MOST_LINES:,} lines"
        raise BadInput(f"html: its text is longer than {most}; split it.", field="html")
    return Told(page.text, title or page.title, outlet or page.outlet, url or page.url, published or page.published)


def told_fields(record: Mapping[str, object]) -> tuple[str | None, str | None, str | None, date | None]:
    """Title, outlet, URL and day, checked; a page's front matter and a folder's sidecar are read by the same rule."""
    return (
        _string(record, "title", LONGEST_TITLE),
        _string(record, "outlet", LONGEST_OUTLET),
        _url(record),
        _published(record),
    )


def _string(record: Mapping[str, object], field: str, longest: int) -> str | None:
    value = record.get(field)
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadInput(f"{field}: must be a string, not {_kind(value)}.", field=field)
    if field == "id" and _NO_TEXT.search(value):  # made whole, two ids could become one
        raise BadInput("id: has a NUL or a lone surrogate, which is no text; give another.", field="id")
    if len(value) > longest:
        raise BadInput(
            f"{field}: {len(value):,} characters, of {longest:,} allowed; split or shorten it.", field=field
        )
    if field in ("text", "html"):
        return value if clean(value).strip() else None
    return squeeze(clean(value)) or None


def _url(record: Mapping[str, object]) -> str | None:
    url = _string(record, "url", LONGEST_URL)
    if url and not re.fullmatch(r"https?://[^\s<>\"]+", url, re.IGNORECASE):
        raise BadInput("url: must be a web address that begins with http:// or https://.", field="url")
    return url


def _published(record: Mapping[str, object]) -> date | None:
    value = record.get("published")
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise BadInput(f'published: must be a day such as "2020-05-05", not {_kind(value)}.', field="published")
    day = parse_instant(value)
    if day is None:
        shown = squeeze(clean(value))[:40]
        raise BadInput(f'published: “{shown}” is no ISO day or time such as "2020-05-05".', field="published")
    return day


def _identity(record: Mapping[str, object]) -> str | None:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    identity = _string(record, "id", LONGEST_ID)
    if isinstance(value, str) and re.search(r"[\x00-\x1f\x7f-\x9f]", value):
        raise BadInput("id: has control characters; give one made of letters, digits and marks.", field="id")
    if identity in (".", ".."):
        raise BadInput(f"id: {identity!r} is no name that a web address can carry; give another.", field="id")
    return identity


def _kind(value: object) -> str:
    return {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}.get(
        type(value), type(value).__name__
    )
