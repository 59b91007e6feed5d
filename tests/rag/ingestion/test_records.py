"""One record of JSON Lines or HTTP: its fields, its id, and what is wrong with it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles import Article, Rejected
from rag.ingestion import read_record

TEXT = "Iran left Syria on Tuesday, officials said. It will not return."


def article(**record: object) -> Article:
    item = read_record(record)
    assert isinstance(item, Article), item
    return item


def test_a_record_says_everything_of_its_article() -> None:
    source = article(
        id="7",
        title=" Iran\nleaves ",
        outlet="The Example",
        url="https://example.com/7",
        published="2020-05-05",
        text=TEXT,
    ).source
    assert (source.id, source.title, source.outlet) == ("7", "Iran leaves", "The Example")
    assert (source.url, source.published) == ("https://example.com/7", date(2020, 5, 5))


def test_null_and_empty_fields_are_unknown_and_other_keys_are_ignored() -> None:
    source = article(id="", title=None, outlet=" ", url="", published="", html=None, text=TEXT, extra=[1]).source
    assert (source.title, source.outlet, source.url, source.published) == (
        "Iran left Syria on Tuesday, officials said.",
        None,
        None,
        None,
    )


def test_the_id_is_its_own_else_its_url_else_a_hash_of_its_text() -> None:
    assert article(id="a", url="https://example.com/b", text=TEXT).id == "a"
    assert article(id=12, text=TEXT).id == "12"
    assert article(url="https://example.com/b", text=TEXT).id == "https://example.com/b"
    assert article(text=TEXT).id == article(text=TEXT, title="Another").id != article(text=TEXT + " Now.").id
    assert len(article(url="https://example.com/" + "b" * 1000, text=TEXT).id) <= 512


@pytest.mark.parametrize(
    ("published", "day"),
    [
        ("2020-05-05", date(2020, 5, 5)),
        ("2020-05-05T23:59:59Z", date(2020, 5, 5)),
        ("2020-05-05T01:00:00+03:00", date(2020, 5, 4)),
        ("2020-05-04 22:00:00-05:00", date(2020, 5, 5)),
        ("2020-05-05T10:00", date(2020, 5, 5)),
    ],
)
def test_a_day_or_a_time_in_any_zone_is_a_day_in_utc(published: str, day: date) -> None:
    assert article(text=TEXT, published=published).source.published == day


@pytest.mark.parametrize(
    ("record", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": " \n\u00a0\x00"}, "text"),
        ({"text": 5}, "text"),
        ({"text": ["a"]}, "text"),
        ({"text": "x" * 2_000_001}, "text"),
        ({"html": "<script>1</script>"}, "html"),
        ({"html": True}, "html"),
        ({"text": TEXT, "title": {}}, "title"),
        ({"text": TEXT, "title": "x" * 1001}, "title"),
        ({"text": TEXT, "outlet": 1.5}, "outlet"),
        ({"text": TEXT, "url": "javascript:alert(1)"}, "url"),
        ({"text": TEXT, "url": "https://example.com/a b"}, "url"),
        ({"text": TEXT, "published": "5 May 2020"}, "published"),
        ({"text": TEXT, "published": "2020-02-30"}, "published"),
        ({"text": TEXT, "published": "0001-01-01T00:00:00+14:00"}, "published"),
        ({"text": TEXT, "published": 1588636800}, "published"),
        ({"text": TEXT, "id": True}, "id"),
        ({"text": TEXT, "id": "x" * 513}, "id"),
        ({"text": TEXT, "id": "a\nb"}, "id"),
    ],
)
def test_a_bad_field_is_named(record: dict[str, object], field: str) -> None:
    item = read_record(record, 3)
    assert isinstance(item, Rejected)
    assert item.index == 3
    assert item.reason.startswith(f"{field}: ")
    assert len(item.reason) < 200


def test_lone_surrogates_and_decomposed_letters_are_made_whole() -> None:
    made = article(text="The cafe\u0301 closed\ud800 on Monday.", title="Cafe\u0301 \udfff closes")
    assert made.text == "The café closed? on Monday."
    assert made.source.title == "Café ? closes"


def test_what_the_record_leaves_out_its_text_may_tell() -> None:
    text = f"Iran leaves Syria\nBy Jane Doe, Reuters\n5 May 2020\n\n{TEXT}"
    told = article(text=text).source
    assert (told.title, told.outlet, told.published) == ("Iran leaves Syria", "Reuters", date(2020, 5, 5))
    said = article(text=text, title="Another", outlet="The Example", published="2020-05-06").source
    assert (said.title, said.outlet, said.published) == ("Another", "The Example", date(2020, 5, 6))


def test_text_goes_before_html() -> None:
    assert article(text=TEXT, html="<p>Another text stands here.</p>").text == TEXT


def test_reading_the_same_record_again_makes_the_same_article() -> None:
    assert article(text=TEXT, title="Iran leaves") == article(text=TEXT, title="Iran leaves")


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(TEXT), st.lists(st.text(), max_size=2)
)
FIELDS = st.sampled_from(["id", "title", "outlet", "url", "published", "text"])


@given(st.dictionaries(FIELDS, VALUES))
def test_any_record_is_an_article_or_is_rejected(record: dict[str, object]) -> None:
    item = read_record(record)
    if isinstance(item, Article):
        assert item.source.title and 0 < len(item.id) <= 512
        assert any(paragraph.evidence for paragraph in item.paragraphs) or not any(map(str.isalpha, item.text))
