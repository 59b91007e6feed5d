"""Answers in the browser: streamed statements, markers, cards, the article panel, attributions."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, aclosing

import httpx
import pytest
from playwright.sync_api import Page, expect

from rag.articles import Question
from rag.desk import Stated
from service.cache import Event
from service.gateway import Gateway
from tests.service.page.conftest import Open, ready
from tests.service.page.crafted import ARTICLES, EMOJI_QUOTE

Offered = Callable[..., AbstractContextManager[str]]

COST = "How much did the bridge in Ostrand cost?"
PUFFINS = "How many puffins did Maren Holt count on Skarv?"
STRIKE = "Who were the 14 killed in the air strike?"


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Your question").fill(question)
    page.get_by_role("button", name="Ask").click()


def answered(page: Page, question: str) -> None:
    """Waits until the question's answer is complete on the page."""
    ask(page, question)
    page.get_by_role("button", name="Copy with sources").last.wait_for()


def over_http(url: str, question: str, **more: object) -> dict[str, list[dict[str, object]]]:
    answer: dict[str, list[dict[str, object]]] = httpx.post(
        f"{url}/v1/ask", json={"question": question, **more}, timeout=60
    ).json()
    return answer


@pytest.mark.parametrize("question", [STRIKE, "How much has Iran spent in Syria?"])
def test_the_page_shows_the_statements_and_citations_of_the_contract_and_no_others(
    opened: Open, url: str, question: str
) -> None:
    page = opened(url)
    answered(page, question)

    expected = over_http(url, question)
    statements = page.locator(".statement > p:first-child")
    assert statements.count() == len(expected["statements"])
    for shown, said in zip(statements.all(), expected["statements"], strict=True):
        numbers = [str(number) for number in said["citations"]]  # type: ignore[attr-defined]
        assert shown.locator(".cite").all_inner_texts() == numbers
        assert shown.inner_text().startswith(str(said["text"]))
    for cited in expected["citations"]:
        page.locator(f'.statement .cite[data-number="{cited["number"]}"]').first.hover()
        expect(page.locator("#card blockquote")).to_have_text(str(cited["quote"]))
    assert page.locator(".sources .cite").count() == len(expected["citations"])


def test_statements_are_read_while_the_others_are_still_being_written(opened: Open, offered: Offered) -> None:
    go_on = threading.Semaphore(0)

    class Halting(Gateway):
        async def stream(self, question: Question, *, fresh: bool = False) -> AsyncGenerator[Event]:
            async with aclosing(super().stream(question, fresh=fresh)) as events:
                async for event in events:
                    yield event
                    if isinstance(event, Stated):
                        await asyncio.to_thread(go_on.acquire, timeout=30)

    with offered(ARTICLES[:2], Halting) as url:
        page = opened(ready(url))
        ask(page, COST)
        expect(page.locator(".statement")).to_have_count(1)
        expect(page.locator(".progress")).to_contain_text(re.compile(r"Reading \d+ passages? in \d+ articles?…"))
        expect(page.locator(".sources")).to_have_count(0)
        first = page.locator(".statement").element_handle()
        page.locator(".statement .cite").first.hover()
        expect(page.locator("#card")).to_contain_text("150 million euros")

        go_on.release(9)
        expect(page.locator(".statement")).to_have_count(1)
        expect(page.locator(".sources")).to_be_visible()
        expect(page.locator(".progress")).to_have_count(0)
        assert first is not None
        assert first.evaluate("node => node.isConnected")  # what was being read stays in its place


def test_a_card_opens_by_pointer_and_focus_stays_while_it_is_pointed_at_and_closes_with_escape(
    opened: Open, crafted: str
) -> None:
    page = opened(crafted)
    answered(page, PUFFINS)
    marker, card = page.locator(".statement .cite").first, page.locator("#card")

    marker.hover()
    expect(card.locator("blockquote")).to_have_text(EMOJI_QUOTE)
    expect(card).to_contain_text("Sea & Shore · 5 May 2021")
    card.locator("blockquote").hover()
    page.wait_for_function("new Promise(done => setTimeout(() => done(true), 400))")  # longer than leaving takes
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()

    page.mouse.move(5, 5)
    page.get_by_role("textbox", name="Your question").focus()
    marker.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(card).to_be_visible()
    expect(marker).to_have_attribute("aria-describedby", "card")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(marker).to_be_focused()


