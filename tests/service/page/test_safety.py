"""The page's security and accessibility."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.service.page.conftest import Open, ready
from tests.service.page.crafted import ARTICLES
from tests.service.page.test_asking import COST, UNKNOWN, Cold, Offered, ask
from tests.service.page.test_library import trace

MOST_BYTES = 100_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_a_script_in_an_article_never_runs(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    ask(page, "How many visitors did the night market of Velm draw in June?")
    expect(page.locator(".statement").first).to_contain_text("9,300")
    page.locator(".cite").first.click()
    expect(page.locator("#reader-title")).to_contain_text("<script>")
    page.get_by_role("link", name="Articles", exact=True).click()
    expect(page.locator("#article-list")).to_contain_text("onerror")

    assert page.title() == "Articles · Byline"
    assert page.locator("main script, main img, dialog script, dialog img, [onerror], [onmouseover]").count() == 0


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_an_address_that_is_none_of_the_web_is_no_link(opened: Open, crafted: str, url: str) -> None:
    page = opened(crafted)

    made = page.evaluate("async url => (await import('/page/dom.js')).outward(url, 'x')", url)

    assert made is None


def test_the_page_lets_in_no_script_but_its_own_and_is_small(crafted: str) -> None:
    page = httpx.get(crafted)
    names = ["", *{part.split('"')[0] for part in page.text.split('"page/')[1:]}]
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))

    assert (policy["default-src"], policy["script-src"], policy["frame-ancestors"]) == ("'none'", "'self'", "'none'")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert len(names) > 2
    assert httpx.get(f"{crafted}/page/../app.py").status_code == 404
    again = httpx.get(crafted, headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_all_that_the_page_loads_is_small(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    expect(page.locator("#edition")).to_contain_text("articles")

    loaded = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    files = [crafted, *{name for name in loaded if "/page/" in name}]

    assert len(files) > 5
    assert sum(len(httpx.get(name).content) for name in files) < MOST_BYTES


DARK: dict[str, Any] = {"color_scheme": "dark"}
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}}


def faults(page: Page) -> list[str]:
    """axe's findings once animations have ended."""
    page.wait_for_function("document.getAnimations().every(one => one.playState !== 'running')")
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found.response["violations"]]


@pytest.mark.parametrize("options", [{}, DARK, PHONE], ids=["light", "dark", "phone"])
def test_nobody_is_shut_out(opened: Open, crafted: str, options: dict[str, Any]) -> None:
    page = opened(crafted, bypass_csp=True, reduced_motion="reduce", **options)
    expect(page.locator("#headlines li").first).to_be_visible()
    found = {"opening": faults(page)}
    ask(page, COST)
    found["answer"] = faults(page)
    page.locator(".statements .cite").first.hover()
    expect(page.locator("#card")).to_be_visible()
    found["quote"] = faults(page)
    page.locator(".statements .cite").first.click()
    expect(page.locator("#reader mark.current")).to_be_visible()
    found["article"] = faults(page)
    page.keyboard.press("Escape")
    ask(page, UNKNOWN)
    found["unknown"] = faults(page)
    page.goto(f"{crafted}/#trace")
    trace(page, "The bridge cost 130 million euros, the city treasurer Paula Brandt said.")
    found["trace"] = faults(page)
    page.goto(f"{crafted}/#articles")
    expect(page.locator("#article-list li").first).to_be_visible()
    page.get_by_text("Add articles").click()
    found["articles"] = faults(page)
    page.get_by_role("button", name="Remove Harbour").click()
    found["confirmation"] = faults(page)

    assert found == {state: [] for state in found}


def test_nobody_is_shut_out_of_an_empty_library(opened: Open, empty: str) -> None:
    page = opened(empty, bypass_csp=True)
    expect(page.locator(".notice")).to_be_visible()

    assert faults(page) == []


def test_nobody_is_shut_out_where_a_key_is_wanted_or_refused(opened: Open, offered: Offered) -> None:
    with offered(ARTICLES[:1], keys="reader:read:a-secret-of-enough-characters") as url:
        page = opened(ready(url), statuses=(401,), bypass_csp=True, reduced_motion="reduce")
        expect(page.get_by_label("Key", exact=True)).to_be_visible()
        found = {"key": faults(page)}
        page.get_by_role("button", name="Not now").click()
        page.get_by_label("Your question").fill(COST)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Not now").click()
        expect(page.locator(".trouble").last).to_be_visible()
        found["refused"] = faults(page)

    assert found == {state: [] for state in found}


def test_nobody_is_shut_out_while_the_service_gets_ready(opened: Open, offered: Offered) -> None:
    with offered(ARTICLES[:1], Cold) as url:
        page = opened(url, statuses=(503,), bypass_csp=True, reduced_motion="reduce")
        expect(page.locator(".warming")).to_be_visible()

        assert faults(page) == []
