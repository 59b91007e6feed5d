"""Converts articles and paragraphs to rows of Milvus, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from rag.articles import Article, Paragraph, Passage, Source
from rag.library.batches import folded
from rag.library.milvus.collections import UNDATED, article_key, digest, edition_of, id_of
from rag.library.milvus.stems import indexed

Row = dict[str, Any]
PART = 15_000  # code points of a text in one field: at most four bytes each, of 65,535
SOURCE = ["key", "edition", "source", "day"]  # the fields that `source_of` reads
PASSAGE = ["key", "edition", "number", "start", "end", "text"]  # those that `passage_of` reads


def article_rows(article: Article, replaces: str) -> tuple[Row, list[Row]]:
    """The article's own row, and a row for each further part of a long one."""
    source, edition = article.source, edition_of(article)
    paragraphs = [[one.number, one.start, one.end, int(one.evidence)] for one in article.paragraphs]
    body = json.dumps({"paragraphs": paragraphs, "text": article.text}, ensure_ascii=False)
    first, *others = [body[start : start + PART] for start in range(0, len(body), PART)]
    common = _common(article) | {"source": "", "replaces": "", "parts": 0, "words": "", "length": 0}
    ((words, length),) = indexed([(f"{source.title} {article.text}", "")])
    own = common | {
        "key": article_key(article.id),
        "part": 0,
        "parts": len(others),
        "replaces": replaces,
        "source": json.dumps([source.title, source.outlet, source.url], ensure_ascii=False),
        "body": first,
        "words": words,
        "length": length,
    }
    parts = enumerate(others, start=1)
    return own, [common | {"key": part_key(edition, n), "part": n, "body": text} for n, text in parts]


def part_key(edition: str, number: int) -> str:
    """The key of a further part of a long article."""
    return f"{edition}/{number}"


def paragraph_rows(article: Article, vectors: Mapping[str, np.ndarray]) -> Iterator[Row]:
    """A row for each evidence paragraph; `vectors` has one for each of their words."""
    source, common = article.source, _common(article)
    paragraphs = [one for one in article.paragraphs if one.evidence]
    texts = [article.text[one.start : one.end] for one in paragraphs]
    fields = indexed([(f"{text} {source.title}", source.outlet or "") for text in texts])
    for one, text, (words, length) in zip(paragraphs, texts, fields, strict=True):
        yield common | {
            "key": f"{common['edition']}-{one.number}",
            "number": one.number,
            "start": one.start,
            "end": one.end,
            "same": digest(text),
            "text": text if len(text) <= PART else "",  # a longer one is read from its article
            "words": words,
            "length": length,
            "vector": vectors[text],
        }


def source_of(row: Row) -> Source:
    """The source in an article's row."""
    title, outlet, url = json.loads(row["source"])
    published = date.fromordinal(row["day"]) if row["day"] != UNDATED else None
    return Source(id_of(row["key"]), title, outlet, url, published)


def article_of(row: Row, further: Iterable[str]) -> Article:
    """The article in a row and in the bodies of its further parts, in order."""
    body = json.loads(row["body"] + "".join(further))
    paragraphs = tuple(Paragraph(number, start, end, bool(is_)) for number, start, end, is_ in body["paragraphs"])
    return Article(source_of(row), body["text"], paragraphs)


def passage_of(row: Row, source: Source, text: str) -> Passage:
    """The passage in a paragraph's row."""
    return Passage(source, row["number"], row["start"], row["end"], text, 0.0)


def vectors_of(rows: Sequence[Row]) -> dict[str, np.ndarray]:
    """Vectors by the hash of their words."""
    return {row["same"]: np.asarray(row["vector"], np.float32) for row in rows}


def _common(article: Article) -> Row:
    source = article.source
    return {
        "article": digest(article.id),
        "edition": edition_of(article),
        "outlet": "" if source.outlet is None else digest(folded(source.outlet)),
        "day": source.published.toordinal() if source.published else UNDATED,
    }
