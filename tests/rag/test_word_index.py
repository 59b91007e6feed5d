"""The word index of a large library finds and scores what FTS5 does, after any change."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.articles import Article, Filters
from rag.library import Scope, open_library
from rag.library.embedded import EmbeddedLibrary
from rag.library.fts5 import articles_by_words, by_words
from tests.making import Hashing, article

WORDS = "rain river vineyard harvest U.S. co-founder Growers' Ünal 24-hour minister elected voted vote oil".split()
QUERIES = (
    "Who voted in the U.S.?", "rain", "the harvest of a vineyard and its growers", "Unal", "Did a co-founder go?",
    "ministers elected rivers oil 24-hour", "zebra", "of the", "", 'a "quoted" OR (word',
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes a hundred paragraphs count as a large library."""
    monkeypatch.setattr("rag.library.word_index.FROM", 100)
    monkeypatch.setattr("rag.library.word_index.UPDATED_AT_ONCE", 200)
    monkeypatch.setattr("rag.library.bm25.RARE_MATCHES", 300)
    monkeypatch.setattr("rag.library.fts5.RARE_MATCHES", 300)
    monkeypatch.setattr("rag.library.word_index.RARE_MATCHES", 300)
    return tmp_path / "library"


@pytest.fixture
def reopen(folder: Path) -> Iterator[Callable[[], EmbeddedLibrary]]:
    opened: list[EmbeddedLibrary] = []

    def reopen() -> EmbeddedLibrary:
        library = open_library(folder, Hashing())
        assert isinstance(library, EmbeddedLibrary)
        opened.append(library)
        return library

    yield reopen
    for one in opened:
        one.close()


def many(count: int, name: str = "a") -> list[Article]:
    draw = random.Random(name)

    def words() -> str:
        return f"{' '.join(draw.choices(WORDS, [1 / (rank + 1) for rank in range(len(WORDS))], k=12))}."

    return [
        article(f"{name}{number:04}", *(words() for _ in range(3)), title=words(), outlet=draw.choice(WORDS))
        for number in range(count)
    ]


def postings(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.postings"))


def uses_postings(library: EmbeddedLibrary) -> bool:
    return library._words.current() is not None and library._article_words.current() is not None


def agree(library: EmbeddedLibrary, filters: Filters = Filters()) -> None:
    """Asserts that both word searches find what FTS5 finds."""
    scope = Scope(filters)
    allowed = library._allowed(scope)
    for query in QUERIES:
        if "." in query or "-" in query:  # a word with marks is looked for as all of its parts, wherever they stand
            continue
        with library._store.reading() as connection:
            paragraphs = [(one.key, one.score) for one in by_words(connection, query, 20, allowed)]
            articles = articles_by_words(connection, query, 20, allowed)
        same([(one.key, one.score) for one in library.matching(query, 20, scope)], paragraphs)
        same(library.matching_articles(query, 20, scope), articles)


def same(found: Sequence[tuple[object, float]], expected: Sequence[tuple[object, float]]) -> None:
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], rel=1e-4)
    least = min((score for _, score in expected), default=0.0)  # of those that are as good, others may be cut off
    assert {id for id, score in found if score > 1.001 * least} == {
        id for id, score in expected if score > 1.001 * least
    }


def test_postings_find_what_fts5_finds_with_its_scores(reopen: Callable[[], EmbeddedLibrary], folder: Path) -> None:
    library = reopen()
    library.add(many(500))

    assert len(postings(folder)) == 2
    assert uses_postings(library)
    agree(library)
    agree(reopen())


def test_a_filter_holds_for_postings(reopen: Callable[[], EmbeddedLibrary]) -> None:
    library = reopen()
    library.add(many(500))

    agree(library, Filters(outlets=("rain",)))
    agree(library, Filters(articles=("a0007", "a0400")))
    assert library.matching("rain", 5, Scope(Filters(outlets=("nobody",)))) == []
    assert library.matching_articles("rain", 5, Scope(Filters(outlets=("nobody",)))) == []


