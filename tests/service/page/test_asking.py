"""Asking on the page: answers, citations, threads, filters, errors."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager

import pytest
from playwright.sync_api import Page, expect

from rag.articles import Question
from rag.desk import Found
from rag.errors import Busy
from service.cache import Event
from service.gateway import Gateway
from tests.service.page.conftest import Open, ready
from tests.service.page.crafted import ARTICLES

COST = "How much did the harbour bridge in Ostrand cost?"
Offered = Callable[..., AbstractContextManager[str]]

UNKNOWN = "Which company makes the tyres of the Mars rover?"


class Cold(Gateway):
    """A service that never becomes ready."""

    async def warm_up(self) -> None:
        await asyncio.sleep(3600)


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".answer").last).not_to_have_attribute("aria-busy", "true")
    expect(page.locator(".answer").last.get_by_text("How it was made")).to_be_visible()


def lit(page: Page) -> str:
    """The most strongly highlighted words of the open article."""
    return page.locator("#reader mark.current").inner_text()


def test_an_answer_that_takes_too_long_can_be_stopped(opened: Open, offered: Offered) -> None:
    class Slow(Gateway):
        """Its answers pause after the first statement."""

        async def stream(self, question: Question, *, fresh: bool = False) -> AsyncGenerator[Event]:
            said = 0
            async for event in super().stream(question, fresh=fresh):
                yield event
                said += not isinstance(event, Found)
                if said == 1:
                    await asyncio.sleep(30)

    with offered(ARTICLES, Slow) as url:
        page = opened(ready(url))
        page.get_by_label("Your question").fill(COST)
        page.keyboard.press("Enter")

        expect(page.locator(".statement")).to_have_count(1)
        expect(page.locator(".answer")).to_have_attribute("aria-busy", "true")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".trouble")).to_contain_text("Stopped")


def test_an_address_that_is_shared_asks_the_same(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    ask(page, COST)

    again = opened(page.url.partition("/#")[0], "#" + page.url.partition("#")[2])

    expect(again.locator(".statement").first).to_contain_text("million euros")
    expect(again).to_have_title(re.compile("harbour bridge"))


def test_a_follow_up_is_asked_with_what_was_said_before(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    ask(page, "Who opened the harbour bridge in Ostrand?")
    with page.expect_request("**/v1/ask") as sent:
        ask(page, "And when did he do it?")

    history = json.loads(sent.value.post_data or "")["history"]
    assert [turn["role"] for turn in history] == ["user", "assistant"]
    assert history[0]["content"] == "Who opened the harbour bridge in Ostrand?"
    expect(page.locator(".turn")).to_have_count(2)
    page.go_back()
    expect(page.locator(".turn")).to_have_count(1)


def test_outlets_days_and_the_day_of_asking_bound_the_answer(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Courier & Post").check()
    page.get_by_label("Published from").fill("2021-03-01")
    page.get_by_label("Published to").fill("2021-03-31")
    page.get_by_label("As asked on").fill("2021-03-20")
    with page.expect_request("**/v1/ask") as sent:
        ask(page, COST)

    asked = json.loads(sent.value.post_data or "")
    assert asked["filters"] == {
        "outlets": ["Courier & Post"],
        "published_from": "2021-03-01",
        "published_to": "2021-03-31",
    }
    assert asked["as_of"] == "2021-03-20"
    expect(page.locator(".statements")).to_contain_text("150 million")
    expect(page.locator(".statements")).not_to_contain_text("120 million")
    expect(page.locator(".scope")).to_contain_text("Courier & Post")


def test_an_empty_library_says_how_to_fill_it(opened: Open, empty: str) -> None:
    page = opened(empty)

    expect(page.locator(".notice")).to_contain_text("The library is empty.")
    expect(page.locator("#edition")).to_have_text("An empty library")


def test_a_service_that_is_getting_ready_says_so(opened: Open, offered: Offered) -> None:
    with offered(ARTICLES[:1], Cold) as url:
        page = opened(url, statuses=(503,))

        expect(page.locator(".warming")).to_contain_text("getting ready")


def test_a_busy_service_can_be_asked_again(opened: Open, offered: Offered) -> None:
    class Crowded(Gateway):
        turned_away = 0

        async def stream(self, question: Question, *, fresh: bool = False) -> AsyncGenerator[Event]:
            if not Crowded.turned_away:
                Crowded.turned_away = 1
                raise Busy("Too many requests are waiting: try again shortly.", retry_after_s=2)
            async for event in super().stream(question, fresh=fresh):
                yield event

    with offered(ARTICLES, Crowded) as url:
        page = opened(ready(url), statuses=(503,))
        page.get_by_label("Your question").fill(COST)
        page.keyboard.press("Enter")

        expect(page.locator(".trouble")).to_contain_text("The service asks to wait 2 seconds.")
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".statement").first).to_contain_text("million euros")


def test_a_service_that_is_gone_loses_no_question(opened: Open, offered: Offered) -> None:
    with offered(ARTICLES) as url:
        page = opened(ready(url), statuses=(0,))
        expect(page.locator("#edition")).to_contain_text("5 articles")
    page.get_by_label("Your question").fill(COST)
    page.keyboard.press("Enter")

    expect(page.locator(".trouble")).to_contain_text("The service cannot be reached")
    expect(page.locator(".asked")).to_have_text(COST)


def test_a_key_is_asked_for_where_one_is_needed(opened: Open, offered: Offered) -> None:
    secret = "a-secret-of-enough-characters"
    with offered(ARTICLES, keys=f"reader:read:{secret}") as url:
        page = opened(ready(url), statuses=(401, 403))
        page.get_by_label("Key", exact=True).fill("a-key-that-nobody-knows")
        page.get_by_role("button", name="Use this key").click()
        expect(page.locator("#key-why")).to_contain_text("does not know that key")
        page.get_by_label("Key", exact=True).fill(secret)
        page.get_by_role("button", name="Use this key").click()
        ask(page, COST)
        expect(page.locator(".statement").first).to_contain_text("million euros")

        page.get_by_role("link", name="Articles", exact=True).click()
        page.get_by_role("button", name=re.compile("^Remove Harbour bridge")).click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.locator("#writing")).to_contain_text("allows reading only")
        expect(page.locator(".remove")).to_have_count(0)
    assert secret not in page.url


def test_the_page_is_used_by_keyboard_alone(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    page.keyboard.press("/")
    page.keyboard.type(COST)
    page.keyboard.press("Enter")
    cite = page.locator(".statements .cite").first
    expect(cite).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if cite.evaluate("node => node === document.activeElement"):
            break

    expect(page.locator("#card")).to_be_visible()  # the quote is shown to who comes by keyboard
    page.keyboard.press("Escape")
    expect(page.locator("#card")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#reader")).to_be_visible()
    assert "million euros" in lit(page)


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
        {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},  # 1280 wide at a zoom of 200%
    ],
    ids=["phone", "zoomed"],
)
def test_nothing_is_wider_than_a_narrow_window(opened: Open, crafted: str, options: dict[str, object]) -> None:
    page = opened(crafted, **options)
    ask(page, COST)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.locator(".statements .cite").first.click()
    if page.locator("#card").is_visible():  # a first tap shows the quote
        page.get_by_role("button", name="Read it in the article").click()

    expect(page.locator("#reader mark.current")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_is_written_from_right_to_left_is_shown_so(opened: Open, crafted: str) -> None:
    page = opened(crafted, "#articles&read=cedar")

    title = page.locator("#reader-title")
    expect(title).to_contain_text("مكتبة")
    assert page.locator("#reader .body p").first.evaluate("node => getComputedStyle(node).direction") == "rtl"
