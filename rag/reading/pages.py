"""HTML and Markdown → text and what the page tells of itself. Only `rag.reading` calls it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A page's own text and what its metadata tells; None where it does not. `published` is as written."""

    text: str
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: str | None = None


_FRONT_MATTER = re.compile(r"\A---\s*\n(?P<fields>.*?\n)---\s*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(?P<name>title|outlet|source|url|link|date|published)\s*:\s*(?P<value>.+?)\s*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)[*_](?=\S))(.+?)(?<=\S)\1")
_RULE = re.compile(r"^(?:[-*_]\s*){3,}$", re.MULTILINE)
_QUOTE = re.compile(r"^>\s?", re.MULTILINE)


def read_html(html: str) -> Page:
    """The story of an HTML page, by trafilatura; an empty text where there is none."""
    import trafilatura

    document = trafilatura.bare_extraction(html, with_metadata=True, include_comments=False, favor_recall=True)
    if document is None:
        return Page("")
    return Page(document.text or "", document.title, document.sitename, document.url, document.date)


def read_markdown(source: str) -> Page:
    """The text of a Markdown file without its marks; its front matter and first heading tell of it."""
    fields: dict[str, str] = {}
    front = _FRONT_MATTER.match(source)
    if front is not None:
        fields = {found["name"]: found["value"].strip("\"'") for found in _FIELD.finditer(front["fields"])}
        source = source[front.end() :]
    first = _HEADING.search(source)
    title = fields.get("title") or (_plain(first.group(1)) if first and not source[: first.start()].strip() else None)
    text = _plain(_RULE.sub("", _HEADING.sub(r"\n\1\n", source)))
    outlet, url = fields.get("outlet") or fields.get("source"), fields.get("url") or fields.get("link")
    return Page(text.strip(), title, outlet, url, fields.get("published") or fields.get("date"))


def _plain(source: str) -> str:
    text = _LINK.sub(r"\1", _QUOTE.sub("", source))
    return _EMPHASIS.sub(r"\2", text)
