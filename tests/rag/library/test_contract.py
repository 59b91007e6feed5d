"""What every library does, in either store: each test runs on the embedded one and on Milvus Lite."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.bench import same_answers
from eval.suites import load_suite
from rag.articles import Article, Filters, IngestReport, Rejected
from rag.embedding import Embedder, load_embedder
from rag.errors import BadInput, WrongModel
from rag.ingestion import read_paths
from rag.library import EVERYTHING, Library, Scope, open_library
from rag.library.copying import CarryingEmbedder, copy
from tests.conftest import SEEDS
from tests.making import Counting, article, tiny_model

MAY, JUNE = date(2020, 5, 5), date(2020, 6, 5)
TEXTS = ("It rained for three days in Seville.", "The river rose.")
RAIN = article("rain", *TEXTS, outlet="The Times", published=MAY)
WINE = article(
    "wine", "The harvest of grapes was late.", "Growers blamed the cold.", outlet="Le Monde", published=JUNE
)
GOATS = article("goats", "Goats have returned to the hills.", "Shepherds are glad.")
PLACES = {"folder": "{}/library", "milvus": "milvus:{}/library.db"}

Reopen = Callable[..., Library]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The location of the test's library."""
    return PLACES[request.param].format(tmp_path)


@pytest.fixture
def reopen(embedder: Embedder, place: str) -> Iterator[Reopen]:
    """Opens the library again, as another process would."""
    opened: list[Library] = []

    def reopen(embedder: Embedder = embedder) -> Library:
        opened.append(open_library(place, embedder))
        return opened[-1]

    yield reopen
    for one in opened:
        one.close()


@pytest.fixture
def library(reopen: Reopen) -> Library:
    """An empty library."""
    return reopen()


