"""HTML and Markdown → what they tell of one article. Reading calls it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from rag.articles import normalize, squeeze
from rag.errors import BadInput
from rag.reading.days import find_day, parse_instant
from rag.reading.told import Told

_BLOCKS = ("p", "head", "quote", "item", "ab", "row", "list", "table", "div")
_NOT_READ = "script, style, noscript, template, nav, header, footer, aside, form, button, iframe, svg, select"


def read_html(html: str, url: str | None = None) -> Told:
    """The article of a page without its menus and boxes (trafilatura), and what its metadata tell."""
    from trafilatura import bare_extraction

    html = re.sub(r"^\s*<\?xml[^>]*\?>", "", normalize(html))  # lxml refuses text that declares an encoding
    page: Any = bare_extraction(
        html,
        url=url,
        with_metadata=True,
        include_comments=False,
        # A day found anywhere in the text is often that of an event; only what the page marks as its own counts.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    lines = [line for line in _lines_of(page.body) if line] if page is not None and page.body is not None else []
    text = "\n\n".join(lines or _all_lines(html))
    if not text:
        raise BadInput("The page holds no readable article; save the article's text as .txt.", field="html")
    marked = _marked(html)
    return Told(
        text=text,
        title=(page and page.title) or None,
        outlet=marked.get("outlet") or (page and page.sitename and page.sitename.lstrip("@")) or None,
        url=url or _web_address(page and page.url),
        published=_day(marked.get("published")) or _day(page and page.date),
    )


def _lines_of(body: Any) -> list[str]:
    """The text of an extracted page, a line for each block and each line break in it."""
    return [squeeze(line) for line in "".join(_broken(body)).split("\n")]


def _broken(element: Any) -> Iterator[str]:
    """The element's text with a line break around every block; line breaks of the source are mere spaces."""
    block = element.tag in _BLOCKS or element.tag == "lb"
    yield "\n" if block else ""
    yield re.sub(r"\s*\n\s*", " ", element.text or "")
    for child in element:
        yield from _broken(child)
        yield re.sub(r"\s*\n\s*", " ", child.tail or "")
    yield "\n" if block else ""


def _all_lines(html: str) -> list[str]:
    """Every line of a page too short or too odd for an article to be told from its menus."""
    from lxml.html import document_fromstring

    if not html.strip():
        return []
    page = document_fromstring(html)
    for element in page.xpath("|".join(f"//{tag}" for tag in _NOT_READ.split(", "))):
        element.drop_tree()
    for element in page.xpath(
        "//p|//div|//li|//br|//h1|//h2|//h3|//h4|//h5|//h6|//tr|//blockquote|//article|//section"
    ):
        element.tail = f"\n{element.tail or ''}"
    body = page.find("body")
    return [
        squeezed
        for line in (page if body is None else body).text_content().split("\n")
        if (squeezed := squeeze(line))
    ]


def _marked(html: str) -> dict[str, str]:
    """Outlet and publication time as the page marks them for machines (JSON-LD, Open Graph), to the hour and zone."""
    from lxml.html import document_fromstring

    page = document_fromstring(html)
    told: dict[str, str] = {}
    for script in page.xpath("//script[@type='application/ld+json']"):
        try:
            things = list(_things(json.loads(script.text or "")))
        except (ValueError, RecursionError):
            continue
        for thing in things:
            publisher = thing.get("publisher")
            name = publisher.get("name") if isinstance(publisher, Mapping) else publisher
            for key, value in (("outlet", name), ("published", thing.get("datePublished"))):
                if isinstance(value, str) and value.strip():
                    told.setdefault(key, squeeze(value))
    for key, names in (("outlet", ("og:site_name",)), ("published", ("article:published_time", "datePublished"))):
        for name in names:
            for value in page.xpath("//meta[@property=$n or @name=$n or @itemprop=$n]/@content", n=name):
                if value.strip():
                    told.setdefault(key, squeeze(value))
    return told


def _things(data: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a JSON-LD document that is an article."""
    if isinstance(data, list):
        for item in data:
            yield from _things(item)
    elif isinstance(data, dict):
        if any("Article" in str(kind) or "Posting" in str(kind) for kind in _listed(data.get("@type"))):
            yield data
        yield from _things(data.get("@graph"))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _day(value: str | None) -> date | None:
    return (parse_instant(value) or find_day(value)) if value else None


def _web_address(value: str | None) -> str | None:
    return value if value and re.fullmatch(r"https?://[^\s<>\"]{1,2000}", value, re.IGNORECASE) else None


# Markdown.

_FRONT = re.compile(r"\A\s*(---|\+\+\+)[ \t]*\n(.*?)\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
_NAMES = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "source", "publisher", "publication", "site"),
    "url": ("url", "link", "canonical", "canonical_url"),
    "published": ("published", "date", "pubdate", "published_at", "datepublished"),
}


def read_markdown(text: str) -> Told:
    """The article's words without Markdown's marks (CommonMark), and what its front matter tells."""
    text = normalize(text)
    facts: dict[str, str] = {}
    if front := _FRONT.match(text):
        facts = _front_matter(front[2], toml=front[1] == "+++")
        text = text[front.end() :] if facts else text
    told = {key: next((facts[name] for name in names if facts.get(name)), None) for key, names in _NAMES.items()}
    blocks = list(_markdown_blocks(text))
    title = told["title"] or next((words for level, words in blocks if level == 1), None)
    return Told(
        text="\n\n".join(words for _, words in blocks),
        title=title,
        outlet=told["outlet"],
        url=_web_address(told["url"]),
        published=_day(told["published"]),
    )


def _front_matter(text: str, *, toml: bool) -> dict[str, str]:
    """The plain `key: value` lines at the head of a file; nested ones are not ours."""
    if toml:
        try:
            return {key.lower(): str(value) for key, value in tomllib.loads(text).items()}
        except tomllib.TOMLDecodeError:
            return {}
    pairs = re.findall(r"^([A-Za-z_]\w*)[ \t]*:[ \t]*(\S.*?)[ \t]*$", text, re.MULTILINE)
    return {key.lower(): re.sub(r"^([\"'])(.*)\1$", r"\2", value) for key, value in pairs}


def _markdown_blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each block's words and, of a heading, its level (0: none)."""
    from markdown_it import MarkdownIt

    level = 0
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "inline":
            if words := "".join(_inline(token.children or [])).strip():
                yield level, words
        elif token.type in ("code_block", "fence") and token.content.strip():
            yield 0, token.content.strip()
        elif token.type == "html_block":
            yield from ((0, line) for line in _all_lines(token.content))


def _inline(children: list[Any]) -> Iterator[str]:
    """The words of a line; a picture's are left out, a link's are kept without its address."""
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif child.type in ("text", "code_inline"):
            yield child.content
