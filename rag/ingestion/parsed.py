"""What a file, a page or a record says of one article, and how it becomes an `Article`. Reading calls it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date

from rag.articles import Article, Source, normalize, squeeze
from rag.errors import BadInput
from rag.ingestion.boilerplate import are_evidence
from rag.ingestion.chunking import blocks, paragraphs
from rag.ingestion.metadata import find_address, find_outlet, find_published, find_title, opening_words

LONGEST_ID = 512
_BREAKS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Told:
    """A text and what was said of it. What is None, the text may tell."""

    text: str
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: date | None = None


def clean(text: str) -> str:
    """The text as it is stored: normalised, every kind of line break made one, other control characters left out."""
    return _CONTROLS.sub("", _BREAKS.sub("\n", normalize(text)))


def article(told: Told, identity: str | None = None) -> Article:
    """The article, with what it tells itself filled in. Without an id, its URL or a hash of its text is its id."""
    text = clean(told.text)
    spans = blocks(text)
    if not spans:
        raise BadInput("The text is empty; give the article's text.", field="text")
    lines = [squeeze(text[slice(*span)]) for span in spans]
    title = (told.title and squeeze(clean(told.title))) or find_title(lines)
    url = told.url or find_address(lines)
    source = Source(
        id=_identity(identity, url, text),
        title=title or opening_words(lines, are_evidence(lines)),
        outlet=told.outlet or find_outlet(lines, title),
        url=url,
        published=told.published or find_published(lines, title),
    )
    return Article(source, text, paragraphs(text, title))


def _identity(identity: str | None, url: str | None, text: str) -> str:
    chosen = squeeze(clean(identity)) if identity else url
    if chosen and len(chosen) <= LONGEST_ID:
        return chosen
    return hashlib.sha256((chosen or text).encode()).hexdigest()[:32]
