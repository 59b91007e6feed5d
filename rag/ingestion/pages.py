"""Parses HTML and Markdown into the text and metadata of one article."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from html import unescape
from typing import Any

from rag.articles import normalize, squeeze
from rag.errors import BadInput
from rag.ingestion.chunking import WIDEST_WRAP
from rag.ingestion.parsed import ParsedArticle
from rag.language.dates import find_day, parse_instant

_ARTICLES = ("Article", "Posting")  # in the names of schema.org's kinds of articles
_BLOCKS = frozenset({"p", "head", "quote", "item", "ab", "row", "list", "table", "div", "lb", "code"})
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what lxml takes for no text
_NOT_READ = "//script|//style|//noscript|//template|//nav|//header|//footer|//aside|//form|//button|//iframe|//svg"
_LINES = "//p|//div|//li|//br|//h1|//h2|//h3|//h4|//h5|//h6|//tr|//blockquote|//article|//section|//figcaption"


def read_html(html: str, url: str | None = None) -> ParsedArticle:
    """The article of a page without its menus and boxes (trafilatura), and its metadata."""
    html = _NO_XML.sub(" ", html)
    tree = _tree(html)
    page = None if tree is None else _extracted(tree, url)
    lines = [line for line in _lines_of(page.body) if line] if page is not None and page.body is not None else []
    text = "\n\n".join(lines or _all_lines(html))
    if not text:
        raise BadInput("html: the page holds no readable article; give its text instead.", field="html")
    marked = _marked(_tree(html), (page and page.title) or "")
    return ParsedArticle(
        text=text,
        title=unescape((page and page.title) or "") or None,  # some pages escape theirs twice
        outlet=marked.get("outlet"),
        url=url or _web_address(page and page.url),
        published=_day(marked.get("published")) or _day(page and page.date),
    )


def _tree(html: str) -> Any:
    """The page as lxml reads it; None where it is no page. The declaration of an encoding is false by now."""
    from lxml import etree
    from lxml.html import document_fromstring

    try:
        return document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", normalize(html)))
    except (etree.LxmlError, ValueError):
        return None


def _extracted(tree: Any, url: str | None) -> Any:
    from trafilatura import bare_extraction

    return bare_extraction(
        tree,
        url=url,
        with_metadata=True,
        include_comments=False,
        # A day found anywhere in the text is often that of an event; only what the page marks as its own counts.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )


def _lines_of(body: Any) -> list[str]:
    """The text of an extracted page, a line for each block and each line break in it."""
    return [squeeze(line) for line in "".join(_broken(body)).split("\n")]


def _broken(body: Any) -> Iterator[str]:
    """The page's text with a line end around every block; a line end of its source is a mere space."""
    from lxml.etree import iterwalk

    for event, element in iterwalk(body, events=("start", "end")):
        yield "\n" if element.tag in _BLOCKS else " " if element.tag == "cell" else ""
        words = element.text if event == "start" else element.tail
        yield (words or "").replace("\n", " ")


def _all_lines(html: str) -> list[str]:
    """Every line of a page too short or too odd for its article to be separated from its menus."""
    page = _tree(html)
    if page is None:
        return []
    for element in page.xpath(_NOT_READ):
        element.drop_tree()
    for element in page.xpath(_LINES):
        element.text = _NO_XML.sub(" ", f"\n{element.text or ''}")  # a reference may name what is no text
        element.tail = _NO_XML.sub(" ", f"\n{element.tail or ''}")
    found = page.find("body")
    words = (page if found is None else found).text_content()
    return [line for line in map(squeeze, words.split("\n")) if line]


