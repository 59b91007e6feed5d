"""Reads the article of one record of JSON Lines or HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

from rag.articles import Article, Rejected, squeeze
from rag.errors import BadInput
from rag.ingestion.pages import read_html
from rag.ingestion.parsed import LONGEST_ID, Metadata, ParsedArticle, article, clean
from rag.language.dates import parse_instant

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
        return article(parsed_record(record), _identity(record))
    except BadInput as error:
        return Rejected(index, str(error))


def parsed_record(record: Mapping[str, object]) -> ParsedArticle:
    """What a record says, each field checked; a page's own words fill what the record leaves out."""
    text, html = _string(record, "text", LONGEST_TEXT), _string(record, "html", LONGEST_HTML)
    metadata = checked_metadata(record)
    if not text and not html:
        raise BadInput(
            "text: missing or empty; give the article's text in `text`, or its page in `html`.", field="text"
        )
    parsed = ParsedArticle(text) if text else read_html(html or "", metadata.get("url"))
    if len(parsed.text) > LONGEST_TEXT or parsed.text.count("\n") > MOST_LINES:
        field, most = "text" if text else "html", f"{LONGEST_TEXT:,} characters or more than {MOST_LINES:,} lines"
        raise BadInput(f"{field}: its text has more than {most}; split it.", field=field)
    return replace(parsed, **metadata)


def checked_metadata(record: Mapping[str, object]) -> Metadata:
    """The title, outlet, url and day that a record or a folder's sidecar gives; unknown ones are left out."""
    found = {
        "title": _string(record, "title", LONGEST_TITLE),
        "outlet": _string(record, "outlet", LONGEST_OUTLET),
        "url": _url(record),
        "published": _published(record),
    }
    return cast(Metadata, {key: value for key, value in found.items() if value is not None})


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
