"""Tracing: an excerpt of a real library's articles, as it is, written otherwise, altered, or from nowhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.embedding import Embedder
from rag.language.sentences import sentence_spans
from rag.library import Library, open_library
from rag.tracing import Edit, Match, Tracer
from rag.tracing.comparison import Excerpt, compare
from rag.tracing.tokens import tokens
from tests.making import Hashing, article

THE_PRICE, THE_JNS = "003_92273a094da3419f", "004_725038608726135f"
WAR = "Iran has been one of the Syrian regime’s main allies in the war that has ravaged Syria since 2011"
STORM = (
    "The storm killed 12 people in Ely on Friday, mayor Anna Berg said, and left 4,000 homes without power. "
    "“We did not expect the co-operation of so many neighbours,” she said."
)


@pytest.fixture(scope="module")
def seeds(seeds_library: Library, embedder: Embedder) -> Tracer:
    return Tracer(seeds_library, embedder)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    """An empty library, its vectors of no meaning: what is found in it is found by words."""
    opened = open_library(tmp_path / "library", Hashing())
    yield opened
    opened.close()


def edits(text: str, *, of: str = STORM) -> tuple[str, tuple[Edit, ...]] | None:
    verdict = compare(Excerpt.of(text), of)
    return (verdict.kind, verdict.edits) if verdict else None


# -- the seeds ----------------------------------------------------------------------------------------


def test_every_sentence_and_paragraph_is_exact_in_its_own_article(seeds: Tracer, seeds_library: Library) -> None:
    for source in seeds_library.page(None, 10)[0]:
        held = seeds_library.get(source.id)
        assert held
        for paragraph in held.paragraphs:
            text = held.text[paragraph.start : paragraph.end]
            for excerpt in {text, *(text[start:end] for start, end in sentence_spans(text))}:
                found = {match.source.id: match for match in seeds.trace(excerpt)}
                match = found[source.id]
                assert (match.kind, match.quote, match.edits) == ("exact", excerpt.strip(), ())
                assert held.text[match.start : match.end] == match.quote
                place = held.paragraphs[match.paragraph - 1]
                assert place.start <= match.start < match.end <= place.end


def test_one_changed_word_is_an_edit_word_by_word(seeds: Tracer) -> None:
    (match,) = seeds.trace(WAR.replace("Syrian", "Iraqi").replace("2011", "2012"))

    assert (match.source.id, match.kind) == (THE_PRICE, "edited")
    assert match.edits == (Edit("Iraqi", "Syrian"), Edit("2012", "2011"))
    assert match.quote == WAR


def test_an_excerpt_over_several_paragraphs_is_found_where_it_begins(seeds: Tracer, seeds_library: Library) -> None:
    held = seeds_library.get(THE_JNS)
    assert held
    first, last = held.paragraphs[3], held.paragraphs[5]

    (match,) = seeds.trace(held.text[first.start : last.end])

    assert (match.kind, match.paragraph, match.start, match.end) == ("exact", first.number, first.start, last.end)


@pytest.mark.parametrize(
    "excerpt",
    [
        "The quick brown fox jumped over the lazy dog in Tehran on Monday and said nothing.",
        "Israeli officials said on Wednesday that Jordan would never open its airspace to Turkish planes again.",
        "The central bank raised its interest rate by half a point and warned of slower growth next year.",
        "…",
        "?!",
        "he said",
        "a" * 10_000,
        "1 " * 5_000,
        "伊朗正在从叙利亚撤军，以色列国防官员说。",
        '"" OR NEAR(* AND',
    ],
)
def test_what_is_in_no_article_is_declined(seeds: Tracer, excerpt: str) -> None:
    assert seeds.trace(excerpt) == ()


def test_words_in_another_order_are_declined(seeds: Tracer) -> None:
    words = WAR.split()
    random.Random(1).shuffle(words)

    assert seeds.trace(" ".join(words)) == ()


# -- kinds and edits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "excerpt",
    [
        STORM.upper(),
        STORM.replace("“", '"').replace("”", '"'),
        STORM.replace(" ", "\n  "),
        STORM.replace("4,000", "4000"),
        STORM.replace("4,000", "4\u202f000"),
        STORM.replace("co-operation", "cooperation"),
        STORM.replace("co-operation", "co‑operation"),
        STORM.replace("neighbours", "neighbors"),
        STORM.replace(",", ""),
        f"“{STORM.partition(' “')[0]}”",
        f"... {STORM.partition(' “')[0]} ...",
    ],
)
def test_the_same_words_written_otherwise_are_near(excerpt: str) -> None:
    assert edits(excerpt) == ("near", ())


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("13", "12", Edit("13", "12")),
        ("Saturday", "Friday", Edit("Saturday", "Friday")),
        ("Hanna", "Anna", Edit("Hanna", "Anna")),
        ("40,000", "4,000", Edit("40,000", "4,000")),
        ("4.000", "4,000", Edit("4.000", "4,000")),
        ("injured", "killed", Edit("injured", "killed")),
        ("We did expect", "We did not expect", Edit("", "not")),
        ("We did not at all expect", "We did not expect", Edit("at all", "")),
        ("without any power", "without power", Edit("any", "")),
        ("The flood killed", "The storm killed", Edit("flood", "storm")),
    ],
)
def test_other_words_are_edits(ours: str, theirs: str, expected: Edit) -> None:
    assert edits(STORM.replace(theirs, ours)) == ("edited", (expected,))


@pytest.mark.parametrize(
    ("ours", "theirs"), [("£3 billion", "$3 billion"), ("3 billion", "$3 billion"), ("-3 billion", "3 billion")]
)
def test_a_changed_currency_or_sign_is_an_edit(ours: str, theirs: str) -> None:
    text = "The ministry of finance in Oslo lost {} in the year to March."

    assert edits(text.format(ours), of=text.format(theirs))[0] == "edited"  # type: ignore[index]


def test_the_only_long_word_may_be_the_altered_one() -> None:
    text = "In Boston, the sun will set at 7 p.m. on Sept. 22."

    assert edits(text.replace("Boston", "Aristotle"), of=text) == ("edited", (Edit("Aristotle", "Boston"),))


def test_what_an_ellipsis_leaves_out_is_told_and_near() -> None:
    kind, told = edits(STORM.replace("in Ely on Friday, mayor Anna Berg said, and", "…")) or ("", ())

    assert (kind, told) == ("near", (Edit("…", "in Ely on Friday, mayor Anna Berg said, and"),))


def test_an_ellipsis_does_not_hide_a_denial() -> None:
    assert edits(STORM.replace("did not expect", "did ... expect")) == ("edited", (Edit("...", "not"),))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The minister did not say", "The minister didn’t say"),
        ("The minister cannot say", "The minister can't say"),
        ("The minister will not say", "The minister won't say"),
        ("They have not said", "They’ve not said"),
        ("Some 23 said", "Some twenty-three said"),
        ("The three said", "The 3 said"),
    ],
)
def test_what_is_written_in_full_or_short_is_the_same(ours: str, theirs: str) -> None:
    rest = " on Tuesday whether the ferry to Keld would sail before autumn."

    assert edits(ours + rest, of=theirs + rest) == ("near", ())
    assert edits(theirs + rest, of=ours + rest) == ("near", ())


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("The minister did say", "The minister didn't say"),
        ("Some 24 said", "Some twenty-three said"),
        ("The four said", "The 3 said"),
    ],
)
def test_what_is_written_short_is_not_lost(ours: str, theirs: str) -> None:
    rest = " on Tuesday whether the ferry to Keld would sail before autumn."

    assert (edits(ours + rest, of=theirs + rest) or ("",))[0] == "edited"


def test_an_excerpt_may_begin_and_end_within_a_word() -> None:
    text = "The government of Norway said on Tuesday that the ferry to Keld would be scrapped."

    assert edits("overnment of Norway said on Tuesday that the ferry to Keld would be scra", of=text) == ("near", ())


@pytest.mark.parametrize(
    ("ours", "edit"),
    [
        ("likely, the minister said, that the ferry to Keld was wanted", Edit("likely", "unlikely")),
        ("unlikely, the minister said, that the ferry to Keld was", None),
        ("the minister said, that the ferry to Keld was wanted, and no seat is use", Edit("use", "useless")),
        ("that the ferry to Keld was wanted, and no seat is useless, or is", Edit("", "isn't")),
    ],
)
def test_a_cut_word_that_is_turned_by_the_cut_is_an_edit(ours: str, edit: Edit | None) -> None:
    text = (
        "It is unlikely, the minister said, that the ferry to Keld was wanted, and no seat is useless, or isn't now."
    )

    told = edits(ours, of=text)

    assert told == (("edited", (edit,)) if edit else ("exact", ()))


@pytest.mark.parametrize("word", ["n't", "rarely", "only", "allegedly"])
def test_an_ellipsis_hides_nothing_that_turns_the_words(word: str) -> None:
    said = "was" + (word if word == "n't" else f" {word}")
    text = f"The mayor of Keld {said} seen at the harbour on Tuesday, two sailors told the inquiry in Oslo."

    kind, told = edits(text.replace(said, "…" if word == "n't" else "was …"), of=text) or ("", ())

    assert kind == "edited"
    assert word in told[0].article


def test_words_put_before_and_after_are_edits() -> None:
    kind, told = edits(f"Breaking news: {STORM} Read more below.") or ("", ())

    assert (kind, told) == ("edited", (Edit("Breaking news", ""), Edit("Read more below", "")))


def test_a_part_of_a_number_is_not_exact() -> None:
    text = "The plan cost the city of Oslo more than 1,000 kroner."

    assert edits("The plan cost the city of Oslo more than 1", of=text) == ("edited", (Edit("1", "1,000"),))
    assert edits("1", of=text) is None


def test_another_alphabet_is_traced() -> None:
    text = "Иран сокращает присутствие в Сирии, заявил министр обороны Израиля во вторник."

    assert edits(text.replace("вторник", "среду"), of=text) == ("edited", (Edit("среду", "вторник"),))


def test_a_place_in_a_very_long_article_is_found() -> None:
    rng = random.Random(0)
    filler = " ".join(rng.choice(["town", "river", "people", "the", "of", "said", "on"]) for _ in range(150_000))

    verdict = compare(Excerpt.of(STORM.replace("12", "13")), f"{filler}\n\n{STORM}\n\n{filler}")

    assert verdict is not None
    assert (verdict.start, verdict.edits) == (len(filler) + 2, (Edit("13", "12"),))


@settings(max_examples=150, deadline=None)
@given(excerpt=st.text(max_size=80), text=st.text(max_size=200))
def test_no_text_whatever_breaks_it(excerpt: str, text: str) -> None:
    found = Excerpt.of(excerpt)
    verdict = compare(found, text) if found.tokens else None

    assert verdict is None or 0 <= verdict.start < verdict.end <= len(text)


def test_words_know_where_they_stand() -> None:
    text = "U.S. troops’ co-op paid $1,000.50 (5%) … it isn't"

    assert [text[one.start : one.end] for one in tokens(text)] == [
        "U.S.", "troops", "co", "op", "paid", "$", "1,000.50", "5", "%", "…", "it", "is", "n't",
    ]  # fmt: skip


# -- several articles -----------------------------------------------------------------------------------


def test_the_earliest_of_equals_comes_first_and_the_undated_last(empty: Library) -> None:
    empty.add(
        [
            article("copy", STORM, published=date(2024, 3, 3)),
            article("undated", "Weather", STORM),
            article("original", STORM, published=date(2024, 3, 1)),
            article("other", STORM.replace("12", "14"), published=date(2024, 2, 1)),
        ]
    )

    found = Tracer(empty, Hashing()).trace(STORM)

    assert [match.source.id for match in found] == ["original", "copy", "undated"]
    assert {match.kind for match in found} == {"exact"}


def test_the_truer_comes_before_the_earlier(empty: Library) -> None:
    empty.add(
        [
            article("upper", STORM.upper(), published=date(2024, 2, 1)),
            article("exact", STORM, published=date(2024, 3, 1)),
        ]
    )

    assert [match.kind for match in Tracer(empty, Hashing()).trace(STORM)] == ["exact", "near"]


def test_the_less_altered_comes_first(empty: Library) -> None:
    empty.add(
        [
            article("two edits", STORM.replace("12", "14").replace("Friday", "Monday"), published=date(2024, 1, 1)),
            article("one edit", STORM.replace("12", "14"), published=date(2024, 3, 1)),
        ]
    )

    found = Tracer(empty, Hashing()).trace(STORM)

    assert [(match.source.id, len(match.edits)) for match in found] == [("one edit", 1), ("two edits", 2)]


def test_a_caption_is_traced_where_its_article_is_about_the_same(empty: Library) -> None:
    caption = "Anna Berg, mayor of Ely, walks past a house that the storm left without a roof. Photo: Jo Li"
    empty.add([article("storm", STORM, caption, captions=[2]), article("b", "Rain fell in Ely.")])

    (match,) = Tracer(empty, Hashing()).trace(caption.replace("roof", "door"))

    assert (match.source.id, match.paragraph, match.edits) == ("storm", 2, (Edit("door", "roof"),))


def test_a_match_links_to_its_words(empty: Library) -> None:
    made = article("a", STORM)
    empty.add([replace(made, source=replace(made.source, url="https://example.org/storm"))])

    (match,) = Tracer(empty, Hashing()).trace("The storm killed 12 people in Ely on Friday")

    assert isinstance(match, Match)
    assert (
        match.link == "https://example.org/storm#:~:text=The%20storm%20killed%2012%20people%20in%20Ely%20on%20Friday"
    )


def test_an_empty_library_declines(empty: Library) -> None:
    assert Tracer(empty, Hashing()).trace(STORM) == ()
