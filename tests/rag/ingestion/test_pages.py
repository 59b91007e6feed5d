"""HTML and Markdown: their words, their paragraphs, and what their metadata tell."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.articles import Article, Rejected, Source
from rag.ingestion import read_record
from rag.ingestion.pages import read_markdown
from rag.ingestion.parsed import article

FIRST = "Iranian forces are pulling out of Syria, Israeli defense officials told reporters on Tuesday in Tel Aviv."
SECOND = (
    "In recent months, Israel has intensified its air attacks against Hezbollah targets in Syria, officials said."
)
STORY = f"""
<article>
  <h1>Iran pulls out of Syria</h1>
  <p>{FIRST.replace("Syria", "<a href='/syria'>Syria</a>").replace(" told ", chr(10) + " told ")}</p>
  <h2>A burden</h2>
  <p>{SECOND}</p>
  <figure><img src="tank.jpg"><figcaption>A tank near Homs (Getty Images)</figcaption></figure>
  <table><tr><td>Homs</td><td>14</td></tr></table>
  <blockquote><p>“We are determined,” he said.</p></blockquote>
  <p>The first strike came at night.<br>The second came at dawn.</p>
</article>"""
SCRIPT = """
<script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"],
"datePublished": "2020-05-05T01:00:00+03:00", 
"publisher": {"@type": "Organization", "name": "The Example"}}]}</script>"""


def page(head: str = "", story: str = STORY) -> str:
    return f"""<!doctype html><html><head><title>Iran pulls out of Syria | Example Times</title>{head}</head><body>
    <nav><a href="/">Home</a> <a href="/world">World</a></nav>{story}
    <footer>Copyright 2020. About us.</footer></body></html>"""


def read(html: str, **record: object) -> Article:
    item = read_record({"html": html, **record})
    assert isinstance(item, Article), item
    return item


def source(head: str = "", **record: object) -> Source:
    return read(page(head), **record).source


def test_the_story_is_kept_with_its_paragraphs_and_the_menus_are_not() -> None:
    made = read(page())
    assert [made.text[p.start : p.end] for p in made.paragraphs if p.evidence] == [
        FIRST,
        SECOND,
        "Homs 14",
        "“We are determined,” he said.",
        "The first strike came at night.",
        "The second came at dawn.",
    ]
    assert [made.text[p.start : p.end] for p in made.paragraphs if not p.evidence][:2] == [
        "Iran pulls out of Syria",
        "A burden",
    ]
    assert "Home" not in made.text and "About us" not in made.text


def test_what_a_page_marks_for_machines_tells_its_outlet_and_its_day_in_utc() -> None:
    told = source(f'<link rel="canonical" href="https://example.com/a">{SCRIPT}')
    assert (told.title, told.outlet, told.url) == ("Iran pulls out of Syria", "The Example", "https://example.com/a")
    assert (told.published, told.id) == (date(2020, 5, 4), "https://example.com/a")


def test_open_graph_tells_the_same() -> None:
    told = source(
        '<meta property="og:site_name" content="Example Post">'
        '<meta property="article:published_time" content="2020-05-05T10:00:00Z">'
    )
    assert (told.outlet, told.published) == ("Example Post", date(2020, 5, 5))


def test_the_end_of_a_pages_title_tells_its_outlet_where_nothing_else_does() -> None:
    assert source().outlet == "Example Times"


def test_what_the_record_says_goes_before_what_the_page_tells() -> None:
    told = source(SCRIPT, title="Another", outlet="The Other", url="https://example.com/b", published="2020-05-06")
    assert (told.title, told.outlet, told.url) == ("Another", "The Other", "https://example.com/b")
    assert told.published == date(2020, 5, 6)


def test_a_day_of_an_event_is_not_the_day_of_the_page() -> None:
    story = f"<article><p>On January 21, 2019 the war went on. {FIRST}</p><p>{SECOND}</p></article>"
    assert read(page(story=story)).source.published is None


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/relative", "ftp://example.com"])
def test_an_address_that_is_none_is_left_out(address: str) -> None:
    url = source(f'<link rel="canonical" href="{address}">').url
    assert url is None or url.startswith("http")


def test_a_fragment_of_html_is_read_whole() -> None:
    made = read("<p>Iran left Syria.</p><p>It was Tuesday.</p>")
    assert made.text == "Iran left Syria.\n\nIt was Tuesday."


def test_xhtml_with_a_declared_encoding_is_read() -> None:
    declared = '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
    assert read(f"{declared}<body><p>{FIRST}</p></body></html>").text == FIRST


@settings(deadline=None)  # the first page loads the parser
@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(["<p>", "</div>", "<table><tr>", "<!--", "<br>", "&#0;", "<svg>", FIRST])).map(
            "".join
        ),
    )
)
def test_any_html_is_an_article_or_is_rejected(html: str) -> None:
    assert isinstance(read_record({"html": html}), Article | Rejected)


MARKDOWN = f"""---
title: "Iran pulls out"
outlet: The Example
date: 2020-05-05
url: https://example.com/a
tags:
  - iran
---

# Iran *pulls* out

*By Jane Doe*

{FIRST.replace("Syria", "[Syria](https://example.com/syria)").replace(" told", chr(10) + "told")}

![A tank](tank.jpg)

## A burden

> {SECOND.replace("officials", "**officials**")}

- 2 * 3 dead, in `Homs`
- snake_case &amp; more

