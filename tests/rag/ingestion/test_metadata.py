"""What a text tells of itself: its title, outlet, address and day, and what it does not."""

from __future__ import annotations

from datetime import date

import pytest

from rag.articles import Article, Source
from rag.ingestion import read_record

BODY = (
    "The mayor of Springfield resigned on Monday after a flood destroyed the town's only bridge, officials said.\n\n"
    "Iran sent boats, and YouTube showed them. Rescue teams worked through the night to reach 200 people."
)
TITLE = "Mayor resigns after flood"
MAY_5 = date(2020, 5, 5)


def source(text: str) -> Source:
    article = read_record({"text": text})
    assert isinstance(article, Article)
    return article.source


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (TITLE, TITLE),
        (f"{TITLE}\n\n{TITLE}", TITLE),
        (f"Mayor{TITLE}", TITLE),
        (f"World{TITLE}", TITLE),
        (f"Mayor{TITLE}\n\nMayor{TITLE}", TITLE),
        ("Middle EastMayor resigns", "Mayor resigns"),
        ("IranSpringfield mayor resigns", "Springfield mayor resigns"),
        (f"World\n{TITLE}", TITLE),
        (f"World news\n\n{TITLE}", TITLE),
        (f"By Jane Doe\n5 May 2020\n{TITLE}", TITLE),
        (f"https://example.com/flood\n{TITLE}", TITLE),
        (f"1/5\n{TITLE}", TITLE),
        (f"Title: {TITLE}\nDate: 2020-05-05", TITLE),
        (f"{TITLE} | The Springfield Times", TITLE),
        (f"{TITLE} - BBC News", TITLE),
        (f"{TITLE}.\nBy Jane Doe", f"{TITLE}."),
        (f"{TITLE} – live updates", f"{TITLE} – live updates"),
        ("Is the mayor gone?", "Is the mayor gone?"),
        ("“We will rebuild,” says mayor", "“We will rebuild,” says mayor"),
    ],
)
def test_the_title_is_found_above_the_news(head: str, title: str) -> None:
    assert source(f"{head}\n\n{BODY}").title == title


@pytest.mark.parametrize("title", ["YouTube removes 200 videos", "McDonald wins", "DeSantis and LeBron James meet"])
def test_a_capital_inside_a_word_alone_is_no_glued_section(title: str) -> None:
    assert source(f"{title}\n\n{BODY}").title == title


def test_a_missing_title_is_made_of_the_opening_words_without_the_dateline() -> None:
    opening = "The mayor of Springfield resigned on Monday after a flood destroyed the town's only bridge…"
    assert source(BODY).title == opening
    assert source(f"SPRINGFIELD (AP) — {BODY}").title == opening
    assert source("Iran left Syria. It will not return.").title == "Iran left Syria."


def test_a_first_paragraph_that_stands_twice_is_no_title_and_is_evidence_once() -> None:
    lede = "Iran has left Syria, officials said."
    article = read_record({"text": f"{lede}\n\n{lede}\n\n{BODY}"})
    assert isinstance(article, Article)
    assert [paragraph.evidence for paragraph in article.paragraphs] == [True, False, True, True]


def test_a_sentence_between_two_times_of_a_live_blog_is_no_title_and_is_evidence() -> None:
    text = "10:32 GMT\n\nTwo rockets hit the airport, officials say.\n\n10:15 GMT\n\nAll flights were suspended."
    read = read_record({"text": text})
    assert isinstance(read, Article)
    assert [p.evidence for p in read.paragraphs] == [False, True, False, True]


def test_the_opening_words_stay_evidence() -> None:
    article = read_record({"text": BODY})
    assert isinstance(article, Article)
    assert [paragraph.evidence for paragraph in article.paragraphs] == [True, True]


