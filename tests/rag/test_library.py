"""The embedded library: what is put in is found again, whatever happens around it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import Article, Filters, IngestReport, Rejected
from rag.embedding import Embedder, load_embedder
from rag.errors import BadInput, ConfigError, LibraryError, WrongModel
from rag.library import Keys, Library, open_library
from rag.library.embedded import EmbeddedLibrary
from tests.making import Hashing, article, tiny_model

MAY, JUNE, JULY = date(2020, 5, 5), date(2020, 6, 5), date(2020, 7, 5)
RAIN = article("rain", "It rained for three days in Seville.", "The river rose.", outlet="The Times", published=MAY)
WINE = article(
    "wine", "The harvest of grapes was late.", "Growers blamed the cold.", outlet="Le Monde", published=JUNE
)
GOATS = article("goats", "Goats have returned to the hills.", "Shepherds are glad.")


class Counting(Embedder):
    """The embedder, which also counts the texts that it is given."""

    def __init__(self, one: Embedder) -> None:
        super().__init__(one.name, one.place)
        self.dimension = one.dimension
        self._one = one
        self.texts: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:  # type: ignore[override]
        self.texts += texts
        return self._one.encode(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def reopen(embedder: Embedder, folder: Path) -> Iterator[Callable[..., Library]]:
    """Opens the library of `library` once more, as another process would."""
    opened: list[Library] = []

    def reopen(embedder: Embedder = embedder) -> Library:
        opened.append(open_library(folder, embedder))
        return opened[-1]

    yield reopen
    for one in opened:
        one.close()


def best(library: Library, query: str, embedder: Embedder) -> str | None:
    """The article whose paragraph is the nearest."""
    found = library.nearest(embedder.encode([query])[0], 1, None)
    return library.passages([found[0].key])[found[0].key].source.id if found else None


def by_words(library: Library, query: str, allowed: Keys | None = None) -> list[str]:
    keys = [one.key for one in library.matching(query, 10, allowed)]
    passages = library.passages(keys)
    return [passages[key].source.id for key in keys]


def may_read(library: Library, filters: Filters = Filters(), as_of: date | None = None) -> set[str]:
    """The articles that may be read, by both searches."""
    allowed = library.allowed(filters, as_of)
    if allowed is None:
        return {source.id for source in library.page(None, 100)[0]}
    near = {one.key for one in library.nearest(np.ones(384, np.float32), 100, allowed)}
    assert near == set(allowed.tolist())
    return {passage.source.id for passage in library.passages(allowed.tolist()).values()}


# -- taking in and taking out ---------------------------------------------------------------------------


def test_an_article_comes_back_as_it_was_put_in(library: Library) -> None:
    whole = article("a", "Was für ein Tag: 😀 e\u0301.", "A caption.", title="Ü", outlet="É", captions={2})

    library.add([whole, RAIN])

    assert library.get("a") == whole
    assert library.get("b") is None
    assert library.count() == 2


def test_an_empty_library_answers_everything_with_nothing(library: Library, folder: Path) -> None:
    assert library.count() == 0
    assert library.newest_day() is None
    assert library.get("a") is None
    assert library.page(None, 10) == ((), None)
    assert library.allowed(Filters(), MAY) is None
    assert library.nearest(np.zeros(384, np.float32), 5, None) == []
    assert library.matching("rain", 5, None) == []
    assert library.passages([1]) == {}
    assert library.re_embed() == 0
    assert not library.remove("a")
    assert not folder.exists(), "a library is made when the first article goes in"


def test_the_same_article_again_changes_nothing_and_asks_the_model_nothing(folder: Path, embedder: Embedder) -> None:
    counting = Counting(embedder)
    library = open_library(folder, counting)
    assert library.add([RAIN, WINE]) == IngestReport(added=2)
    before = list(counting.texts)

    assert library.add([RAIN, WINE]) == IngestReport(unchanged=2)

    assert counting.texts == before


def test_a_changed_article_replaces_the_old_one(library: Library, embedder: Embedder) -> None:
    library.add([RAIN, WINE])

    report = library.add([article("rain", "It snowed in Oslo.", outlet="The Times", published=MAY)])

    assert report == IngestReport(updated=1)
    assert library.count() == 2
    assert by_words(library, "Seville") == []
    assert by_words(library, "Oslo") == ["rain"]
    assert best(library, "snow in Oslo", embedder) == "rain"


def test_what_a_changed_article_keeps_is_still_found_and_not_embedded_again(folder: Path, embedder: Embedder) -> None:
    counting = Counting(embedder)
    library = open_library(folder, counting)
    library.add([RAIN])

    library.add([article("rain", "It rained for three days in Seville.", "The river fell.", published=MAY)])

    assert counting.texts.count("It rained for three days in Seville.") == 1
    assert len(library.nearest(np.ones(384, np.float32), 10, None)) == 2
    assert best(library, "It rained for three days in Seville.", embedder) == "rain"


def test_a_paragraph_of_several_articles_is_embedded_once_and_stays_while_one_of_them_has_it(
    folder: Path, embedder: Embedder
) -> None:
    counting = Counting(embedder)
    library = open_library(folder, counting)
    shared = "The agency reported that the talks had failed."
    library.add([article("one", shared), article("two", shared)])
    library.add([article("three", shared)])
    assert counting.texts == [shared]

    library.remove("one")
    library.remove("three")

    assert [one.score > 0.99 for one in library.nearest(embedder.encode([shared])[0], 5, None)] == [True]
    library.remove("two")
    assert library.nearest(embedder.encode([shared])[0], 5, None) == []


def test_an_article_that_is_removed_is_found_no_more(library: Library, embedder: Embedder) -> None:
    library.add([RAIN, WINE])

    assert library.remove("rain")

    assert not library.remove("rain")
    assert library.get("rain") is None
    assert by_words(library, "Seville") == []
    assert best(library, "rain in Seville", embedder) == "wine"


def test_the_last_of_two_articles_with_one_id_stays(library: Library) -> None:
    library.add([RAIN, replace(WINE, source=replace(WINE.source, id="rain"))])

    assert library.count() == 1
    assert by_words(library, "harvest") == ["rain"]


def test_what_was_rejected_is_reported_beside_what_was_taken_in(library: Library) -> None:
    rejected = Rejected(1, "it has no text", "a.txt")

    assert library.add([RAIN, rejected, WINE]) == IngestReport(added=2, rejected=(rejected,))
    assert library.add([rejected]) == IngestReport(rejected=(rejected,))
    assert library.add([]) == IngestReport()


def test_what_was_acknowledged_is_in_the_file(library: Library, reopen: Callable[..., Library]) -> None:
    seen: list[tuple[int, int]] = []

    def look(report: IngestReport) -> None:
        seen.append((report.added, reopen().count()))

    library.add((article(f"a{number:03}", f"Paragraph {number}.") for number in range(400)), look)

    assert seen == [(128, 128), (384, 384), (400, 400)]


def test_articles_are_taken_in_as_they_come_not_gathered_first(library: Library) -> None:
    def broken() -> Iterator[Article]:
        yield from (article(f"a{number:03}", f"Paragraph {number}.") for number in range(150))
        raise RuntimeError("the reader failed")

    with pytest.raises(RuntimeError, match="reader failed"):
        library.add(broken())

    assert library.count() == 128


# -- searching ------------------------------------------------------------------------------------------


def test_captions_are_not_searched(library: Library) -> None:
    library.add([article("a", "The talks failed.", "Seville in the rain. Photograph: Reuters", captions={2})])

    assert by_words(library, "Seville") == []
    assert len(library.nearest(np.ones(384, np.float32), 5, None)) == 1


def test_words_are_found_in_other_forms_in_titles_and_in_outlets(library: Library) -> None:
    library.add([article("a", "They were harvesting.", title="Vintage in Müllheim", outlet="Der Bote"), GOATS])

    for query in ("harvests", "MULLHEIM vintages", "Bote"):
        assert by_words(library, query) == ["a"], query


def test_fewer_words_in_common_rank_lower(library: Library) -> None:
    library.add([article("both", "Goats like grapes."), article("one", "Goats like grass and hay."), WINE])

    assert by_words(library, "Do goats like grapes?")[0] == "both"


@pytest.mark.parametrize(
    "query",
    ['"', "NEAR(a b)", "rain* OR", "title:rain", "a AND NOT (b", "-", "^rain + wine", "it's U.S.-led", "😀", "\x00",
     "  ", "\ud800", "what is the", "x" * 2000, "a " * 1000, "') --", "{a b}: c", "日本語"],
)  # fmt: skip
def test_any_query_is_words_never_an_expression(library: Library, query: str) -> None:
    library.add([RAIN])

    library.matching(query, 5, None)
    library.matching(query, 5, Keys.of(np.array([False, True])))


@given(st.text())
def test_no_query_fails(seeds_library: Library, query: str) -> None:
    seeds_library.matching(query, 5, None)


def test_the_nearest_are_the_same_as_by_comparing_all(library: Library, embedder: Embedder) -> None:
    texts = [f"Sentence {number} about {word}." for number in range(40) for word in ("rain", "wine", "goats")]
    library.add([article(f"a{number}", text) for number, text in enumerate(texts)])
    query = embedder.encode(["Which goats drank wine?"])[0]

    found = library.nearest(query, 10, None)

    scores = embedder.encode(texts) @ query
    best = np.argsort(-scores)[:10]
    assert [library.passages([one.key])[one.key].text for one in found] == [texts[place] for place in best]
    assert [one.score for one in found] == pytest.approx(scores[best].tolist(), abs=1e-3)


# -- whole articles -------------------------------------------------------------------------------------


def by_article(library: Library, query: str, filters: Filters = Filters(), as_of: date | None = None) -> list[str]:
    return [id for id, _ in library.matching_articles(query, 10, filters, as_of)]


def test_an_article_is_found_by_words_that_lie_in_different_paragraphs(library: Library) -> None:
    library.add([RAIN, WINE, GOATS])

    assert by_article(library, "Did the river in Seville rise?") == ["rain"]
    assert by_article(library, "Who grew wine and grapes?")[0] == "wine", "a title counts"
    assert by_article(library, "???") == []


def test_articles_are_bound_by_filters_and_the_day(library: Library) -> None:
    library.add([RAIN, WINE, GOATS])

    assert set(by_article(library, "rain harvest goats", as_of=MAY)) == {"rain", "goats"}
    assert by_article(library, "rain harvest goats", Filters(outlets=("le monde",))) == ["wine"]


def test_articles_that_are_changed_or_removed_are_found_as_they_are(library: Library) -> None:
    library.add([RAIN, WINE])
    library.add([replace(RAIN, text="It snowed for three days in Granada.", paragraphs=RAIN.paragraphs[:1])])
    library.remove("wine")

    assert by_article(library, "Granada") == ["rain"]
    assert by_article(library, "Seville") == []
    assert by_article(library, "harvest") == []


def test_a_library_of_the_first_version_has_its_articles_indexed_on_opening(
    library: Library, folder: Path, reopen: Callable[..., Library]
) -> None:
    library.add([RAIN, WINE])
    library.close()
    with sqlite3.connect(folder / "library.sqlite") as connection:
        connection.executescript(
            "DROP TRIGGER articles_inserted; DROP TRIGGER articles_deleted; DROP TABLE article_words; "
            "DROP TRIGGER paragraphs_gone; DROP TABLE gone; "
            "PRAGMA user_version = 1"
        )
    connection.close()

    again = reopen()
    again.add([GOATS])

    assert [by_article(again, word) for word in ("Seville", "harvest", "shepherds")] == [
        ["rain"],
        ["wine"],
        ["goats"],
    ]


def test_filters_say_which_articles_may_be_read(library: Library) -> None:
    library.add([RAIN, WINE, GOATS])

    assert may_read(library) == {"rain", "wine", "goats"}
    assert may_read(library, Filters(outlets=("the TIMES",))) == {"rain"}
    assert may_read(library, Filters(outlets=("the times", "LE MONDE"))) == {"rain", "wine"}
    assert may_read(library, Filters(articles=("wine", "nothing"))) == {"wine"}
    assert may_read(library, Filters(outlets=("The Times",), articles=("wine",))) == set()
    assert may_read(library, Filters(outlets=("Nobody",))) == set()


def test_an_undated_article_passes_every_date(library: Library) -> None:
    library.add([RAIN, WINE, GOATS])

    assert may_read(library, as_of=MAY) == {"rain", "goats"}
    assert may_read(library, Filters(published_from=JUNE)) == {"wine", "goats"}
    assert may_read(library, Filters(published_to=JUNE)) == {"rain", "wine", "goats"}
    assert may_read(library, Filters(published_to=JUNE), as_of=MAY) == {"rain", "goats"}
    assert may_read(library, Filters(published_from=JUNE), as_of=MAY) == {"goats"}
    assert may_read(library, as_of=date(1990, 1, 1)) == {"goats"}


def test_a_filter_that_excludes_nothing_costs_nothing(library: Library) -> None:
    library.add([RAIN, WINE, GOATS])

    assert library.allowed(Filters(published_from=MAY, published_to=JUNE), JULY) is None


@pytest.mark.parametrize("asked", ["L'ÉQUIPE", "l’équipe".replace("’", "'"), "L'E\u0301quipe", " l'équipe "])
def test_outlets_are_compared_without_case_whatever_their_letters(library: Library, asked: str) -> None:
    library.add([article("a", "Text.", outlet="L'Équipe"), RAIN])

    assert may_read(library, Filters(outlets=(asked,))) == {"a"}


def test_a_filter_holds_for_the_search_by_words(library: Library) -> None:
    library.add([article("a", "Rain in Spain."), article("b", "Rain in France.")])

    assert by_words(library, "rain", library.allowed(Filters(articles=("b",)), None)) == ["b"]


# -- listing --------------------------------------------------------------------------------------------


def test_pages_go_on_where_the_last_one_ended_whatever_came_in_between(library: Library) -> None:
    library.add([article(id, "Text.") for id in ("b", "d", "f", "h")])

    first, cursor = library.page(None, 2)
    library.add([article("a", "Text."), article("e", "Text.")])
    library.remove("d")
    second, cursor = library.page(cursor, 2)
    third, end = library.page(cursor, 2)

    assert [[one.id for one in page] for page in (first, second, third)] == [["b", "d"], ["e", "f"], ["h"]]
    assert end is None


@pytest.mark.parametrize("cursor", ["!", "é", "a", "====", "_w"])
def test_a_cursor_that_no_listing_gave_is_bad_input(library: Library, cursor: str) -> None:
    with pytest.raises(BadInput, match="cursor"):
        library.page(cursor, 2)


def test_the_newest_day_is_that_of_the_newest_dated_article(library: Library) -> None:
    library.add([RAIN, WINE, GOATS])
    assert library.newest_day() == JUNE

    library.remove("wine")
    assert library.newest_day() == MAY


# -- several at once ------------------------------------------------------------------------------------


def test_a_reader_sees_what_another_process_takes_in_and_out(
    library: Library, reopen: Callable[..., Library], embedder: Embedder
) -> None:
    other = reopen()
    assert best(library, "goats in the hills", embedder) is None

    other.add([RAIN, GOATS])
    assert best(library, "goats in the hills", embedder) == "goats"

    other.remove("goats")
    assert best(library, "goats in the hills", embedder) == "rain"


def test_threads_search_while_others_take_in(library: Library, embedder: Embedder) -> None:
    library.add([RAIN])
    done = threading.Event()
    query = embedder.encode(["rain in Seville"])[0]

    def search() -> int:
        searches = 0
        while not done.is_set() or not searches:
            found = library.nearest(query, 3, None)
            assert library.passages([found[0].key])[found[0].key].source.id == "rain"
            assert by_words(library, "Seville") == ["rain"]
            searches += 1
        return searches

    with ThreadPoolExecutor(6) as pool:
        searching = [pool.submit(search) for _ in range(3)]
        try:
            adding = [
                pool.submit(library.add, [article(f"{row}-{n}", f"Goat {row} {n}.") for n in range(40)])
                for row in range(3)
            ]
            assert [one.result().added for one in adding] == [40, 40, 40]
        finally:
            done.set()
        assert all(one.result() for one in searching)
    assert library.count() == 121


def test_processes_that_make_the_library_at_once_do_not_disturb_one_another(folder: Path) -> None:
    make = (
        "import sys; from pathlib import Path; from rag.library.embedded import EmbeddedLibrary\n"
        "from tests.making import Hashing, article\n"
        "library = EmbeddedLibrary(Path(sys.argv[1]), Hashing())\n"
        "print(library.add([article(sys.argv[2], 'Text ' + sys.argv[2])]).added)"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", make, str(folder), str(number)], stdout=subprocess.PIPE)
        for number in range(6)
    ]

    assert [process.communicate()[0].strip() for process in running] == [b"1"] * 6


# -- the model ------------------------------------------------------------------------------------------


def test_a_library_of_another_model_says_how_to_embed_it_anew(library: Library, folder: Path, tmp_path: Path) -> None:
    library.add([RAIN, WINE])
    other = open_library(folder, load_embedder(tiny_model(tmp_path)))

    for attempt in (lambda: other.add([GOATS]), lambda: other.nearest(np.ones(16, np.float32), 1, None)):
        with pytest.raises(WrongModel, match=r"all-MiniLM-L6-v2.*--re-embed"):
            attempt()
    assert other.get("rain") == RAIN, "reading needs no model"


def test_a_library_can_be_embedded_anew_with_another_model(
    library: Library, folder: Path, tmp_path: Path, embedder: Embedder
) -> None:
    library.add([RAIN, WINE, article("again", "The river rose.")])
    assert best(library, "rain", embedder) == "rain"  # its index is in memory
    tiny = load_embedder(tiny_model(tmp_path, 8))
    other = open_library(folder, tiny)
    told: list[tuple[int, int]] = []

    assert other.re_embed(lambda done, all_: told.append((done, all_))) == 4

    assert told[-1] == (4, 4)
    assert best(other, "It rained for three days in Seville.", tiny) == "rain"
    assert other.add([GOATS]).added == 1
    with pytest.raises(WrongModel):
        library.nearest(np.ones(384, np.float32), 1, None)


# -- the files ------------------------------------------------------------------------------------------


def many(count: int) -> list[Article]:
    return [article(f"a{number:04}", f"Report {number} of the day.") for number in range(count)]


def caches(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.faiss"))


def test_the_index_is_cached_and_a_new_one_takes_the_place_of_the_old(
    folder: Path, reopen: Callable[..., Library]
) -> None:
    first = reopen(Hashing())
    first.add(many(1100))
    first.nearest(np.ones(384, np.float32), 1, None)
    one = caches(folder)
    first.add([article(f"b{number:04}", f"Story {number} of the night.") for number in range(1100)])
    first.nearest(np.ones(384, np.float32), 1, None)

    assert len(one) == len(caches(folder)) == 1
    assert one != caches(folder)
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("harm", ["missing", "cut", "changed", "empty", "nonsense"])
def test_an_index_that_is_missing_or_damaged_is_made_again(
    folder: Path, reopen: Callable[..., Library], harm: str
) -> None:
    first = reopen(Hashing())
    first.add(many(1100))
    query = np.arange(384, dtype=np.float32)
    before = first.nearest(query, 20, None)
    (cache,) = caches(folder)
    data = bytearray(cache.read_bytes())
    middle = len(data) // 2
    if harm == "missing":
        cache.unlink()
    elif harm == "nonsense":
        cache.rename(folder / "index-9-zzz.faiss")
    else:
        data[middle] ^= 0xFF
        cache.write_bytes({"cut": data[:middle], "changed": data, "empty": b""}[harm])

    assert reopen(Hashing()).nearest(query, 20, None) == before


def test_a_cached_index_is_mended_not_trusted(folder: Path, reopen: Callable[..., Library]) -> None:
    first = reopen(Hashing())
    first.add(many(1100))
    first.nearest(np.ones(384, np.float32), 1, None)
    first.remove("a0500")
    first.add([article("new", "Something quite different.")])
    query = first_vector(folder, "new")

    again = reopen(Hashing())

    (found,) = again.nearest(query, 1, None)
    assert again.passages([found.key])[found.key].source.id == "new"
    assert len(again.nearest(query, 5000, None)) == 1100


def test_a_copy_that_is_restored_meets_no_index_of_what_came_after_it(
    folder: Path, reopen: Callable[..., Library], tmp_path: Path
) -> None:
    first = reopen(Hashing())
    first.add([article("old", "An old report.")])
    first.close()
    shutil.copy(folder / "library.sqlite", tmp_path / "copy")
    first.add(many(1100))
    first.nearest(np.ones(384, np.float32), 1, None)
    assert caches(folder)
    first.close()
    for file in folder.glob("library.sqlite*"):
        file.unlink()
    shutil.copy(tmp_path / "copy", folder / "library.sqlite")

    for one in (first, reopen(Hashing())):
        one.add([article(f"other {one is first} {number}", f"Other report {number}.") for number in range(20)])
        query = first_vector(folder, "other True 7")
        (found,) = one.nearest(query, 1, None)
        assert one.passages([found.key])[found.key].source.id == "other True 7"


def test_a_library_that_was_taken_away_and_made_anew_is_read_by_those_who_had_it_open(
    folder: Path, reopen: Callable[..., Library]
) -> None:
    serving = reopen()
    serving.add([RAIN])
    shutil.rmtree(folder)
    assert serving.count() == 0

    reopen().add([WINE, GOATS])

    assert serving.count() == 2
    assert by_words(serving, "rain goats harvest") != []


def first_vector(folder: Path, article_id: str) -> np.ndarray:
    with sqlite3.connect(folder / "library.sqlite") as connection:
        (found,) = connection.execute(
            "SELECT v.vector FROM articles a JOIN paragraphs p ON p.article = a.key "
            "JOIN vectors v ON v.key = p.vector WHERE a.id = ?",
            (article_id,),
        ).fetchone()
    connection.close()
    return np.frombuffer(found, np.float32)


def test_a_file_that_is_no_library_says_what_to_do(folder: Path, embedder: Embedder) -> None:
    folder.mkdir()
    (folder / "library.sqlite").write_bytes(b"no database" * 1000)

    with pytest.raises(LibraryError, match=r"damaged.*restore it from a copy"):
        open_library(folder, embedder)


def test_a_library_damaged_inside_says_what_to_do(
    library: Library, folder: Path, reopen: Callable[..., Library]
) -> None:
    library.add([RAIN, WINE])
    library.close()
    file = folder / "library.sqlite"
    data = file.read_bytes()
    file.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))

    with pytest.raises(LibraryError, match=r"damaged.*restore it from a copy"):
        reopen().count()


def test_a_library_of_a_newer_version_says_so(library: Library, folder: Path, embedder: Embedder) -> None:
    library.add([RAIN])
    with sqlite3.connect(folder / "library.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(LibraryError, match="newer version"):
        open_library(folder, embedder)


def test_a_file_in_the_folder_s_place_says_so(folder: Path, embedder: Embedder) -> None:
    folder.write_text("not a folder")

    with pytest.raises(LibraryError, match="not a folder"):
        open_library(folder, embedder)


def test_a_library_elsewhere_than_in_a_folder_says_so(embedder: Embedder) -> None:
    with pytest.raises(ConfigError, match="name a folder"):
        open_library("milvus:news.db", embedder)


@pytest.mark.parametrize("locked", ["folder", "all"])
def test_a_library_that_cannot_be_written_can_be_read_and_says_why_it_takes_nothing_in(
    library: Library, folder: Path, locked: str
) -> None:
    library.add([RAIN, WINE])
    library.close()
    done = _as_nobody(
        folder,
        locked,
        "library = EmbeddedLibrary(folder, embedder)\n"
        "print(library.count(), library.get('rain').id, len(library.matching('harvest', 5, None)))\n"
        "try: library.remove('rain')\n"
        "except LibraryError as error: print(error)",
    )

    assert done.splitlines()[0] == "2 rain 1"
    assert "cannot be written; check the rights" in done


def test_a_folder_that_cannot_be_made_says_so(folder: Path) -> None:
    folder.mkdir()

    done = _as_nobody(
        folder,
        "folder",
        "try: EmbeddedLibrary(folder / 'new', embedder).add([article('a', 'Text.')])\n"
        "except LibraryError as error: print(error)",
    )

    assert "Permission denied; check the rights" in done


def _as_nobody(folder: Path, locked: str, code: str) -> str:
    """What the code prints where the folder cannot be written; run by another user where this one may do anything."""
    for file in folder.iterdir():
        file.chmod(0o444 if locked == "all" else 0o644)
    folder.chmod(0o555)
    nobody = 65534 if os.getuid() == 0 else None
    before = (
        "import os, sys; from pathlib import Path\n"
        "from rag.library.embedded import EmbeddedLibrary; from rag.errors import LibraryError\n"
        "from tests.making import Hashing, article\n"
        "folder, embedder = Path(os.environ['FOLDER']), Hashing()\n"
        "embedder.fingerprint = os.environ['FINGERPRINT']\n"
        f"nobody = {nobody}\n"
        "if nobody: os.setgid(nobody); os.setuid(nobody)\n"
    )
    reachable = [parent for parent in folder.parents if os.getuid() == 0 and not parent.stat().st_mode & 0o001]
    for parent in reachable:
        parent.chmod(parent.stat().st_mode | 0o011)
    try:
        return subprocess.run(
            [sys.executable, "-c", before + code],
            env={**os.environ, "FOLDER": str(folder), "FINGERPRINT": load_embedder().fingerprint},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    finally:
        folder.chmod(0o755)


def test_a_library_of_this_version_is_not_migrated_twice(library: Library, folder: Path, embedder: Embedder) -> None:
    library.add([RAIN])

    again = EmbeddedLibrary(folder, embedder)

    assert again.get("rain") == RAIN
    again.close()


# -- a large library --------------------------------------------------------------------------------------


@pytest.fixture
def coded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries of a thousand paragraphs are large."""
    monkeypatch.setattr("rag.library.index.CODED_FROM", 1000)
    monkeypatch.setattr("rag.library.segments.TRAINED_ON", 300)


