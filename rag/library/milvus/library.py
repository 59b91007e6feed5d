"""A `Library` in Milvus.

Milvus has no transactions, so an article changes by the one row that names its edition. First the new edition's
paragraphs and further parts are written, which nobody is shown yet: a paragraph whose edition no article's row names
is passed over. Then the article's row is put in the place of the old one. Then the old edition's rows are taken away.
An add is acknowledged when the query nodes have all of it. One that is interrupted shows the old edition or the new,
and adding the article again mends it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from rag.articles import Article, IngestReport, Passage, Rejected, Source
from rag.embedding import Embedder
from rag.errors import LibraryError
from rag.library import EVERYTHING, MILVUS, Generation, Key, Scope, Scored
from rag.library.batches import decoded_cursor, encoded_cursor, evidence, take_in
from rag.library.milvus.client import Client
from rag.library.milvus.collections import (
    ARTICLES,
    PASSAGE,
    SOURCE,
    UNDATED,
    Row,
    among,
    article_key,
    article_of,
    article_rows,
    both,
    digest,
    edition_of,
    id_of,
    paragraph_rows,
    part_key,
    passage_of,
    source_of,
    vectors_of,
    within,
)
from rag.library.milvus.reembedding import re_embed
from rag.library.milvus.state import State
from rag.library.milvus.word_search import WordSearch

IS_ARTICLE = "part == 0"
TRIES = 3
VERIFIED_AT_ONCE = 200  # articles


class MilvusLibrary:
    """A `Library` in a Milvus Lite file or on a Milvus server, created with the first article."""

    def __init__(self, place: str, embedder: Embedder, token: str | None = None) -> None:
        self._client = Client(place, token)
        self._embedder = embedder
        self._state = State(self._client, embedder)
        self._words = WordSearch(self._client, self._state.generation, "same")
        self._article_words = WordSearch(self._client, self._state.generation, "edition", IS_ARTICLE)
        self._newest: tuple[Generation, int] = ((0, ""), UNDATED)
        self._state.model()  # a server that is not there is told of when the library is opened

    def close(self) -> None:
        self._client.close()

    def add(
        self, items: Iterable[Article | Rejected], on_progress: Callable[[IngestReport], None] | None = None
    ) -> IngestReport:
        report = take_in(items, self._put, on_progress)
        if report.added or report.updated:
            self._client.flush(self._state.paragraphs())
            self._client.flush(ARTICLES)
        return report

    def remove(self, article_id: str) -> bool:
        belongs = among("article", [digest(article_id)])
        if not self._client.count(ARTICLES, both(IS_ARTICLE, belongs)):
            return False
        with self._state.changing():
            self._client.delete(ARTICLES, both(IS_ARTICLE, belongs))
            self._client.delete(self._state.paragraphs(), belongs)
            self._client.delete(ARTICLES, belongs)
            for collection in (ARTICLES, self._state.paragraphs()):
                self._client.count(collection, belongs, strong=True)
        return True

    def _put(self, articles: Sequence[Article]) -> tuple[int, int]:
        """Stores the articles; returns how many were new or changed, and how many of these changed."""
        paragraphs = self._state.make()
        stored = self._editions(articles)
        changed = [one for one in articles if stored.get(one.id, ("", ""))[0] != edition_of(one)]
        replaced = {one.id: stored[one.id][0] for one in changed if one.id in stored}
        if changed:
            vectors = self._embed(paragraphs, (text for one in changed for text in evidence(one)))
            rows = [row for one in changed for row in paragraph_rows(one, vectors)]
            with self._state.changing():
                self._write(paragraphs, changed, rows, replaced)
        left_over = {*replaced.values(), *(before for _, before in stored.values() if before)}
        if left_over := left_over - set(map(edition_of, articles)):
            self._client.delete(paragraphs, among("edition", left_over))
            self._client.delete(ARTICLES, both("part > 0", among("edition", left_over)))
        return len(changed), len(replaced)

    def _editions(self, articles: Sequence[Article]) -> dict[str, tuple[str, str]]:
        """The stored edition of each article, and the one before it, by id."""
        keys = among("key", (article_key(one.id) for one in articles))
        rows = self._client.rows(ARTICLES, keys, ["key", "edition", "replaces"])
        return {id_of(row["key"]): (row["edition"], row["replaces"]) for row in rows}

    def _write(
        self, paragraphs: str, articles: Sequence[Article], rows: Sequence[Row], replaced: Mapping[str, str]
    ) -> None:
        """Writes rows in an order that keeps every article complete; each step is visible to all before the next."""
        editions = among("edition", map(edition_of, articles))
        whole = [article_rows(one, replaced.get(one.id, "")) for one in articles]
        parts = [part for _, parts in whole for part in parts]
        for _ in range(TRIES):
            self._client.put(paragraphs, rows)
            self._client.put(ARTICLES, parts)
            for collection in (paragraphs, ARTICLES):
                self._client.count(collection, editions, strong=True)
            self._state.model(anew=True)
            if self._state.paragraphs() != paragraphs:
                raise LibraryError("The library was embedded anew meanwhile: add the articles again.")
            self._client.put(ARTICLES, [own for own, _ in whole])
            self._client.count(ARTICLES, editions, strong=True)
            # Who replaced the same article at the same time may have taken this edition away as the old one.
            if self._client.count(paragraphs, editions, strong=True) == len(rows):
                return
        raise LibraryError("Others keep changing the same articles: add them again.")

    def _embed(self, paragraphs: str, texts: Iterable[str]) -> dict[str, np.ndarray]:
        """Vectors by words; only words that the collection lacks are embedded."""
        words = list(dict.fromkeys(texts))
        vectors = self._vectors(paragraphs, words)
        missing = [text for text in words if text not in vectors]
        made = self._embedder.encode(missing) if missing else ()
        return vectors | dict(zip(missing, made, strict=True))

    def re_embed(self, on_progress: Callable[[int, int], None] | None = None) -> int:
        return re_embed(self._client, self._state, self._embed, self._text, on_progress)

    # -- looking up -------------------------------------------------------------------------------------

    def get(self, article_id: str) -> Article | None:
        fields = [*SOURCE, "body", "parts"]
        for _ in range(TRIES):
            rows = self._client.rows(ARTICLES, among("key", [article_key(article_id)]), fields)
            if not rows:
                return None
            keys = [part_key(rows[0]["edition"], number) for number in range(1, rows[0]["parts"] + 1)]
            found = self._client.rows(ARTICLES, among("key", keys), ["key", "body"]) if keys else []
            bodies = {row["key"]: row["body"] for row in found}
            if len(bodies) == len(keys):  # else it was replaced meanwhile
                return article_of(rows[0], (bodies[key] for key in keys))
        raise LibraryError(f"Parts of the article {article_id!r} are missing: remove it and add it again.")

    def page(self, cursor: str | None, limit: int) -> tuple[tuple[Source, ...], str | None]:
        after = article_key(decoded_cursor(cursor))
        rows = self._client.rows_in_order(ARTICLES, IS_ARTICLE, after, SOURCE, limit + 1)
        sources = tuple(source_of(row) for row in rows[:limit])
        return sources, encoded_cursor(sources[-1].id) if len(rows) > limit else None

    def count(self) -> int:
        return self._client.count(ARTICLES, IS_ARTICLE)

    def newest_day(self) -> date | None:
        generation = self.generation()
        known, newest = self._newest
        if known != generation:
            newest = self._client.greatest(ARTICLES, "day", IS_ARTICLE, newest, date.max.toordinal())
            self._newest = generation, newest
        return date.fromordinal(newest) if newest != UNDATED else None

    def generation(self) -> Generation:
        return self._state.generation()

    def check(self) -> None:
        self._client.reset()
        model = self._state.model(anew=True)
        self._state.require_model()
        for collection in (ARTICLES, model.paragraphs) if model else ():
            if not self._client.has(collection):
                raise LibraryError(f"The library has lost its collection {collection}: make it anew from a copy.")
            self._client.rows(collection, 'key > ""', ["key"], 1)

    def verify(self) -> None:
        cursor: str | None = None
        while True:
            sources, cursor = self.page(cursor, VERIFIED_AT_ONCE)
            articles = [article for source in sources if (article := self.get(source.id)) is not None]
            stored = self._editions(articles)
            for article in articles:
                if stored.get(article.id, ("", ""))[0] != edition_of(article):
                    raise LibraryError(f"The article {article.id!r} is damaged: remove it and add it again.")
            if cursor is None:
                return

    def backup(self, file: Path) -> None:
        raise LibraryError(
            f"A library in Milvus is no one file: copy it with `byline library copy {MILVUS}{self._client.place} "
            "FOLDER`, or back the server up with Milvus' own tools."
        )

    def passages(self, keys: Sequence[Key]) -> dict[Key, Passage]:
        rows = self._of_keys(keys, PASSAGE)
        sources = self._sources(row["edition"] for row in rows)
        return {
            row["key"]: passage_of(row, sources[row["edition"]], self._text(row))
            for row in rows
            if row["edition"] in sources
        }

    def _of_keys(self, keys: Sequence[Key], fields: Sequence[str]) -> list[Row]:
        wanted = among("key", map(str, keys))
        return self._state.read(lambda name: self._client.rows(name, wanted, fields)) if keys else []

    def _sources(self, editions: Iterable[str]) -> dict[str, Source]:
        """The sources of editions; superseded editions are left out."""
        where = both(IS_ARTICLE, among("edition", set(editions)))
        return {row["edition"]: source_of(row) for row in self._client.rows(ARTICLES, where, SOURCE)}

    def _text(self, row: Row) -> str:
        """A paragraph's words, from its row, or from its article if they are long."""
        if row["text"]:
            return str(row["text"])
        source = self._sources([row["edition"]]).get(row["edition"])
        article = self.get(source.id) if source else None
        return article.text[row["start"] : row["end"]] if article else ""

    def originals(self, keys: Sequence[Key], scope: Scope = EVERYTHING) -> dict[Key, Key]:
        words = {row["key"]: row["same"] for row in self._of_keys(keys, ["key", "same"])}
        if not words:
            return {}
        where = both(among("same", set(words.values())), within(scope))
        fields = ["key", "same", "edition", "day", "number"]
        # Of more copies than Milvus returns to one query, 16,384, any may be passed over.
        first = _of_the_first_day(self._state.read(lambda name: self._client.rows(name, where, fields)))
        sources = self._sources(row["edition"] for row in first)
        there = [row for row in first if row["edition"] in sources]
        earliest: dict[str, str] = {}
        for row in sorted(there, key=lambda row: (sources[row["edition"]].id, row["number"])):
            earliest.setdefault(row["same"], row["key"])
        return {key: earliest[same] for key, same in words.items() if earliest.get(same, key) != key}

    def vectors(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        self._state.require_model()
        return self._state.read(lambda name: self._vectors(name, texts))

    def _vectors(self, paragraphs: str, texts: Sequence[str]) -> dict[str, np.ndarray]:
        wanted = {digest(text): text for text in texts}
        rows = self._client.rows(paragraphs, among("same", wanted), ["key", "same"]) if wanted else []
        keys = {row["same"]: row["key"] for row in rows}.values()  # one of each: many may have the same words
        found = self._client.rows(paragraphs, among("key", keys), ["same", "vector"]) if keys else []
        return {wanted[same]: vector for same, vector in vectors_of(found).items()}

    # -- searching --------------------------------------------------------------------------------------

    def nearest(self, vector: np.ndarray, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        query = np.asarray(vector, np.float32)

        def search(paragraphs: str) -> list[tuple[Row, float]]:
            self._state.require_model()
            return self._client.search(paragraphs, "vector", query.tolist(), k, within(scope))

        found = self._state.read(search) if query.any() else []
        return sorted((Scored(row["key"], score) for row, score in found), key=lambda one: (-one.score, str(one.key)))

    def matching(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[Scored]:
        found = self._state.read(lambda name: self._words.best(name, query, k, within(scope)))
        return [Scored(key, score) for key, score in found]

    def matching_articles(self, query: str, k: int, scope: Scope = EVERYTHING) -> list[tuple[str, float]]:
        return [(id_of(key), score) for key, score in self._article_words.best(ARTICLES, query, k, within(scope))]


def _of_the_first_day(rows: Iterable[Row]) -> list[Row]:
    """Among rows with the same words, those of the earliest day; undated rows come last."""
    alike: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        alike[row["same"]].append(row | {"day": row["day"] if row["day"] != UNDATED else date.max.toordinal()})
    return [row for same in alike.values() for row in same if row["day"] == min(one["day"] for one in same)]
