"""Cached answers: same question, same library, own answer id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from rag.settings import Settings, load_settings
from tests.openai_server import OpenAIServer, Reply
from tests.service.test_http import events
from tests.service.test_limits import figure, wait_until

Serve = Callable[[Settings], AbstractContextManager[str]]
QUESTION = {"question": "How far is Syria from Iran, according to Bennett?"}
TRUE = "Bennett said that Syria is 1,000 kilometers from Iran [1]."


def hits(url: str) -> float:
    return figure(url, 'byline_answer_cache_total{result="hit"}')


def same(one: dict[str, object], other: dict[str, object]) -> bool:
    own = ("id", "timings_ms", "usage", "question")
    return {**one, **dict.fromkeys(own)} == {**other, **dict.fromkeys(own)}


@contextmanager
def with_a_model(serve: Serve, library: Path, *replies: Reply, **more: object) -> Iterator[tuple[str, OpenAIServer]]:
    with OpenAIServer().running() as model:
        model.replies = list(replies)
        given = {"model": "openai/test", "api_base": model.url, "api_key": "none", "llm_retries": 0, **more}
        given["checker"] = "words"  # a second opinion would be one more request
        with serve(load_settings(library=str(library), **given)) as url:
            yield url, model


def test_the_same_question_gets_the_same_answer_with_an_id_and_timings_of_its_own(client: httpx.Client) -> None:
    before = hits(str(client.base_url))
    alone = {"passages": 17}  # no other test has asked so
    first = client.post("/v1/ask", json=QUESTION | alone).json()
    spaced = {"question": "  How far is Syria  from Iran, according to Bennett? "} | alone
    again = client.post("/v1/ask", json=spaced).json()

    assert hits(str(client.base_url)) == before + 1
    assert first["answered"] and same(first, again)
    assert again["question"] == spaced["question"].strip()
    assert first["id"] != again["id"]
    assert again["timings_ms"]["embed"] == 0 < again["timings_ms"]["total"] < first["timings_ms"]["total"]


def test_a_kept_answer_is_streamed_as_any_other(client: httpx.Client) -> None:
    first = events(client.post("/v1/ask", json=QUESTION | {"stream": True}))
    again = events(client.post("/v1/ask", json=QUESTION | {"stream": True}))

    assert [name for name, _ in first] == [name for name, _ in again]
    assert first[:-1] == again[:-1]
    assert same(first[-1][1], again[-1][1])


@pytest.mark.parametrize(
    "other",
    [
        {"question": "How far is Syria from Iran?"},
        {"passages": 3},
        {"mode": "extractive"},
        {"as_of": "2020-05-04"},
        {"filters": {"outlets": ["JNS"]}},
        {"history": [{"role": "user", "content": "Who is Bennett?"}]},
    ],
)
def test_another_question_is_not_the_same(client: httpx.Client, other: dict[str, object]) -> None:
    client.post("/v1/ask", json=QUESTION)
    before = hits(str(client.base_url))
    client.post("/v1/ask", json=QUESTION | other | {"as_of": other.get("as_of", "2020-05-05")})

    assert hits(str(client.base_url)) == before


def test_a_changed_library_is_asked_anew(client: httpx.Client) -> None:
    question = {"question": "Which town did the storm Zelda hit?"}
    article = {"articles": [{"id": "zelda", "text": "The storm Zelda hit the town of Ely on Friday."}]}
    answers = [client.post("/v1/ask", json=question).json()]
    client.post("/v1/articles", json=article).raise_for_status()
    answers.append(client.post("/v1/ask", json=question).json())
    client.delete("/v1/articles/zelda").raise_for_status()
    answers.append(client.post("/v1/ask", json=question).json())

    assert [one["answered"] for one in answers] == [False, True, False]


def test_a_model_is_asked_again_by_who_asks_later(serve: Serve, tmp_path: Path) -> None:
    with with_a_model(serve, tmp_path, Reply(TRUE)) as (url, model):
        answers = [httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=60).json() for _ in range(2)]

    assert [one["mode"] for one in answers] == ["llm", "llm"]
    assert len(model.requests) >= 2 and all(one["usage"]["prompt_tokens"] > 0 for one in answers)


def test_an_answer_for_which_the_model_failed_is_not_kept(serve: Serve, tmp_path: Path) -> None:
    with with_a_model(serve, tmp_path, Reply(status=400), Reply(TRUE)) as (url, _):
        modes = [httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=60).json()["mode"] for _ in range(2)]

    assert modes == ["extractive", "llm"]


def test_the_same_question_of_many_at_once_is_asked_of_the_model_once(serve: Serve, tmp_path: Path) -> None:
    with (
        with_a_model(serve, tmp_path, Reply(TRUE, hang_s=60)) as (url, model),
        ThreadPoolExecutor(6) as threads,
    ):
        asking = [threads.submit(httpx.post, f"{url}/v1/ask", json=QUESTION, timeout=60) for _ in range(6)]
        wait_until(lambda: figure(url, "byline_llm_under_way") == 6 and bool(model.requests))
        model.released.set()
        answers = [one.result().json() for one in asking]

    assert len(model.requests) == 1
    assert len({one["id"] for one in answers}) == 6 and all(same(answers[0], one) for one in answers)


def test_who_waits_for_an_answer_that_is_given_up_gets_one_of_its_own(serve: Serve, tmp_path: Path) -> None:
    with (
        with_a_model(serve, tmp_path, Reply(TRUE, hang_s=60), Reply(TRUE)) as (url, model),
        ThreadPoolExecutor(2) as threads,
    ):
        leaving = threads.submit(httpx.post, f"{url}/v1/ask", json=QUESTION, timeout=httpx.Timeout(60, read=3))
        wait_until(lambda: bool(model.requests))
        staying = threads.submit(httpx.post, f"{url}/v1/ask", json=QUESTION, timeout=60)
        with pytest.raises(httpx.ReadTimeout):
            leaving.result()
        answer = staying.result().json()

    assert answer["mode"] == "llm" and len(model.requests) == 2


def test_nothing_is_kept_where_the_setting_says_so(serve: Serve, tmp_path: Path) -> None:
    with serve(load_settings(library=str(tmp_path), cached_answers=0)) as url:
        answers = [httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=60).json() for _ in range(2)]

    assert all(one["timings_ms"]["embed"] > 0 for one in answers)


def test_the_least_recently_asked_is_let_go_first(serve: Serve, tmp_path: Path) -> None:
    one, two, three = ({"question": f"Who is {name}?"} for name in ("Bennett", "Assad", "Rouhani"))
    with serve(load_settings(library=str(tmp_path), cached_answers=2)) as url:
        found = []
        for question in (one, two, one, three, one, two):
            before = hits(url)
            httpx.post(f"{url}/v1/ask", json=question, timeout=60)
            found.append(hits(url) > before)

    assert found == [False, False, True, False, True, False]
