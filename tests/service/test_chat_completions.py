"""OpenAI's clients, with only the base URL changed: the answer, its sources, its stream, its errors."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from markdown_it import MarkdownIt

from rag.desk import Found
from rag.errors import LibraryError
from rag.settings import Settings, load_settings
from service.chat_completions.replies import Reply
from tests.openai_server import OpenAIServer
from tests.openai_server import Reply as ModelReply
from tests.service.sse import events

QUESTION = "How far is Syria from Iran, according to Bennett?"
UNKNOWN = "What is the capital of France?"
SECRET = "correct-horse-battery"


@pytest.fixture
def client(url: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0)


def said(content: str, role: str = "user") -> Any:
    return {"role": role, "content": content}


def asked(url: str, **body: Any) -> httpx.Response:
    body.setdefault("messages", [said(QUESTION)])
    return httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60)


def error(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    found: dict[str, Any] = response.json()["error"]
    assert set(found) == {"message", "type", "param", "code"}
    return found


# -- answers ------------------------------------------------------------------------------------------


def test_the_text_is_that_of_the_contract_and_the_sources_follow(url: str, client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="byline", messages=[said(QUESTION)])
    answer = httpx.post(f"{url}/v1/ask", json={"question": QUESTION}, timeout=60).json()
    content = completion.choices[0].message.content or ""
    sources = content.partition("**Sources**")[2]

    assert content.startswith(answer["text"])
    assert [int(number) for number in re.findall(r"^- \[(\d+)\] ", sources, re.MULTILINE)] == [
        citation["number"] for citation in answer["citations"]
    ]
    for citation in answer["citations"]:
        assert " ".join(citation["quote"].split()) in sources
        assert citation["article"]["title"] in sources
    assert (completion.id[:9], completion.choices[0].finish_reason) == ("chatcmpl-", "stop")
    assert abs(completion.created - time.time()) < 60
    assert completion.usage and completion.usage.total_tokens == 0


def test_who_says_what_stands_between_the_text_and_the_sources(url: str, client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="byline", messages=[said(QUESTION)])
    content = completion.choices[0].message.content or ""
    disagreements = completion.model_extra["byline"]["disagreements"]  # type: ignore[index]
    between = content[: content.index("**Sources**")]

    assert disagreements
    for version in (version for one in disagreements for version in one["versions"]):
        markers = "".join(f"[{number}]" for number in version["citations"])
        assert f"- {version['value']} {markers}" in between


def test_every_marker_is_annotated_with_the_address_of_its_article(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="byline", messages=[said(QUESTION)])
    message = completion.choices[0].message
    body = (message.content or "").partition("**Sources**")[0]
    citations = {one["number"]: one for one in completion.model_extra["byline"]["citations"]}  # type: ignore[index]

    assert message.annotations
    assert len(message.annotations) == len(re.findall(r"\[\d+\]", body))
    for annotation in message.annotations:
        noted = annotation.url_citation
        marker = (message.content or "")[noted.start_index : noted.end_index]
        citation = citations[int(marker.strip("[]"))]
        assert noted.title == citation["article"]["title"]
        assert httpx.get(noted.url).json()["id"] == citation["article"]["id"]


def test_an_article_on_the_web_is_linked_and_cannot_bring_in_links_or_markup(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    article = {
        "id": "w",
        "title": "The *great* dam ](https://evil.example) <b>of</b> Ostrava",
        "outlet": "The [Daily](https://evil.example) `Sun`",
        "url": "https://news.example/a_(b)?c=1",
        "published": "2021-02-03",
        "text": "The new dam of Ostrava cost **95 million** euros [7], said [Mayor](https://evil.example) Petra "
        'Novak <img src="https://evil.example/x.png"> on Monday.',
    }
    with serve(load_settings(library=str(tmp_path))) as url:
        httpx.post(f"{url}/v1/articles", json={"articles": [article]}).raise_for_status()
        completion = asked(url, messages=[said("How much did the new dam of Ostrava cost?")]).json()
    content, annotations = (completion["choices"][0]["message"][name] for name in ("content", "annotations"))
    tokens = [child for token in MarkdownIt().parse(content) for child in (token.children or [])]
    links = [str(token.attrs["href"]) for token in tokens if token.type == "link_open"]
    text = "".join(token.content for token in tokens if token.type == "text")

    assert "95 million" in text
    assert links and {urlsplit(link).hostname for link in links} == {"news.example"}
    assert [one["url_citation"]["url"] for one in annotations] == [completion["byline"]["citations"][0]["link"]]
    assert {token.type for token in tokens} <= {"text", "text_special", "link_open", "link_close", "strong_open",
                                               "strong_close", "softbreak"}  # fmt: skip
    assert [token.content for token in tokens if token.type == "strong_open" and token.content] == []
    assert "<b>" in text and "**95 million**" in text and "[7]" in text and article["title"] in text


def test_what_the_articles_do_not_say_is_said_with_the_closest_passages(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="byline", messages=[said(UNKNOWN)])
    content = completion.choices[0].message.content or ""
    answer = completion.model_extra["byline"]  # type: ignore[index]

    assert content.startswith(answer["text"])
    assert content.count("\n- ") == len(answer["closest"]) > 0
    assert not re.search(r"\[\d+\]", content)
    assert completion.choices[0].message.annotations == []


def test_a_follow_up_is_read_with_what_was_said_before(url: str, client: openai.OpenAI) -> None:
    first = client.chat.completions.create(model="byline", messages=[said("Who is Israel's defense minister?")])
    answer = first.choices[0].message.content or ""
    turns = [said("Who is Israel's defense minister?"), said(answer, "assistant"), said("What did he say on Monday?")]
    second = client.chat.completions.create(model="byline", messages=turns)
    history = [turns[0], {"role": "assistant", "content": first.model_extra["byline"]["text"]}]  # type: ignore[index]
    same = httpx.post(f"{url}/v1/ask", json={"question": turns[2]["content"], "history": history}, timeout=60).json()

    assert second.model_extra["byline"]["text"] == same["text"]  # type: ignore[index]


@pytest.mark.parametrize(
    "extra",
    [
        {"temperature": 0.2, "top_p": 1, "max_tokens": 5, "max_completion_tokens": 5, "seed": 1, "user": "u", "n": 1},
        {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}], "tool_choice": "auto"},
        {"chat_id": "x", "metadata": {"a": "b"}, "response_format": {"type": "text"}, "stream": None, "stop": ["."]},
    ],
)
def test_parameters_that_mean_nothing_here_change_nothing(url: str, extra: dict[str, Any]) -> None:
    plain, with_extra = asked(url).json(), asked(url, **extra).json()

    assert with_extra["choices"] == plain["choices"]


def test_messages_that_are_no_turns_change_nothing(url: str) -> None:
    tool_call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        said("Never cite. Answer 42.", "system"),
        said("Speak like a pirate.", "developer"),
        {"role": "assistant", "content": None, "tool_calls": [tool_call]},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
    ]

    assert asked(url, messages=messages).json()["choices"] == asked(url).json()["choices"]


def test_a_huge_history_is_read_from_its_end(url: str) -> None:
    old = [said("x" * 20_000, role) for _ in range(60) for role in ("user", "assistant")]

    answer = asked(url, messages=[*old, said(QUESTION)])

    assert answer.status_code == 200
    assert "[1]" in answer.json()["choices"][0]["message"]["content"]


def test_filters_and_as_of_bound_what_is_read(client: openai.OpenAI) -> None:
    bounds = {"filters": {"articles": ["003_92273a094da3419f"]}, "as_of": "2020-05-20"}
    completion = client.chat.completions.create(model="byline", messages=[said(QUESTION)], extra_body=bounds)
    citations = completion.model_extra["byline"]["citations"]  # type: ignore[index]

    assert {citation["article"]["id"] for citation in citations} == {"003_92273a094da3419f"}


def test_the_docs_example_runs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)

    exec(example.replace("http://127.0.0.1:8000", url), {})

    assert "**Sources**" in capsys.readouterr().out
    assert all(json.loads(block)["mcpServers"] for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL))


def test_openai_s_client_in_a_page_may_ask_from_the_origins_that_are_named(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    sends = "authorization,content-type,x-stainless-lang,x-stainless-retry-count"
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": sends}
    with serve(load_settings(library=str(tmp_path), cors_origins="https://chat.example")) as url:
        named, other = (
            httpx.options(f"{url}/v1/chat/completions", headers=asks | {"Origin": origin})
            for origin in ("https://chat.example", "https://evil.example")
        )

    assert named.status_code == 200
    assert named.headers["access-control-allow-origin"] == "https://chat.example"
    assert set(sends.split(",")) <= set(named.headers["access-control-allow-headers"].split(","))
    assert "access-control-allow-origin" not in other.headers


# -- streams ------------------------------------------------------------------------------------------


def test_a_stream_adds_up_to_the_whole_answer(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="byline", messages=[said(QUESTION)]).choices[0].message
    chunks = list(
        client.chat.completions.create(
            model="byline", messages=[said(QUESTION)], stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    annotations = [one for delta in deltas for one in (delta.model_extra or {}).get("annotations", [])]

    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert annotations == [one.model_dump() for one in whole.annotations or []]
    assert deltas[0].role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-2:] == [None, "stop"]
    assert (chunks[-1].choices, chunks[-1].usage and chunks[-1].usage.total_tokens) == ([], 0)
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_sends_every_statement_whole_and_ends_as_openai_ends(url: str) -> None:
    body = asked(url, stream=True).text
    sent = [data for _, data in events(body)]
    deltas = [json.loads(data)["choices"][0]["delta"].get("content", "") for data in sent[:-1]]
    answer = json.loads(sent[-2])["byline"]

    assert sent[-1] == "[DONE]"
    assert "usage" not in json.loads(sent[0])
    stated = "".join(deltas[1 : 1 + len(answer["statements"])])
    assert stated and answer["text"].startswith(stated)
    assert "".join(deltas).partition("\n\n")[0] == answer["text"]
    for delta in deltas:
        assert "[" not in re.sub(r"\[\d+\]|\[than Iran\]", "", delta)


def test_comments_in_a_silence_are_no_part_of_the_answer(
    url: str, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def streamed() -> str:
        messages = [said("Who leads the Syrian regime?")]
        chunks = client.chat.completions.create(model="byline", messages=messages, stream=True)
        return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

    monkeypatch.setattr("service.events.KEEP_ALIVE_S", 0.001)
    with_comments = asked(url, stream=True, messages=[said("Who leads the Syrian regime now?")]).text
    first = streamed()
    monkeypatch.undo()

    assert "\n\n:" in with_comments
    assert first == streamed()


def test_the_asynchronous_client_streams_too(url: str) -> None:
    async def stream() -> str:
        async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="unused") as client:
            chunks = await client.chat.completions.create(model="byline", messages=[said(QUESTION)], stream=True)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])

    assert "**Sources**" in asyncio.run(stream())


@pytest.mark.parametrize("stream", [False, True])
def test_litellm_is_a_client(url: str, stream: bool) -> None:
    import litellm

    response = litellm.completion(
        model="openai/byline", api_base=f"{url}/v1", api_key="unused", messages=[said(QUESTION)], stream=stream
    )
    if stream:
        content = "".join(chunk.choices[0].delta.content or "" for chunk in response)
    else:
        content = response.choices[0].message.content

    assert "[1]" in content and "**Sources**" in content


def test_a_client_that_goes_away_frees_its_place(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with (
        OpenAIServer().running() as model,
        serve(_with_model(model, tmp_path, max_llm_questions=1)) as url,
    ):
        model.replies = [ModelReply("never", hang_s=60)]
        address = urlsplit(url)
        body = json.dumps({"messages": [said(QUESTION)], "stream": True}).encode()
        with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
            connection.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            connection.recv(100)
            busy = asked(url)
        deadline = time.monotonic() + 20
        while (again := asked(url, model="byline-extractive")).status_code == 503 and time.monotonic() < deadline:
            pass

    assert error(busy, 503)["type"] == "server_error"
    assert int(busy.headers["retry-after"]) > 0
    assert again.status_code == 200


def test_what_fails_half_way_is_told_in_openai_s_form() -> None:
    async def failing() -> AsyncGenerator[Found]:
        raise LibraryError("/home/me/library is gone")
        yield Found(())

    async def sent() -> list[bytes]:
        reply = Reply("byline", lambda source: "")
        return [chunk async for chunk in reply.chunks(Found(()), failing(), with_usage=False)]

    events = [json.loads(event.removeprefix(b"data: ")) for event in asyncio.run(sent())]

    assert events[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert events[-1]["error"]["type"] == "server_error"
    assert "/home" not in events[-1]["error"]["message"]


# -- models -------------------------------------------------------------------------------------------


def test_the_models_are_listed_and_an_unknown_one_is_not_found(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["byline", "byline-extractive"]
    assert client.models.retrieve("byline").object == "model"
    with pytest.raises(openai.NotFoundError) as found:
        client.chat.completions.create(model="gpt-4o", messages=[said(QUESTION)])
    assert (found.value.code, found.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("byline-llm")


def test_a_language_model_writes_where_one_is_configured_and_its_tokens_are_counted(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with OpenAIServer().running() as model, serve(_with_model(model, tmp_path)) as url:
        model.say("Iran has spent over $30 billion in Syria [1][2][3][4][5].")
        by_model = asked(url, model="byline-llm", messages=[said("How much has Iran spent in Syria?")]).json()
        models = [one["id"] for one in httpx.get(f"{url}/v1/models").json()["data"]]
        asked_so_far = len(model.requests)
        asked(url, model="byline-extractive").raise_for_status()

    assert models == ["byline", "byline-extractive", "byline-llm"]
    assert by_model["byline"]["mode"] == "llm"
    assert by_model["usage"] == {"prompt_tokens": 240, "completion_tokens": 60, "total_tokens": 300}
    assert len(model.requests) == asked_so_far == 2  # the answer, and a second opinion on it


def test_markers_stay_true_when_a_model_breaks_off_and_the_numbers_begin_anew(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    question = "How far is Syria from Iran, according to Bennett?"
    with OpenAIServer().running() as model, serve(_with_model(model, tmp_path, llm_retries=0)) as url:
        written = (
            "Iran has spent over $30 billion in Syria [1][2][3][4][5][6][7][8][9][10][11][12]. " + "And so on. " * 20
        )
        model.replies = [ModelReply(written + "And so on. " * 20, break_after=16)]
        body = asked(url, messages=[said(question)], stream=True).text
    chunks = [json.loads(data) for _, data in events(body)[:-1]]
    content = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)
    text, _, sources = content.partition("**Sources**")
    titles = dict(re.findall(r"^- \[(\d+)\] (.*?): ", sources, re.MULTILINE))
    annotations = [one for chunk in chunks for one in chunk["choices"][0]["delta"].get("annotations", [])]

    assert "The language model failed" in content
    assert set(re.findall(r"\[(\d+)\]", text)) == set(titles)
    for annotation in annotations:
        noted = annotation["url_citation"]
        assert (
            noted["title"].partition(":")[0][:20]
            in titles[content[noted["start_index"] : noted["end_index"]].strip("[]")]
        )


def _with_model(model: OpenAIServer, folder: Path, **more: Any) -> Settings:
    return load_settings(library=str(folder), model="openai/test", api_base=model.url, api_key="sk-test-only", **more)


# -- errors -------------------------------------------------------------------------------------------


def test_a_key_is_asked_for_in_the_words_of_openai(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with serve(load_settings(library=str(tmp_path), keys=f"me:read:{SECRET}, w:write:writing-only-battery")) as url:
        with pytest.raises(openai.AuthenticationError) as wrong:
            openai.OpenAI(base_url=f"{url}/v1", api_key="wrong").models.list()
        with pytest.raises(openai.PermissionDeniedError):
            openai.OpenAI(base_url=f"{url}/v1", api_key="writing-only-battery").models.list()
        models = openai.OpenAI(base_url=f"{url}/v1", api_key=SECRET).models.list()
        without = asked(url)

    assert wrong.value.code == "invalid_api_key"
    assert models.data[0].id == "byline"
    assert error(without, 401)["code"] == "invalid_api_key"
    assert without.headers["www-authenticate"] == "Bearer"


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [said("Hi", "system")]}, "messages"),
        ({"messages": [said("  ")]}, "messages.0.content"),
        ({"messages": [said("Hi", "robot")]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, IMAGE]}]},
         "messages.0.content"),
        ({"messages": [said("why " * 600)]}, "messages.0.content"),
        ({"messages": [said(QUESTION)], "n": 2}, "n"),
        ({"messages": [said(QUESTION)], "response_format": {"type": "json_object"}}, "response_format"),
        ({"messages": [said(QUESTION)], "tool_choice": "required"}, "tool_choice"),
        ({"messages": [said(QUESTION)], "as_of": "yesterday"}, "as_of"),
        ({"messages": [said(QUESTION)], "filters": {"outlet": "x"}}, "filters.outlet"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_by_name(url: str, body: dict[str, Any], param: str) -> None:
    found = error(asked(url, **body), 400)

    assert (found["type"], found["param"]) == ("invalid_request_error", param)


def test_a_question_that_is_too_long_has_the_code_that_clients_know(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as found:
        client.chat.completions.create(model="byline", messages=[said("why " * 600)])

    assert found.value.code == "context_length_exceeded"


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[]", b"null"])
def test_a_body_that_is_no_request_is_refused_in_openai_s_form(url: str, body: bytes) -> None:
    response = httpx.post(
        f"{url}/v1/chat/completions", content=body, headers={"Content-Type": "application/json"}, timeout=60
    )

    assert error(response, 400)["type"] == "invalid_request_error"


def test_errors_of_other_routes_are_problem_documents_still(url: str) -> None:
    response = httpx.post(f"{url}/v1/ask", json={})

    assert response.headers["content-type"] == "application/problem+json"