def test_what_came_after_the_file_is_found_too(reopen: Callable[[], EmbeddedLibrary], folder: Path) -> None:
    library, other = reopen(), reopen()
    library.add(many(500))
    files = postings(folder)
    agree(other)
    for number in range(5):
        library.add([*many(7, f"b{number}"), article(f"zebra{number}", f"A zebra was seen {number} times.")])
        agree(other)

    assert postings(folder) == files
    assert uses_postings(other)
    assert len(other.matching("zebra", 10)) == len(other.matching_articles("zebra", 10)) == 5


def test_what_is_gone_is_not_found(reopen: Callable[[], EmbeddedLibrary]) -> None:
    library = reopen()
    library.add([*many(500), article("changed", "A zebra was seen."), article("last", "Another zebra.")])

    library.remove("last")
    library.add([article("changed", "No animal was seen."), article("again", "A third zebra.")])

    assert uses_postings(library)
    keys = [one.key for one in library.matching("zebra", 10)]
    assert {one.source.id for one in library.passages(keys).values()} == {"again"}
    assert [id for id, _ in library.matching_articles("zebra", 10)] == ["again"]


def test_a_word_with_marks_is_found_by_all_of_its_parts(reopen: Callable[[], EmbeddedLibrary]) -> None:
    library = reopen()
    library.add(
        [
            *many(400),
            article("yes", "A get-together of zebras."),
            article("no", "They get on.", "They left together."),
        ]
    )

    keys = [one.key for one in library.matching("get-together", 10)]

    assert uses_postings(library)
    assert {one.source.id for one in library.passages(keys).values()} == {"yes"}


@pytest.mark.parametrize("harm", ["missing", "cut", "changed", "empty", "another format"])
def test_postings_that_are_missing_or_damaged_are_made_again(
    reopen: Callable[[], EmbeddedLibrary], folder: Path, harm: str
) -> None:
    first = reopen()
    first.add(many(500))
    before = [first.matching(query, 20) for query in QUERIES]
    for file in postings(folder):
        data = bytearray(file.read_bytes())
        half = data[: len(data) // 2]
        data[0 if harm == "another format" else len(data) // 2] ^= 0xFF
        if harm == "missing":
            file.unlink()
        else:
            file.write_bytes(b"" if harm == "empty" else half if harm == "cut" else data)

    again = reopen()

    found = [again.matching(query, 20) for query in QUERIES if "." not in query and "-" not in query]
    again.matching_articles("rain", 1)
    again.close()  # waits for the file
    assert len(found) < len(before)
    assert [again.matching(query, 20) for query in QUERIES] == before
    assert uses_postings(again)


def test_a_copy_that_is_restored_meets_no_postings_of_what_came_after_it(
    reopen: Callable[[], EmbeddedLibrary], folder: Path, tmp_path: Path
) -> None:
    library = reopen()
    library.add(many(300))
    library.close()
    shutil.copy(folder / "library.sqlite", tmp_path / "copy")
    library.add([*many(700, "b"), article("zebra", "A zebra was seen.")])
    assert uses_postings(library)
    library.close()
    for file in folder.glob("library.sqlite*"):
        file.unlink()
    shutil.copy(tmp_path / "copy", folder / "library.sqlite")

    for one in (library, reopen()):
        assert one.matching("zebra", 10) == []
        agree(one)


def test_a_small_library_has_no_postings(reopen: Callable[[], EmbeddedLibrary], folder: Path) -> None:
    library = reopen()
    library.add(many(20))

    assert [one.key for one in library.matching("rain", 3)]
    assert not uses_postings(library)
    assert not postings(folder)


def test_much_that_another_process_took_in_is_searched_by_fts5_until_the_file_is_there(
    reopen: Callable[[], EmbeddedLibrary], monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, other = reopen(), reopen()
    serving.add(many(500))
    monkeypatch.setattr(other, "_save", lambda: None)  # killed before it wrote its caches
    other.add([*many(400, "b"), article("zebra", "A zebra was seen.")])

    assert len(serving.matching("zebra", 10)) == 1
    assert len(serving.matching_articles("zebra", 10)) == 1
    serving.close()
    assert uses_postings(serving)
    agree(serving)
