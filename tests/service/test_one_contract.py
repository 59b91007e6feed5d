"""The same question shows the same numbers for the same sources, wherever it is asked.

A surface is a function that asks the service at a URL and says what it showed; add one to SURFACES.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest
from mcp import Client

from rag.settings import Settings, load_settings
from tests.service.sse import events

QUESTIONS = [
    "How much has Iran spent in Syria?",
    "How far is Syria from Iran, according to Bennett?",
    "Who is Israel's defense minister?",
    "Why is Iran pulling out of Syria?",
    "What is the capital of France?",
]


@dataclass(frozen=True)
class Shown:
    """What a reader sees: the text with its markers, and the source at each number."""

    text: str
    sources: dict[int, str]


Surface = Callable[[str, str], Shown]


def http_stream(url: str, question: str) -> Shown:
    body = httpx.post(f"{url}/v1/ask", json={"question": question, "stream": True}, timeout=60).text
    stated = [json.loads(data) for name, data in events(body) if name == "statement"]
    answer = json.loads(events(body)[-1][1])
    early = {one["number"]: described(one) for statement in stated for one in statement["sources"]}
    shown = of_answer(answer)
    assert [statement["text"] for statement in stated] == [one["text"] for one in answer["statements"]]
    assert early.items() <= shown.sources.items()
    return shown


def chat_completion(url: str, question: str) -> Shown:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="unused") as client:
        completion = client.chat.completions.create(model="byline", messages=[{"role": "user", "content": question}])
    return of_markdown(completion.choices[0].message.content or "")


def chat_completion_stream(url: str, question: str) -> Shown:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="unused") as client:
        chunks = client.chat.completions.create(
            model="byline", messages=[{"role": "user", "content": question}], stream=True
        )
        return of_markdown("".join(chunk.choices[0].delta.content or "" for chunk in chunks))


def mcp_structured(url: str, question: str) -> Shown:
    return of_answer(_mcp(url, question).structured_content)


def mcp_text(url: str, question: str) -> Shown:
    return of_markdown(_mcp(url, question).content[0].text)


SURFACES: list[Surface] = [http_stream, chat_completion, chat_completion_stream, mcp_structured, mcp_text]


@pytest.fixture(scope="module")
def url(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A service without the answer cache."""
    with serve(load_settings(library=str(tmp_path_factory.mktemp("contract")), cached_answers=0)) as url:
        yield url


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
def test_the_same_question_shows_the_same_numbers_for_the_same_sources(
    url: str, surface: Surface, question: str
) -> None:
    answer, shown = answered(url, question), surface(url, question)

    assert shown.text == answer["text"]
    assert list(shown.sources) == [citation["number"] for citation in answer["citations"]]
    for citation in answer["citations"]:
        assert citation["article"]["title"] in shown.sources[citation["number"]]
        assert bare(citation["quote"]) in bare(shown.sources[citation["number"]])
    assert {int(number) for number in re.findall(r"\[(\d+)\]", shown.text)} <= set(shown.sources)


def answered(url: str, question: str) -> Any:
    return httpx.post(f"{url}/v1/ask", json={"question": question}, timeout=60).raise_for_status().json()


def of_answer(answer: dict[str, Any]) -> Shown:
    return Shown(answer["text"], {one["number"]: described(one) for one in answer["citations"]})


def of_markdown(content: str) -> Shown:
    """Parses Markdown: the first paragraph and the list of sources."""
    listed = content.partition("**Sources**\n\n")[2].partition("\n\n")[0]
    lines = [line.removeprefix("- ") for line in listed.split("\n") if line]
    return Shown(content.partition("\n\n")[0], {int(line[1 : line.index("]")]): line for line in lines})


def described(citation: dict[str, Any]) -> str:
    return f"{citation['article']['title']}: {citation['quote']}"


def bare(text: str) -> str:
    """The words without Markdown escapes and line breaks."""
    return " ".join(text.replace("\\", "").split())


def _mcp(url: str, question: str) -> Any:
    async def ask() -> Any:
        async with Client(f"{url}/mcp") as client:
            return await client.call_tool("ask", {"question": question})

    return asyncio.run(ask())