@pytest.fixture(scope="module", params=PLACES)
def seeds(request: pytest.FixtureRequest, embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A library that holds the articles of seeds/; a test must not change it."""
    opened = open_library(PLACES[request.param].format(tmp_path_factory.mktemp("seeds")), embedder)
    opened.add(read_paths([SEEDS]))
    request.addfinalizer(opened.close)
    return opened


def best(library: Library, query: str, embedder: Embedder) -> str | None:
    """The article with the nearest paragraph."""
    found = library.nearest(embedder.encode([query])[0], 1)
    return library.passages([found[0].key])[found[0].key].source.id if found else None


def by_words(library: Library, query: str, scope: Scope = EVERYTHING) -> list[str]:
    keys = [one.key for one in library.matching(query, 10, scope)]
    passages = library.passages(keys)
    return [passages[key].source.id for key in keys]


def may_read(library: Library, filters: Filters = Filters(), as_of: date | None = None) -> set[str]:
    """The articles that all three searches return."""
    scope, words = Scope(filters, as_of), "rained river harvest growers goats shepherds text"
    near = library.passages([one.key for one in library.nearest(np.ones(384, np.float32), 100, scope)])
    found = {passage.source.id for passage in near.values()}
    assert found == set(by_words(library, words, scope)) == set(by_article(library, words, filters, as_of))
    return found


# -- taking in and taking out ---------------------------------------------------------------------------


def test_an_article_comes_back_as_it_was_put_in(library: Library) -> None:
    whole = article("a", "Was für ein Tag: 😀 e\u0301.", "A caption.", title="Ü", outlet="É", captions={2})

    library.add([whole, RAIN])

    assert library.get("a") == whole
    assert library.get("b") is None
    assert library.count() == 2


def test_an_empty_library_answers_everything_with_nothing(library: Library, tmp_path: Path) -> None:
    assert library.count() == 0
    assert library.newest_day() is None
    assert library.get("a") is None
    assert library.page(None, 10) == ((), None)
    assert library.nearest(np.ones(384, np.float32), 5) == []
    assert library.matching("rain", 5) == []
    assert library.passages([1]) == {}
    assert library.originals([1]) == {}
    assert library.vectors(["rain"]) == {}
    assert library.re_embed() == 0
    assert not library.remove("a")
    assert not list(tmp_path.iterdir()), "a library is made when the first article goes in"


def test_the_same_article_again_changes_nothing_and_asks_the_model_nothing(
    reopen: Reopen, embedder: Embedder
) -> None:
    counting = Counting(embedder)
    library = reopen(counting)
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


def test_what_a_changed_article_keeps_is_still_found_and_not_embedded_again(
    reopen: Reopen, embedder: Embedder
) -> None:
    counting = Counting(embedder)
    library = reopen(counting)
    library.add([RAIN])

    library.add([article("rain", "It rained for three days in Seville.", "The river fell.", published=MAY)])

    assert counting.texts.count("It rained for three days in Seville.") == 1
    assert len(library.nearest(np.ones(384, np.float32), 10)) == 2
    assert best(library, "It rained for three days in Seville.", embedder) == "rain"


def test_a_paragraph_of_several_articles_is_embedded_once_and_stays_while_one_of_them_has_it(
    reopen: Reopen, embedder: Embedder
) -> None:
    counting = Counting(embedder)
    library = reopen(counting)
    shared = "The agency reported that the talks had failed."
    library.add([article("one", shared), article("two", shared)])
    library.add([article("three", shared)])
    assert counting.texts == [shared]

    library.remove("one")
    library.remove("three")

    assert [one.score > 0.99 for one in library.nearest(embedder.encode([shared])[0], 5)] == [True]
    library.remove("two")
    assert library.nearest(embedder.encode([shared])[0], 5) == []


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


def test_what_was_acknowledged_is_in_the_file(library: Library, reopen: Reopen) -> None:
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
    assert len(library.nearest(np.ones(384, np.float32), 5)) == 1


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

    library.matching(query, 5)
    library.matching(query, 5, Scope(Filters(articles=("rain", query))))
    library.matching_articles(query, 5, Scope(Filters(outlets=(query,))))


@given(st.text())
@settings(max_examples=30, deadline=None)
def test_no_query_fails(seeds: Library, query: str) -> None:
    seeds.matching(query, 5)
    seeds.matching_articles(query, 5)


def test_the_nearest_are_the_same_as_by_comparing_all(library: Library, embedder: Embedder) -> None:
    texts = [f"Sentence {number} about {word}." for number in range(40) for word in ("rain", "wine", "goats")]
    library.add([article(f"a{number}", text) for number, text in enumerate(texts)])
    query = embedder.encode(["Which goats drank wine?"])[0]

    found = library.nearest(query, 10)

    scores = embedder.encode(texts) @ query
    best = np.argsort(-scores)[:10]
    assert [library.passages([one.key])[one.key].text for one in found] == [texts[place] for place in best]
    assert [one.score for one in found] == pytest.approx(scores[best].tolist(), abs=1e-3)


# -- whole articles -------------------------------------------------------------------------------------


def by_article(library: Library, query: str, filters: Filters = Filters(), as_of: date | None = None) -> list[str]:
    return [id for id, _ in library.matching_articles(query, 10, Scope(filters, as_of))]


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


@pytest.mark.parametrize("asked", ["L'ÉQUIPE", "l’équipe".replace("’", "'"), "L'E\u0301quipe", " l'équipe "])
def test_outlets_are_compared_without_case_whatever_their_letters(library: Library, asked: str) -> None:
    library.add([article("a", "Text.", outlet="L'Équipe"), RAIN])

    assert may_read(library, Filters(outlets=(asked,))) == {"a"}


def test_a_filter_holds_for_the_search_by_words(library: Library) -> None:
    library.add([article("a", "Rain in Spain."), article("b", "Rain in France.")])

    assert by_words(library, "rain", Scope(Filters(articles=("b",)))) == ["b"]


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
    library: Library, reopen: Reopen, embedder: Embedder
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
            found = library.nearest(query, 3)
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


# -- the model ------------------------------------------------------------------------------------------


def test_a_library_of_another_model_says_how_to_embed_it_anew(
    library: Library, reopen: Reopen, tmp_path: Path
) -> None:
    library.add([RAIN, WINE])
    other = reopen(load_embedder(tiny_model(tmp_path)))

    for attempt in (lambda: other.add([GOATS]), lambda: other.nearest(np.ones(16, np.float32), 1, None)):
        with pytest.raises(WrongModel, match=r"all-MiniLM-L6-v2.*--re-embed"):
            attempt()
    assert other.get("rain") == RAIN, "reading needs no model"


def test_a_library_can_be_embedded_anew_with_another_model(
    library: Library, reopen: Reopen, tmp_path: Path, embedder: Embedder
) -> None:
    library.add([RAIN, WINE, article("again", "The river rose.")])
    assert best(library, "rain", embedder) == "rain"  # its index is in memory
    tiny = load_embedder(tiny_model(tmp_path, 8))
    other = reopen(tiny)
    told: list[tuple[int, int]] = []

    assert other.re_embed(lambda done, all_: told.append((done, all_))) == 4

    assert told[-1][0] == told[-1][1] > 0
    assert best(other, "It rained for three days in Seville.", tiny) == "rain"
    assert other.add([GOATS]).added == 1
    with pytest.raises(WrongModel):
        library.nearest(np.ones(384, np.float32), 1)


# -- what the first tests leave open ----------------------------------------------------------------------


def test_an_original_is_the_earliest_with_the_very_same_words_that_may_be_read(library: Library) -> None:
    shared = "The agency reported that the talks had failed."
    days = {"b": JUNE, "a": JUNE, "first": MAY, "undated": None}
    library.add([article(id, shared, outlet=id, published=day) for id, day in days.items()])
    keys = {library.passages([one.key])[one.key].source.id: one.key for one in library.matching("agency", 9)}

    def originals(scope: Scope = EVERYTHING) -> dict[str, str]:
        names = {key: id for id, key in keys.items()}
        found = library.originals(list(keys.values()), scope)
        return {names[key]: names[other] for key, other in found.items()}

    assert originals() == {"a": "first", "b": "first", "undated": "first"}
    assert originals(Scope(Filters(published_from=JUNE))) == {"b": "a", "first": "a", "undated": "a"}
    assert originals(Scope(Filters(outlets=("undated",)))) == {"a": "undated", "b": "undated", "first": "undated"}


def test_a_long_article_and_its_long_paragraphs_come_back_to_the_character(library: Library) -> None:
    words = [f"Wörter {number} 😀 “and” so on." for number in range(6000)]
    whole = article("long", " ".join(words), "A short end.", title="Long", published=MAY)

    library.add([whole])

    assert library.get("long") == whole
    found = library.passages([one.key for one in library.nearest(np.ones(384, np.float32), 5)])
    assert {one.text for one in found.values()} == {
        one.text[p.start : p.end] for one in [whole] for p in one.paragraphs
    }
    library.remove("long")
    assert library.get("long") is None
    assert library.page(None, 10) == ((), None)


def test_ids_are_any_text(library: Library) -> None:
    ids = ['a"b', "a'b", "a\\b", "x] or key != [", "É\u0301", "😀", "https://example.org/?a=1&b=%22", "a/1", "-"]
    library.add([article(id, f"Report {number}.", outlet=id) for number, id in enumerate(ids)])

    assert {source.id for source in library.page(None, 100)[0]} == {one.id for one in map(library.get, ids) if one}
    for id in ids:
        assert [
            one.source.id
            for one in library.passages(
                [found.key for found in library.matching("report", 99, Scope(Filters(articles=(id,), outlets=(id,))))]
            ).values()
        ] == [library.get(id).id]  # type: ignore[union-attr]
    assert all(map(library.remove, ids))


def test_vectors_are_given_as_they_are_kept(library: Library, embedder: Embedder) -> None:
    library.add([RAIN, article("again", "The river rose.")])

    kept = library.vectors(["The river rose.", "Nothing of the kind."])

    assert list(kept) == ["The river rose."]
    assert kept["The river rose."] == pytest.approx(embedder.encode(["The river rose."])[0], abs=1e-6)


def test_every_change_is_another_generation(library: Library, reopen: Reopen) -> None:
    other = reopen()
    seen = [other.generation()]
    for change in (lambda: library.add([RAIN]), lambda: library.add([WINE]), lambda: library.remove("rain")):
        change()
        seen.append(other.generation())
    library.add([WINE])

    assert len(set(seen)) == 4
    assert other.generation() == seen[-1], "what changes nothing is no change"


def test_an_update_shows_the_old_edition_or_the_new_at_every_moment(library: Library, reopen: Reopen) -> None:
    library.add([RAIN])
    done = threading.Event()
    seen: set[tuple[str | None, tuple[str, ...]]] = set()

    def look() -> None:
        other = reopen()
        while not done.is_set():
            article = other.get("rain")
            seen.add((article.text if article else None, tuple(id for id, _ in other.matching_articles("rain", 9))))

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(look)
        try:
            for edition in range(5):
                library.add([article("rain", f"Edition {edition}.", outlet="The Times", published=MAY)])
        finally:
            done.set()
        looking.result()

    whole = {RAIN.text} | {f"Edition {edition}." for edition in range(5)}
    assert seen <= {(text, ("rain",)) for text in whole}


# -- questions ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def both(
    embedder: Embedder, seeds_library: Library, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Library, Library]]:
    """The articles of seeds/ in a folder and in Milvus."""
    place = PLACES["milvus"].format(tmp_path_factory.mktemp("both"))
    with closing(open_library(place, CarryingEmbedder(embedder, seeds_library))) as milvus:
        copy(seeds_library, milvus)
        yield seeds_library, milvus


def test_both_libraries_score_words_alike(both: tuple[Library, Library]) -> None:
    for case in load_suite("seeds").cases:
        scope = Scope(case.filters, case.as_of)
        ours, theirs = ([found.score for found in one.matching(case.question, 50, scope)] for one in both)
        assert ours == pytest.approx(theirs, rel=1e-6), case.question
        ours, theirs = (dict(one.matching_articles(case.question, 50, scope)) for one in both)
        assert ours == pytest.approx(theirs, rel=1e-6), case.question


def test_both_libraries_give_the_same_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """All sixty questions are asked by `python -m eval.bench.same_answers`."""
    with pytest.raises(SystemExit) as ended:
        same_answers.main(["--every", "5"])

    assert "12 of 12 questions are answered alike" in capsys.readouterr().out
    assert ended.value.code == 0


def test_a_whole_library_verifies(library: Library) -> None:
    library.add([article("a", "The harbour of Marlow reopened on Monday."), article("b", "The bridge was closed.")])

    library.verify()