@pytest.mark.parametrize(
    "line",
    [
        "Published 5 May 2020",
        "05 May, 2020",
        "May 5, 2020",
        "May 5th, 2020 at 10:15 AM EDT",
        "Tue 5 May 2020 10.15 BST",
        "Tuesday, May 5, 2020",
        "Posted on 5th of May 2020",
        "2020-05-05",
        "2020/05/05",
        "5.5.2020",
        "05.05.2020, 14:00",
        "5/5/2020",
        "Date: 2020-05-05T10:00:00Z",
        "2020-05-06T01:30:00+03:00",
        "By Jane Doe | May 5, 2020 | 4 min read",
        "Jane Doe\n5 May 2020",
        "Updated 6 May 2020\nPublished 5 May 2020",
        "Updated: 5 May 2020",
    ],
)
def test_a_day_in_a_line_of_its_own_is_the_day_of_publication(line: str) -> None:
    assert source(f"{TITLE}\n{line}\n\n{BODY}").published == MAY_5


@pytest.mark.parametrize(
    "line", ["5/6/2020", "31 June 2020", "Published on Tuesday", "2 hours ago", "On May 5, 2020, the rain began."]
)
def test_a_day_that_is_not_told_or_can_be_read_in_two_ways_is_unknown(line: str) -> None:
    assert source(f"{TITLE}\n{line}\n\n{BODY}").published is None


def test_a_day_inside_the_news_is_not_the_day_of_publication() -> None:
    assert (
        source(f"{TITLE}\n\n{BODY}\n\nThe bridge was built on May 5, 1920, by the army.\n\n{BODY[:40]}").published
        is None
    )


def test_a_day_at_the_end_is_the_day_of_publication() -> None:
    assert source(f"{TITLE}\n\n{BODY}\n\nPublished: 5 May 2020").published == MAY_5


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("By Jane Doe, Reuters", "Reuters"),
        ("By Jane Doe | The Springfield Times", "The Springfield Times"),
        ("By TIMES OF ISRAEL STAFF", "Times of Israel"),
        ("BBC News\n5 May 2020", "BBC News"),
        ("Jane Doe | Reuters | May 5, 2020", "Reuters"),
        ("Source: Springfield Wire", "Springfield Wire"),
        ("Outlet: Example Wire", "Example Wire"),
        ("By Jane Doe, Senior Correspondent", None),
        ("By Jane Doe, Jerusalem", None),
        ("Breaking News", None),
        ("A flooded street in Springfield [Getty]", None),
    ],
)
def test_a_line_above_the_news_tells_the_outlet(line: str, outlet: str | None) -> None:
    assert source(f"{TITLE}\n{line}\n\n{BODY}").outlet == outlet


@pytest.mark.parametrize(
    ("dateline", "outlet", "published"),
    [
        ("(Reuters) - ", "Reuters", None),
        ("LONDON (AP) — ", "AP", None),
        ("Jerusalem (CNN) -- ", "CNN", None),
        ("GAZA CITY, Gaza Strip (AP) — ", "AP", None),
        ("WASHINGTON, May 5 (Reuters) - ", "Reuters", None),
        ("BEIRUT, 5 May 2020 (AFP) – ", "AFP", MAY_5),
        ("TEL AVIV – ", None, None),
    ],
)
def test_a_dateline_tells_its_agency_and_its_day_where_it_prints_the_year(
    dateline: str, outlet: str | None, published: date | None
) -> None:
    told = source(f"{TITLE}\n\n{dateline}{BODY}")
    assert (told.outlet, told.published) == (outlet, published)


@pytest.mark.parametrize(
    ("line", "outlet"),
    [
        ("© 2020 Example Media. All rights reserved.", "Example Media"),
        ("Copyright 2020 The Associated Press. All rights reserved.", "The Associated Press"),
        ("Source: Reuters", "Reuters"),
        ("This article was originally published in The Springfield Post.", None),
        ("The Springfield Post told its readers so on Tuesday.", None),
    ],
)
def test_a_line_below_the_news_tells_the_outlet_but_not_where_it_first_appeared(
    line: str, outlet: str | None
) -> None:
    assert source(f"{TITLE}\n\n{BODY}\n\n{line}").outlet == outlet


def test_an_address_in_a_line_of_its_own_is_the_articles() -> None:
    told = source(f"{TITLE}\nURL: https://example.com/flood\n\n{BODY}")
    assert (told.url, told.id) == ("https://example.com/flood", "https://example.com/flood")
