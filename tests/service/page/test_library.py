"""Tracing excerpts and managing articles on the page."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.service.page.conftest import Open, ready
from tests.service.page.crafted import ARTICLES, EMOJI_QUOTE


def trace(page: Page, excerpt: str) -> None:
    page.get_by_label("The excerpt").fill(excerpt)
    page.get_by_role("button", name="Trace").click()
    expect(page.locator("#traced h2")).to_be_visible()


def test_an_excerpt_is_traced_to_its_article(opened: Open, crafted: str) -> None:
    page = opened(crafted, "#trace")
    trace(page, EMOJI_QUOTE)

    expect(page.locator(".match.exact")).to_have_count(1)
    page.locator(".match").get_by_role("button", name="Read it in the article").click()
    assert page.locator("#reader mark.current").inner_text() == EMOJI_QUOTE


def test_every_edit_of_an_excerpt_is_shown(opened: Open, crafted: str) -> None:
    page = opened(crafted, "#trace")
    trace(page, EMOJI_QUOTE.replace("412", "512"))

    expect(page.locator(".match.edited ins")).to_have_text("512")
    expect(page.locator(".match.edited del")).to_have_text("412")
    assert page.locator(".match tbody tr td").all_inner_texts() == ["512", "412"]


def test_what_is_in_no_article_is_said_to_be_in_none(opened: Open, crafted: str) -> None:
    page = opened(crafted, "#trace")
    trace(page, "The comet was seen by nobody but the night watchman of the salt works at Gorrel.")

    expect(page.locator("#traced h2")).to_have_text("In none of the articles")
    expect(page.locator(".match")).to_have_count(0)


def test_articles_are_found_added_and_removed(
    opened: Open, offered: Callable[..., AbstractContextManager[str]], tmp_path: Path
) -> None:
    files = {
        "owls.txt": "Owls of Brenn\n\nThe ringers of Brenn counted 77 owls in one night in October.",
        "mill.html": "<html><head><title>The mill of Aske</title></head><body><article><h1>The mill of Aske</h1>"
        "<p>The mill of Aske was sold for 3 million kroner on Friday, the owner said.</p></article></body></html>",
        "two.jsonl": "\n".join(
            [json.dumps({"title": "Snow", "text": "Snow fell on Tuesday in the valley of Hest."}), "{broken"]
        ),
        "photo.png": "not an article",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with offered(ARTICLES[:2]) as url:
        page = opened(ready(url), "#articles")
        expect(page.locator("#article-list li")).to_have_count(2)
        page.get_by_text("Add articles").click()
        page.set_input_files("#files", [tmp_path / name for name in files])

        expect(page.locator("#report")).to_contain_text("3 added.")
        expect(page.locator("#report")).to_contain_text("photo.png: it is not .txt, .md, .html or .jsonl")
        expect(page.locator("#report")).to_contain_text("two.jsonl, line 2: it is not JSON")
        page.get_by_label("Text", exact=True).fill("The choir of Nes sang on Sunday for 400 listeners.")
        page.get_by_label("Title").fill("The choir of Nes")
        page.get_by_role("button", name="Add this article").click()
        expect(page.locator("#report")).to_contain_text("1 added.")

        page.get_by_label("Find an article").fill("mill of aske")
        expect(page.locator("#article-list li")).to_have_count(1)
        page.get_by_role("button", name="Remove The mill of Aske").click()
        page.get_by_role("button", name="Keep it").click()
        expect(page.locator("#article-list li")).to_have_count(1)
        page.get_by_role("button", name="Remove The mill of Aske").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.locator("#article-list")).to_contain_text("No article matches.")
        expect(page.locator("#edition")).to_have_text("A library of 5 articles")