def near(library: Library, query: np.ndarray, k: int, allowed: Keys | None = None) -> list[int]:
    return [one.key for one in library.nearest(query, k, allowed)]


def test_a_large_library_finds_what_is_nearest_by_comparing_codes_first(
    folder: Path, reopen: Callable[..., Library], coded: None
) -> None:
    first = reopen(Hashing())
    first.add(many(1500))
    assert caches(folder)

    again = reopen(Hashing())

    for id in ("a0000", "a1234", "a1499"):
        query = first_vector(folder, id)
        (key,) = near(again, query, 1)
        assert again.passages([key])[key].source.id == id


def test_a_large_library_sees_every_change_before_and_after_its_file_is_written_anew(
    folder: Path, reopen: Callable[..., Library], coded: None
) -> None:
    library = reopen(Hashing())
    library.add(many(2000))
    file = caches(folder)
    old = first_vector(folder, "a0500")
    library.remove("a0500")
    library.add([article("new", "Something quite different.")])

    def holds() -> None:
        (key,) = near(library, first_vector(folder, "new"), 1)
        assert library.passages([key])[key].source.id == "new"
        (key,) = near(library, old, 1)
        assert library.passages([key])[key].source.id != "a0500"

    holds()
    assert caches(folder) == file
    library.add([article(f"b{number:04}", f"Story {number} of the night.") for number in range(1000)])
    assert caches(folder) != file
    holds()