def test_the_first_tap_shows_the_quote_and_the_second_opens_the_article(opened: Open, crafted: str) -> None:
    page = opened(crafted, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    answered(page, PUFFINS)

    page.locator(".statement .cite").first.tap()
    expect(page.locator("#card blockquote")).to_have_text(EMOJI_QUOTE)
    expect(page.locator("#reader")).to_be_hidden()
    page.locator(".statement .cite").first.tap()
    expect(page.locator("#reader mark.current")).to_have_text(EMOJI_QUOTE)
    page.get_by_role("button", name="Close the article").tap()
    expect(page.locator("#reader")).to_be_hidden()


@pytest.mark.parametrize(("service", "question"), [("crafted", PUFFINS), ("url", STRIKE)])
def test_a_citation_opens_its_article_with_exactly_the_quoted_words_lit_and_in_view(
    opened: Open, request: pytest.FixtureRequest, service: str, question: str
) -> None:
    url: str = request.getfixturevalue(service)
    page = opened(url)
    answered(page, question)

    for cited in over_http(url, question)["citations"]:
        page.locator(f'.sources .cite[data-number="{cited["number"]}"]').click()
        expect(page.locator("#reader mark.current")).to_have_text(str(cited["quote"]))
        expect(page.locator("#reader mark.current")).to_be_in_viewport(ratio=1)


def test_the_article_stands_beside_the_answer_and_back_closes_it(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    answered(page, COST)

    first = over_http(crafted, COST)["citations"][0]
    page.locator(".statement .cite").first.click()
    beside, answer = page.locator("#reader").bounding_box(), page.locator("#thread").bounding_box()
    assert beside and answer and beside["x"] >= answer["x"] + answer["width"]
    expect(page.locator("#reader h2")).to_have_text(first["article"]["title"])
    page.go_back()
    expect(page.locator("#reader")).to_be_hidden()
    expect(page.locator(".statement")).to_have_count(1)
    page.go_forward()
    expect(page.locator("#reader mark.current")).to_have_text(first["quote"])
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()


def test_versions_that_merely_differ_are_not_called_newer(opened: Open, url: str) -> None:
    page = opened(url)
    answered(page, STRIKE)

    found = over_http(url, STRIKE)["disagreements"]
    block = page.locator(".differ")
    assert [one["kind"] for one in found] == ["differ"]
    expect(block.get_by_role("heading")).to_have_text("The articles differ")
    values = [str(one["value"]) for one in found[0]["versions"]]  # type: ignore[attr-defined]
    assert block.locator(".value").all_inner_texts() == values


def test_what_the_articles_do_not_say_is_said_so_with_the_closest_passages_to_read(opened: Open, url: str) -> None:
    page = opened(url)
    answered(page, "Who won the 1966 World Cup?")

    expect(page.locator(".declined")).to_have_text("The articles do not say.")
    assert page.locator(".statement, .cite").count() == 0
    closest = page.get_by_role("region", name="Closest in the library")
    passages = over_http(url, "Who won the 1966 World Cup?")["closest"]
    assert closest.locator(".excerpt").all_text_contents() == [one["text"] for one in passages]
    closest.locator(".headline").first.click()
    expect(page.locator("#reader mark.current")).to_have_text(str(passages[0]["text"]))


def test_an_answer_is_copied_with_its_sources(opened: Open, crafted: str) -> None:
    page = opened(crafted, permissions=["clipboard-read", "clipboard-write"])
    answered(page, PUFFINS)

    page.get_by_role("button", name="Copy with sources").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(PUFFINS)
    assert f"[1] “{EMOJI_QUOTE}” 🐧 A good spring for the puffins of Skarv. Sea & Shore · 5 May 2021" in copied


def test_a_traced_edit_is_parted_from_the_words_around_it(opened: Open, crafted: str) -> None:
    excerpt = "The bridge cost 150 million pounds, the city treasurer Paula Brandt said on Friday."
    page = opened(crafted, f"#trace={excerpt}")

    compared = page.locator("blockquote.compared")
    expect(compared).to_have_text(
        "The bridge cost 120 150 million euros, pounds, the city treasurer Paula Brandt said. on Friday."
    )
    assert compared.locator("del").all_text_contents() == ["120", "euros,"]
    assert compared.locator("ins").all_text_contents() == ["150", "pounds,", "on Friday."]