def _marked(page: Any, title: str) -> dict[str, str]:
    """Outlet and publication time as the page marks them for machines (JSON-LD, Open Graph, its title's end).

    By hand: trafilatura gives local days, a hostname for an unknown outlet, and the longest name of several
    (docs/measurements.md#reading-real-pages).
    """
    found: dict[str, str] = {}
    if page is None:
        return found
    for script in page.xpath("//script[@type='application/ld+json']"):
        for thing in _articles_in(_json(script.text or "")):
            publisher = thing.get("publisher")
            name = publisher.get("name") if isinstance(publisher, Mapping) else publisher
            _add(found, outlet=name, published=thing.get("datePublished"))
    for meta in page.xpath("//meta[@content]"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        if name == "og:site_name":
            _add(found, outlet=meta.get("content"))
        elif name in ("article:published_time", "datePublished"):
            _add(found, published=meta.get("content"))
    behind = re.fullmatch(re.escape(title) + r"\s+[|–—-]\s+([^|]{2,60})", squeeze(page.findtext(".//title") or ""))
    _add(found, outlet=behind and behind[1])
    return found


def _add(found: dict[str, str], **values: object) -> None:
    for key, value in values.items():
        if isinstance(value, str) and value.strip():
            found.setdefault(key, squeeze(value))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _articles_in(data: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a JSON-LD document that is an article."""
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, dict):
            if any(kind in str(one.get("@type")) for kind in _ARTICLES):
                yield one
            yield from _articles_in(one.get("@graph"))
        elif isinstance(one, list):
            yield from _articles_in(one)


def _day(value: str | None) -> date | None:
    return (parse_instant(value) or find_day(value)) if value else None


def _web_address(value: str | None) -> str | None:
    return value if value and re.fullmatch(r"https?://[^\s<>\"]{1,2000}", value, re.IGNORECASE) else None


# Markdown.

_FRONT = re.compile(r"\A\s*(?:(---|\+\+\+)[ \t]*\n(.*?)\n\1|(\{\n.*?\n\}))[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"[A-Za-z_][\w -]{0,40}")
_PAIR = re.compile(r"^([A-Za-z_]\w*)[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE)
_NOTHING = ("null", "Null", "NULL", "~", "None")
_NAMES = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "source", "publisher", "publication", "site"),
    "url": ("url", "link", "canonical", "canonical_url"),
    "published": ("published", "date", "pubdate", "published_at", "datepublished"),
}


def read_markdown(text: str) -> ParsedArticle:
    """The article's words without Markdown's marks (CommonMark), and the metadata of its front matter."""
    text = normalize(text)
    facts: dict[str, str] = {}
    if front := _FRONT.match(text):
        facts = _front_matter(front[2] or front[3], front[1])
        text = text[front.end() :] if facts else text
    given = {key: next((facts[name] for name in names if facts.get(name)), None) for key, names in _NAMES.items()}
    blocks = list(_markdown_blocks(text))
    title = given["title"] or next((words for level, words in blocks if level == 1), None)
    return ParsedArticle(
        text="\n\n".join(words for _, words in blocks),
        title=title,
        outlet=given["outlet"],
        url=_web_address(given["url"]),
        published=_day(given["published"]),
    )


def _front_matter(text: str, mark: str | None) -> dict[str, str]:
    """The plain values at the head of a file, in YAML (---), TOML (+++) or JSON, by name in lower case.

    Empty where the text is no front matter: prose may stand between two rules.
    """
    import yaml

    try:
        if mark is None:
            found = json.loads(text)
        else:
            # BaseLoader makes nothing but texts, lists and dicts: no dates, no "No" as false, no merged aliases.
            found = tomllib.loads(text) if mark == "+++" else yaml.load(text, yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        found = dict(_PAIR.findall(text))  # a title with a colon is no YAML, but plain enough
        if len(found) < sum(bool(line.strip()) for line in text.split("\n")):
            return {}
    if not isinstance(found, dict) or not all(isinstance(key, str) and _KEY.fullmatch(key) for key in found):
        return {}
    values = {key.lower(): str(value) for key, value in found.items() if not isinstance(value, list | dict)}
    known = values.keys() & {name for names in _NAMES.values() for name in names}
    return {key: "" if value in _NOTHING else value for key, value in values.items()} if known else {}


def _markdown_blocks(text: str) -> Iterator[tuple[int, str]]:
    """Each block's words and, of a heading, its level (0: none)."""
    from markdown_it import MarkdownIt

    level, mark = 0, ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "heading_close":
            level = 0
        elif token.type == "list_item_open":
            mark = f"{token.info}{token.markup} " if token.info else "- "
        elif token.type == "inline" and (words := _inline(token.children or [])):
            yield level, mark + words
            mark = ""
        elif token.type in ("code_block", "fence") and token.content.strip():
            yield 0, token.content.strip()
        elif token.type == "html_block":
            yield from ((0, line) for line in _all_lines(token.content))


def _inline(children: Sequence[Any]) -> str:
    """The words of a block; a picture's are left out, a link's are kept without its address.

    A single line end is white space in Markdown; but where lines are longer than anyone wraps them, each is meant.
    """
    lines = [""]
    for child in children:
        if child.type == "softbreak":
            lines.append("")
        elif child.type == "hardbreak" or (child.type == "html_inline" and child.content.lower().startswith("<br")):
            lines[-1] += "\n"
        elif child.type in ("text", "code_inline"):
            lines[-1] += child.content
    wrapped = max(map(len, lines)) <= WIDEST_WRAP
    return (" " if wrapped else "\n").join(line.strip(" ") for line in lines).strip()
