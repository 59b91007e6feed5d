"""The text and metadata of one article as its file, page or record gives them, and how they become an `Article`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from rag.articles import Article, Source, normalize, squeeze
from rag.errors import BadInput
from rag.ingestion.boilerplate import body_start
from rag.ingestion.chunking import blocks, paragraphs
from rag.ingestion.metadata import find_address, find_outlet, find_published, find_title, opening_words

LONGEST_ID = 512
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """A text and its metadata; what is None is looked for in the text."""

    text: str
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: date | None = None


class Metadata(TypedDict, total=False):
    """What is known of an article apart from its text."""

    title: str
    outlet: str
    url: str
    published: date


def clean(text: str) -> str:
    """The text as it is stored: normalised, every kind of line break made one, other control characters left out."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", normalize(text)))


def article(parsed: ParsedArticle, identity: str | None = None) -> Article:
    """The article, its metadata filled in from its text. Without an id, its URL or a hash of its text is its id."""
    text = clean(parsed.text)
    lines = [squeeze(text[slice(*span)]) for span in blocks(text)]
    if not lines:
        raise BadInput("The text is empty; give the article's text.", field="text")
    title = (parsed.title and squeeze(clean(parsed.title))) or find_title(lines)
    found = paragraphs(text, title)
    opening = next((squeeze(text[one.start : one.end]) for one in found if one.evidence), lines[0])
    url = parsed.url or find_address(lines)
    body = body_start(lines, title)
    source = Source(
        id=_identity(identity, url, text),
        title=title or opening_words(opening),
        outlet=parsed.outlet or find_outlet(lines, title, body),
        url=url,
        published=parsed.published or find_published(lines, title, body),
    )
    return Article(source, text, found)


def _identity(identity: str | None, url: str | None, text: str) -> str:
    chosen = squeeze(clean(identity)) if identity else url
    if chosen and len(chosen) <= LONGEST_ID:
        return chosen
    return hashlib.sha256((chosen or text).encode()).hexdigest()[:32]