def test_a_narrow_filter_finds_all_that_it_lets_through_in_a_large_library(
    folder: Path, reopen: Callable[..., Library], coded: None
) -> None:
    library = reopen(Hashing())
    library.add([*many(2000), *(article(f"old{n}", f"Old report {n}.", published=MAY) for n in range(30))])
    library.add([article("newer", "A newer report.", published=JUNE), article("x", "Text.", outlet="X")])

    outlet = library.allowed(Filters(outlets=("x",)), None)
    assert outlet is not None
    assert near(library, np.ones(384, np.float32), 10, outlet) == outlet.tolist()
    until_may = library.allowed(Filters(articles=tuple(f"old{n}" for n in range(30))), MAY)
    assert until_may is not None
    assert sorted(near(library, np.ones(384, np.float32), 50, until_may)) == until_may.tolist()


def test_a_file_that_is_damaged_where_it_was_not_looked_at_is_found_out_soon(
    folder: Path, reopen: Callable[..., Library], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.cache_files.BEGINNING", 1 << 16)
    monkeypatch.setattr("rag.library.cache_files.BLOCK", 1 << 16)
    first = reopen(Hashing())
    first.add(many(1100))
    query = first_vector(folder, "a1000")
    before = near(first, query, 5)
    (cache,) = caches(folder)
    data = bytearray(cache.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    cache.write_bytes(data)

    again = reopen(Hashing())
    near(again, query, 5)
    again.close()  # waits for the look at the rest

    assert near(again, query, 5) == before


def test_a_change_reads_what_it_changed_and_no_more(folder: Path, reopen: Callable[..., Library]) -> None:
    library = reopen(Hashing())
    library.add(many(1100))
    query = np.ones(384, np.float32)
    near(library, query, 1, library.allowed(Filters(articles=("a0001",)), None))
    read: list[str] = []
    library.add([article("new", "Something quite different.")])
    with library._store.reading() as connection:  # type: ignore[attr-defined]
        connection.set_trace_callback(read.append)

    near(library, query, 1, library.allowed(Filters(articles=("a0001",)), None))

    assert read
    assert all("WHERE" in one for one in read if "FROM paragraphs" in one)
    assert any("p.key > 1100" in one for one in read)


def test_searches_while_another_thread_writes_see_whole_states(folder: Path, reopen: Callable[..., Library]) -> None:
    library = reopen(Hashing())
    library.add(many(50))
    query = np.ones(384, np.float32)

    def search(_: int) -> int:
        return len(near(library, query, 1000))

    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(search, range(100))
        for number in range(20):
            library.add([article(f"n{number}", f"New report {number}.")])
            library.remove(f"a{number:04}")

    assert set(counts) <= {50, 51}
    assert search(0) == 50
