"""Retrieval: relevant passages, newer before older, reprints folded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from rag.articles import Filters, Passage
from rag.cross_encoding import CrossEncoder, load_cross_encoder
from rag.embedding import Embedder
from rag.errors import ConfigError
from rag.library import Library
from rag.retrieval import Retriever
from tests.making import article, tiny_cross_encoder

Search = Callable[..., tuple[Passage, ...]]
AGENCY = (
    "Officials said on Tuesday that the bridge over the river would stay closed until engineers had examined it, "
    "which they expected to take three weeks; meanwhile a ferry would take passengers across every ten minutes."
)


@pytest.fixture
def search(library: Library, embedder: Embedder) -> Search:
    return searching(library, embedder)


@pytest.fixture(scope="module")
def search_seeds(seeds_library: Library, embedder: Embedder) -> Search:
    return searching(seeds_library, embedder)


def searching(library: Library, embedder: Embedder, reranker: CrossEncoder | None = None) -> Search:
    retriever = Retriever(library, reranker)

    def search(
        query: str, k: int = 10, filters: Filters = Filters(), as_of: date | None = None
    ) -> tuple[Passage, ...]:
        return retriever.search(query, embedder.encode([query])[0], k, filters, as_of)

    return search


def ids(passages: tuple[Passage, ...]) -> list[str]:
    return [passage.source.id for passage in passages]


def test_an_empty_library_has_no_passages(search: Search) -> None:
    assert search("What happened?") == ()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("How much has Iran spent in Syria?", "$30 billion"),
        ("When did Iran begin sending troops to Syria?", "seven years"),
        ("Qassem Soleimani killed", "Soleimani"),
    ],
)
def test_the_first_passages_hold_the_answer(search_seeds: Search, query: str, expected: str) -> None:
    assert any(expected in passage.text for passage in search_seeds(query, 3))


@pytest.mark.parametrize(
    "query", ["", " ", "?", "😀", "what is the", "x" * 2000, '"OR" AND (', "\x00", "\ud800", "的"]
)
def test_any_query_finds_something(search_seeds: Search, query: str) -> None:
    assert len(search_seeds(query, 5)) == 5


def test_a_vector_of_zeros_leaves_the_words_to_decide(seeds_library: Library) -> None:
    found = Retriever(seeds_library).search("Foreign Policy spent", np.zeros(384, np.float32), 3)

    assert "Foreign Policy" in found[0].text


def test_a_passage_is_its_paragraph_to_the_character(search_seeds: Search, seeds_library: Library) -> None:
    for passage in search_seeds("Iran in Syria", 100):
        whole = seeds_library.get(passage.source.id)
        assert whole is not None
        assert whole.text[passage.start : passage.end] == passage.text
        paragraph = whole.paragraphs[passage.paragraph - 1]
        assert (paragraph.number, paragraph.start, paragraph.end) == (passage.paragraph, passage.start, passage.end)
        assert paragraph.evidence


def test_scores_fall_from_one_towards_zero_and_a_search_repeats_itself(search_seeds: Search) -> None:
    found = search_seeds("Israeli strikes on Iranian bases", 100)

    scores = [passage.score for passage in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert search_seeds("Israeli strikes on Iranian bases", 100) == found


def test_as_many_are_found_as_are_asked_for_while_there_are_so_many(search: Search, library: Library) -> None:
    library.add([article(f"a{n}", f"Report {n}: the price of {thing} rose.") for n, thing in enumerate(THINGS)])

    for k in (1, 7, len(THINGS), 100):
        assert len(search("What rose?", k)) == min(k, len(THINGS))


THINGS = "bread milk corn rice oil gas coal steel copper gold silver wood paper glass salt sugar tea coffee".split()


# -- filters and time -----------------------------------------------------------------------------------


def test_filters_bound_both_searches(search: Search, library: Library) -> None:
    library.add([article(f"{o} {n}", f"Rain {n} fell.", outlet=o) for o in ("Times", "Post") for n in range(3)])

    assert {passage.source.outlet for passage in search("rain", filters=Filters(outlets=("post",)))} == {"Post"}
    assert ids(search("rain", filters=Filters(articles=("Times 1",)))) == ["Times 1"]
    assert search("rain", filters=Filters(articles=("nothing",))) == ()


def test_nothing_published_later_is_read_and_undated_articles_are(search: Search, library: Library) -> None:
    library.add([article(day, f"The vote on {day} was close.", published=date.fromisoformat(day)) for day in DAYS])
    library.add([article("undated", "The vote was close, it is said.")])

    assert set(ids(search("vote", as_of=date(2020, 3, 1)))) == {"2020-01-01", "2020-03-01", "undated"}
    assert set(ids(search("vote", as_of=date(1999, 1, 1)))) == {"undated"}


DAYS = ("2020-01-01", "2020-03-01", "2020-06-01")


def test_of_equals_the_newer_comes_first_as_seen_from_the_day_of_the_question(
    search: Search, library: Library
) -> None:
    library.add([article(day, f"{word} won the vote.", published=date.fromisoformat(day)) for day, word in VOTES])

    assert ids(search("Who won the vote?"))[0] == "2020-06-01"
    assert ids(search("Who won the vote?", as_of=date(2020, 3, 2)))[0] == "2020-03-01"


VOTES = tuple(zip(DAYS, ("Anna", "Anne", "Anja"), strict=True))


def test_what_fits_better_comes_first_though_it_is_old(search: Search, library: Library) -> None:
    library.add(
        [
            article("old", "The dam at Oroville broke in the night.", published=date(2019, 1, 1)),
            article("new", "Bakers in Lyon bake longer bread.", published=date(2020, 1, 1)),
        ]
    )

    assert ids(search("Which dam broke?"))[0] == "old"


def test_among_equals_an_undated_article_is_not_preferred(search: Search, library: Library) -> None:
    library.add(
        [
            article("old", "Anna won the vote.", published=date(2019, 1, 1)),
            article("new", "Anne won the vote.", published=date(2020, 1, 1)),
            article("undated", "Anja won the vote."),
        ]
    )

    scores = {passage.source.id: passage.score for passage in search("Who won the vote?")}

    assert scores["new"] > scores["old"]
    assert scores["undated"] == pytest.approx(scores["old"], rel=0.05)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Who won the vote?", "2020-06-01"),
        ("Who won the vote on 1 March 2020?", "2020-03-01"),
        ("Who won the vote in January?", "2020-01-01"),
        ("Who won the vote five months ago?", "2020-01-01"),
    ],
)
def test_reports_of_the_days_that_a_question_names_are_preferred(
    search: Search, library: Library, query: str, first: str
) -> None:
    library.add([article(day, f"{word} won the vote.", published=date.fromisoformat(day)) for day, word in VOTES])

    assert ids(search(query))[0] == first


@pytest.mark.parametrize(
    ("query", "outlet"),
    [
        ("What did The Verge report of the vote?", "The Verge"),
        ("Who won the vote, according to CNN?", "cnn.com"),
        ("Who won the vote in USA TODAY's report?", "usatoday.com"),
    ],
)
def test_an_outlet_that_a_question_names_is_preferred(
    search: Search, library: Library, query: str, outlet: str
) -> None:
    outlets = ("The Verge", "cnn.com", "usatoday.com", "Post")
    library.add([article(one, f"{name} won the vote.", outlet=one) for one, name in zip(outlets, NAMES, strict=True)])

    assert search(query)[0].source.outlet == outlet
    assert len(search(query)) == len(outlets), "it is a preference, no filter"


NAMES = ("Anna", "Anne", "Anja", "Annie")


def test_the_article_that_has_all_of_a_question_comes_before_one_paragraph_that_has_most(
    search: Search, library: Library
) -> None:
    library.add(
        [
            article("right", "The dam at Oroville was built in 1968.", "Engineers feared for its spillway in May."),
            article("wrong", "Engineers examined a bridge.", "They feared nothing."),
        ]
    )

    assert ids(search("What did engineers at Oroville fear?"))[0] == "right"


# -- several questions in one ---------------------------------------------------------------------------


def test_each_part_of_a_question_is_served_in_turn(library: Library, embedder: Embedder) -> None:
    library.add([article(f"rain {n}", f"It rained for {n} days in Seville, as the river rose.") for n in range(9)])
    library.add([article("goats", "Shepherds are glad of their goats.")])
    queries = (
        "How long did it rain in Seville, and who is glad?",
        "How long did it rain in Seville?",
        "Who is glad?",
    )
    vectors = embedder.encode(queries)

    found = Retriever(library).search_each(tuple(zip(queries, vectors, strict=True)), 4)

    assert "goats" in ids(found)
    assert len({(one.source.id, one.start) for one in found}) == len(found) == 4
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)


# -- reprints -------------------------------------------------------------------------------------------


def test_the_same_words_are_found_once_with_the_earliest_in_front(search: Search, library: Library) -> None:
    library.add(
        [
            article("late", AGENCY, published=date(2020, 5, 3)),
            article("early", AGENCY, published=date(2020, 5, 1)),
            article("undated", AGENCY),
            article("edited", AGENCY.replace("ten minutes", "quarter of an hour"), published=date(2020, 5, 2)),
            article(
                "other", "The ferry takes passengers across while the bridge is closed.", published=date(2020, 5, 1)
            ),
        ]
    )

    found = search("Why is the bridge closed?")

    assert sorted(ids(found)) == ["early", "other"]
    first = next(passage for passage in found if passage.source.id == "early")
    assert sorted(ids(first.reprints)) == ["edited", "late", "undated"]


@pytest.mark.parametrize("query", ["Iran is pulling out of Syria", "Israeli strikes", "Who said so?"])
def test_no_two_passages_of_the_seeds_have_the_same_words(search_seeds: Search, query: str) -> None:
    found = [set(passage.text.casefold().split()) for passage in search_seeds(query, 100)]

    assert all(len(one & other) < 0.8 * len(one | other) for one, other in combinations(found, 2))


def test_a_changed_sentence_is_another_passage(search: Search, library: Library) -> None:
    library.add(
        [article("a", "The mayor said that 30 had died in the fire."), article("b", "The fire brigade saved 30.")]
    )

    assert len(search("fire")) == 2


def test_the_original_is_in_front_of_however_many_copies(search: Search, library: Library) -> None:
    library.add([article(f"copy {n:03}", AGENCY, published=date(2020, 5, 3)) for n in range(300)])
    library.add([article("original", AGENCY, published=date(2020, 5, 1))])

    assert search("How long will the bridge be closed?", k=1)[0].source.id == "original"


def test_an_original_that_may_not_be_read_is_not_put_in_front(search: Search, library: Library) -> None:
    library.add([article("original", AGENCY, outlet="Wire", published=date(2020, 5, 1))])
    library.add([article("copy", AGENCY, outlet="Post", published=date(2020, 5, 3))])

    (found,) = search("How long will the bridge be closed?", k=5, filters=Filters(outlets=("Post",)))

    assert (found.source.id, found.reprints) == ("copy", ())


def test_the_outlet_that_the_copies_credit_is_in_front_of_them(search: Search, library: Library) -> None:
    library.add([article("copy", f"OSLO (Reuters) - {AGENCY}", outlet="Post", published=date(2020, 5, 1))])
    library.add([article("agency's own", AGENCY, outlet="Reuters", published=date(2020, 5, 2))])

    (found,) = search("How long will the bridge be closed?")

    assert [found.source.id, *(one.source.id for one in found.reprints)] == ["agency's own", "copy"]


def test_behind_many_reprints_the_others_are_still_found(search: Search, library: Library) -> None:
    library.add([article(f"reprint {n:03}", AGENCY) for n in range(300)])
    library.add([article("other", "The bridge was built in 1911.")])

    found = search("Why would the bridge over the river stay closed?", 5)

    assert [len(passage.reprints) for passage in found] == [299, 0]
    assert ids(found)[1] == "other"


# -- a reranker -----------------------------------------------------------------------------------------


def test_a_reranker_decides_the_order(library: Library, embedder: Embedder, tmp_path: Path) -> None:
    library.add([article(f"a{n:02}", f"The price of {thing} rose.") for n, thing in enumerate(THINGS)])
    reranker = load_cross_encoder(tiny_cross_encoder(tmp_path))
    assert reranker is not None

    found = searching(library, embedder, reranker)("What rose?", 5)

    scores = reranker.probabilities([("What rose?", f"The price of {thing} rose.") for thing in THINGS])
    best = np.argsort(-scores)[:5]
    assert ids(found) == [f"a{place:02}" for place in best]
    assert all(0 <= passage.score <= 1 for passage in found)


def test_a_reranker_is_not_needed_where_there_is_nothing_to_rank(
    library: Library, embedder: Embedder, tmp_path: Path
) -> None:
    assert searching(library, embedder, load_cross_encoder(tiny_cross_encoder(tmp_path)))("What rose?") == ()


def test_behind_what_was_reranked_the_rest_follows(library: Library, embedder: Embedder, tmp_path: Path) -> None:
    library.add(
        [article(f"a{n:03}", f"The price of {n} kinds of {thing} rose.") for n in range(6) for thing in THINGS]
    )
    library.add([article(f"{thing} {n}", f"{thing} cost {n} dollars.") for n in range(6) for thing in THINGS])

    found = searching(library, embedder, load_cross_encoder(tiny_cross_encoder(tmp_path)))("What rose?", 80)

    scores = [passage.score for passage in found]
    assert len(found) == 80
    assert scores == sorted(scores, reverse=True)


def test_threads_share_a_cross_encoder(tmp_path: Path) -> None:
    encoder = CrossEncoder(tiny_cross_encoder(tmp_path))
    pairs = [[(f"question {n}", f"text {n} " * (1 + n % 7))] for n in range(64)]

    with ThreadPoolExecutor(8) as pool:
        at_once = list(pool.map(encoder.probabilities, pairs))

    assert np.concatenate(at_once) == pytest.approx(np.concatenate([encoder.probabilities(one) for one in pairs]))


def test_a_cross_encoder_of_two_classes_means_the_second(tmp_path: Path) -> None:
    encoder = CrossEncoder(tiny_cross_encoder(tmp_path, labels=2))

    (found,) = encoder.probabilities([("a", "b")])

    assert 0 < found < 1


def test_a_cross_encoder_of_classes_that_say_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="entailment"):
        load_cross_encoder(tiny_cross_encoder(tmp_path, labels=5))


def test_a_cross_encoder_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(ConfigError, match="BYLINE_RERANKER"):
        load_cross_encoder(str(tmp_path / "empty"))
