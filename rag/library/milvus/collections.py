"""The three collections of a library in Milvus: schemas, filter expressions, and rows made of articles and back.

`byline_articles`: a row for each article and for each further part of a long one. The article's row names its
edition, so that replacing this one row replaces the article. `byline_paragraphs_…`: the evidence paragraphs of
editions, with their vectors, in a collection for each time the library was embedded. `byline_state`: which of those
collections is in force, made with which model, and the library's newest change.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from pymilvus import CollectionSchema, DataType, Function, FunctionType, MilvusClient
from pymilvus.milvus_client import IndexParams

from rag.articles import Article, Paragraph, Passage, Source, normalize
from rag.library import Scope
from rag.library.batches import folded
from rag.library.bm25 import K1, B
from rag.library.milvus.stems import indexed

Row = dict[str, Any]
ARTICLES, STATE, PARAGRAPHS = "byline_articles", "byline_state", "byline_paragraphs_"
UNDATED = 0  # an ordinal day before all others
LONGEST = 65_535  # bytes of a VARCHAR
LONGEST_KEY = 4_096  # of an id's 512 characters in hexadecimal
NO_VECTOR = [0.0, 0.0]  # every collection has to have a vector
PART = 15_000  # code points of a text in one field: at most four bytes each, of 65,535
SOURCE = ["key", "edition", "source", "day"]  # the fields that `source_of` reads
PASSAGE = ["key", "edition", "number", "start", "end", "text"]  # those that `passage_of` reads


def create(client: MilvusClient, name: str, dimension: int, timeout_s: float) -> None:
    """Creates an empty collection of that name and loads it."""
    if name == ARTICLES:
        schema, index = _articles()
    elif name == STATE:
        schema, index = _state()
    else:
        schema, index = _paragraphs(dimension)
    client.create_collection(name, schema=schema, consistency_level="Session", timeout=timeout_s)
    client.create_index(name, index, sync=False, timeout=timeout_s)
    client.load_collection(name, timeout=timeout_s)


def article_key(article_id: str) -> str:
    """The primary key of an article's row. Keys sort as ids do, and need no escaping in filters."""
    return normalize(article_id).encode().hex()


def id_of(key: str) -> str:
    """The id of the article whose row has that key."""
    return bytes.fromhex(key).decode()


def digest(text: str) -> str:
    """A hash of an id, an outlet or a paragraph's words for filters: 128 bits in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def edition_of(article: Article) -> str:
    """A hash of everything stored of an article; it changes with each edition."""
    return digest(f"{article.id} {article.fingerprint}")


def among(field: str, values: Iterable[str]) -> str:
    """A filter expression: the field has one of these values (letters, digits, `-`, `/` and `_`)."""
    return f"{field} in [" + ", ".join(f'"{value}"' for value in values) + "]"


def both(one: str, other: str) -> str:
    """A filter expression: both hold. An empty one always holds."""
    return " and ".join(filter(None, (one, other)))


def within(scope: Scope) -> str:
    """A filter expression: the row's article is in the scope. Empty where every article is."""
    filters = scope.filters
    conditions = []
    if filters.outlets:
        conditions.append(among("outlet", (digest(folded(one)) for one in filters.outlets)))
    if filters.articles:
        conditions.append(among("article", (digest(normalize(one)) for one in filters.articles)))
    if scope.first is not None:
        conditions.append(f"(day == {UNDATED} or day >= {scope.first.toordinal()})")
    if scope.last is not None:
        conditions.append(f"day <= {scope.last.toordinal()}")
    return " and ".join(conditions)


def _articles() -> tuple[CollectionSchema, IndexParams]:
    schema, index = _with_words(LONGEST_KEY)
    schema.add_field("part", DataType.INT32)  # 0 in an article's row; of a long article's text, which part
    schema.add_field("parts", DataType.INT32)  # how many further ones there are
    schema.add_field("replaces", DataType.VARCHAR, max_length=32)  # the edition before, whose rows may still be here
    schema.add_field("source", DataType.VARCHAR, max_length=LONGEST)
    schema.add_field("body", DataType.VARCHAR, max_length=LONGEST)
    index.add_index("edition", index_type="INVERTED")
    index.add_index("part", index_type="INVERTED")
    return schema, index


def _paragraphs(dimension: int) -> tuple[CollectionSchema, IndexParams]:
    schema, index = _with_words(64)
    schema.add_field("number", DataType.INT32)
    schema.add_field("start", DataType.INT32)
    schema.add_field("end", DataType.INT32)
    schema.add_field("same", DataType.VARCHAR, max_length=32)  # of the paragraph's words
    schema.add_field("text", DataType.VARCHAR, max_length=LONGEST)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    index.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
    index.add_index("edition", index_type="INVERTED")
    index.add_index("same", index_type="INVERTED")
    return schema, index


def _state() -> tuple[CollectionSchema, IndexParams]:
    schema, index = _keyed(64)
    schema.add_field("value", DataType.VARCHAR, max_length=LONGEST)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=len(NO_VECTOR))
    index.add_index("vector", index_type="AUTOINDEX", metric_type="IP")
    return schema, index


def _with_words(longest_key: int) -> tuple[CollectionSchema, IndexParams]:
    """The schema and index shared by paragraphs and articles: an edition's rows, searched by stemmed words."""
    schema, index = _keyed(longest_key)
    schema.add_field("article", DataType.VARCHAR, max_length=32)
    schema.add_field("edition", DataType.VARCHAR, max_length=32)
    schema.add_field("outlet", DataType.VARCHAR, max_length=32)
    schema.add_field("day", DataType.INT32)
    schema.add_field("length", DataType.INT32)  # of its words
    analyzer: dict[str, Any] = {"tokenizer": "standard"}
    schema.add_field(
        "words",
        DataType.VARCHAR,
        max_length=LONGEST,
        enable_analyzer=True,
        enable_match=True,
        analyzer_params=analyzer,
    )
    schema.add_field("by_words", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function("bm25", FunctionType.BM25, input_field_names=["words"], output_field_names=["by_words"])
    )
    parameters = {"bm25_k1": K1, "bm25_b": B}
    index.add_index("by_words", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=parameters)
    index.add_index("article", index_type="INVERTED")
    index.add_index("day", index_type="INVERTED")
    return schema, index


def _keyed(longest: int) -> tuple[CollectionSchema, IndexParams]:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("key", DataType.VARCHAR, max_length=longest, is_primary=True)
    return schema, MilvusClient.prepare_index_params()


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