***
"""


def test_markdown_is_read_without_its_marks() -> None:
    made = article(read_markdown(MARKDOWN))
    assert made.text.split("\n\n") == [
        "Iran pulls out",
        "By Jane Doe",
        FIRST,
        "A burden",
        SECOND,
        "- 2 * 3 dead, in Homs",
        "- snake_case & more",
    ]
    assert [paragraph.evidence for paragraph in made.paragraphs] == [False, False, True, False, True, True, True]


def test_front_matter_tells_title_outlet_day_and_url() -> None:
    told = read_markdown(MARKDOWN)
    assert (told.title, told.outlet, told.url) == ("Iran pulls out", "The Example", "https://example.com/a")
    assert told.published == date(2020, 5, 5)


def test_front_matter_may_be_toml_and_a_rule_is_no_front_matter() -> None:
    told = read_markdown(f'+++\ntitle = "Iran pulls out"\ndate = 2020-05-06T01:00:00+03:00\n+++\n{FIRST}')
    assert (told.text, told.title, told.published) == (FIRST, "Iran pulls out", date(2020, 5, 5))
    assert read_markdown(f"---\n\n{FIRST}\n\n---\n\n{SECOND}").text == f"{FIRST}\n\n{SECOND}"


def test_the_first_heading_is_the_title_where_no_front_matter_names_one() -> None:
    assert read_markdown(f"Iran pulls out\n==============\n\n{FIRST}").title == "Iran pulls out"


def test_plain_text_with_a_paragraph_a_line_keeps_its_paragraphs_in_markdown() -> None:
    assert read_markdown(f"{FIRST}\n{SECOND}").text == f"{FIRST}\n{SECOND}"


def test_an_address_in_front_matter_that_is_none_is_left_out() -> None:
    assert read_markdown(f"---\ntitle: T\nurl: javascript:alert(1)\n---\n{FIRST}").url is None


@pytest.mark.parametrize(
    ("front", "title", "outlet"),
    [
        ("---\ntitle: >-\n  Iran pulls\n  out\noutlet: 'The Example' # ours\n---", "Iran pulls out", "The Example"),
        (
            '{\n"title": "Iran \\u201cpulls\\u201d out",\n"outlet": "The Example"\n}',
            "Iran “pulls” out",
            "The Example",
        ),
        ("---\ntitle: Iran: pulls out\noutlet: The Example\n---", "Iran: pulls out", "The Example"),
        ("---\ntitle: No\noutlet:\n  name: The Example\nsource: The Source\n---", "No", "The Source"),
        ("---\na: &a [x]\ntitle: *a\noutlet: The Example\n---", None, "The Example"),
        ("---\ntitle: [" + "[" * 5000 + "\noutlet: The Example\n---", "[" + "[" * 5000, "The Example"),
    ],
    ids=["folded", "json", "a colon", "nested", "an alias", "deep"],
)
def test_front_matter_is_read_whatever_its_form(front: str, title: str | None, outlet: str) -> None:
    told = read_markdown(f"{front}\n{FIRST}")
    assert (told.text, told.title, told.outlet) == (FIRST, title, outlet)


def test_aliases_of_aliases_in_front_matter_cost_nothing() -> None:
    lines = ["a0: &a0 {k: v}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30))]
    bomb = "\n".join(lines)
    assert read_markdown(f"---\n{bomb}\ntitle: T\n---\n{FIRST}").title == "T"


def json_ld(*things: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(list(things))}</script>'


NEWS = {"@type": "NewsArticle", "datePublished": "2020-05-05T01:00:00+03:00", "publisher": {"name": "The Example"}}
OPEN_GRAPH = (
    '<meta property="og:site_name" content="iNews">'
    '<meta property="article:published_time" content="2020-05-04T23:30:00-05:00">'
)


@pytest.mark.parametrize(
    ("head", "outlet", "day"),
    [
        (json_ld(NEWS), "The Example", 4),
        (json_ld({"@graph": [{"@type": "WebSite", "name": "Example Site"}, NEWS]}), "The Example", 4),
        (json_ld(NEWS | {"publisher": "The Example"}), "The Example", 4),
        (json_ld(NEWS, NEWS | {"publisher": {"name": "The Other Paper of Record"}}), "The Example", 4),
        (json_ld(NEWS | {"@type": "LiveBlogPosting"}), "The Example", 4),
        ('<script type="application/ld+json">{"@type": </script>' + OPEN_GRAPH, "iNews", 5),
        (OPEN_GRAPH, "iNews", 5),
        ('<meta itemprop="datePublished" content="2020-05-05">', "Example Times", 5),
        ('<meta property="article:publisher" content="https://social.example/x">', "Example Times", None),
        ('<link rel="canonical" href="https://www.example.com/talks">', "Example Times", None),
        ('<meta name="twitter:site" content="@example">', "Example Times", None),
    ],
)
def test_outlet_and_utc_day_are_read_from_what_pages_of_news_mark(head: str, outlet: str, day: int | None) -> None:
    told = source(head)
    assert (told.outlet, told.published) == (outlet, None if day is None else date(2020, 5, day))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("---\n\nThe answer: no more money.\n\n---\n\nA second paragraph.", "The answer: no more money."),
        ("{\nThe quote: we said\n}\nText", "The quote: we said"),
        ("---\ntitle: A\n[no list\nUpdate: more follows.\n---\nText", "Update: more follows."),
        (f"---\n%YAML 1.{'9' * 5000}\n---\nText", "Text"),
        (f"+++\na = {'9' * 5000}\n+++\nText", "Text"),
        ('---\ntitle: "\\UFFFFFFFF"\n---\nText', "Text"),
    ],
)
def test_what_is_no_front_matter_stays_in_the_text(text: str, kept: str) -> None:
    assert kept in read_markdown(text).text


def test_front_matter_in_json_is_read_as_json_and_nothing_is_no_title() -> None:
    assert read_markdown('{\n\t"title": "A \\ud83d\\ude00 storm"\n}\nText').title == "A 😀 storm"
    assert read_markdown("---\ntitle: null\noutlet: ~\n---\nText").title is None
