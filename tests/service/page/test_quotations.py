"""A quotation that replaces a model's sentence reads as one, with its speaker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from playwright.sync_api import expect

from tests.openai_server import OpenAIServer
from tests.service.page.conftest import Open, ready
from tests.service.page.crafted import ARTICLES
from tests.service.page.test_answers import COST, answered, over_http

Offered = Callable[..., AbstractContextManager[str]]


def test_a_quotation_in_the_place_of_a_models_sentence_has_marks_and_a_footer(opened: Open, offered: Offered) -> None:
    with OpenAIServer().running() as model:
        model.say("The bridge in Ostrand cost 450 million euros [1][2].")
        settings = {"model": "openai/test", "api_base": model.url, "api_key": "none", "checker": "words"}
        with offered(ARTICLES[:2], **settings) as url:
            page = opened(ready(url))
            answered(page, COST)
            answer = over_http(url, COST)
            quotation = page.locator(".statement.quoted blockquote").first

            expect(quotation.locator("p")).to_contain_text("“The bridge cost")
            expect(quotation.locator("p")).to_contain_text("”")
            expect(quotation.locator("footer")).to_have_text(f"In the words of {outlet_of(answer)}")
            assert "450" not in page.locator(".statement").first.inner_text()

    assert all(one["verbatim"] for one in answer["statements"])


def test_an_extractive_answer_is_no_quotation(opened: Open, crafted: str) -> None:
    page = opened(crafted)
    answered(page, COST)

    assert page.locator(".statement > p:first-child").count() > 0
    assert page.locator(".statement.quoted").count() == 0


def outlet_of(answer: dict[str, list[dict[str, object]]]) -> object:
    """The outlet of the first citation of the first statement."""
    (number, *_) = answer["statements"][0]["citations"]  # type: ignore[misc]
    article = next(one["article"] for one in answer["citations"] if one["number"] == number)
    return article["outlet"]  # type: ignore[index]
