"""MCP through its official client: over HTTP, and `byline mcp` as a process."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from jsonschema import Draft202012Validator
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from rag.settings import Settings, load_settings
from tests.openai_server import OpenAIServer, Reply
from tests.service.conftest import put_seeds

QUESTION = "How far is Syria from Iran, according to Bennett?"
ARTICLE = "000_2dc1f085ba409d42"
SECRET = "correct-horse-battery"
BYLINE = "import service.cli; service.cli.main()"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}

Work = Callable[[Client], Awaitable[Any]]
Session = Callable[[Work], Any]


def process(library: str) -> StdioServerParameters:
    arguments = ["-c", BYLINE, "mcp", "--library", library]
    return StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))


def session(server: Any, **options: Any) -> Session:
    """Runs work with a client of this server."""

    def run(work: Work) -> Any:
        async def connected() -> Any:
            async with Client(server() if callable(server) else server, **options) as client:
                return await work(client)

        return asyncio.run(connected())

    return run


@pytest.fixture(scope="module", params=["http", "http, older protocol", "stdio"])
def with_client(
    request: pytest.FixtureRequest, url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """Runs work with one client that stays connected."""
    if request.param == "stdio":
        library = tmp_path_factory.mktemp("mcp")
        put_seeds(library)
        client = Client(process(str(library)))
    else:
        client = Client(f"{url}/mcp", mode="auto" if request.param == "http" else "legacy")
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client) as connected:
        yield lambda work: portal.call(work, connected)


# -- tools --------------------------------------------------------------------------------------------


def test_ask_gives_the_contract_s_answer_and_the_same_as_text(with_client: Session) -> None:
    async def work(client: Client) -> Any:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        return tools, await client.call_tool("ask", {"question": QUESTION})

    tools, result = with_client(work)
    answer, text = result.structured_content, result.content[0].text

    Draft202012Validator(tools["ask"].output_schema).validate(answer)
    assert set(tools) == {"ask", "search", "trace", "get_article"}
    assert not result.is_error
    assert answer["answered"] and answer["citations"]
    assert text.startswith(answer["text"])
    assert [int(number) for number in re.findall(r"^- \[(\d+)\] ", text, re.MULTILINE)] == [
        citation["number"] for citation in answer["citations"]
    ]


def test_search_trace_and_get_article_agree_on_places(with_client: Session) -> None:
    async def work(client: Client) -> Any:
        await client.list_tools()  # with its schemas the client checks what comes
        passages = (await client.call_tool("search", {"query": "cargo flights", "k": 3})).structured_content
        first = passages["passages"][0]
        article = (await client.call_tool("get_article", {"id": first["article"]["id"]})).structured_content
        traced = await client.call_tool("trace", {"excerpt": first["text"]})
        return passages["passages"], article, traced

    passages, article, traced = with_client(work)
    first, match = passages[0], traced.structured_content["matches"][0]

    assert len(passages) == 3
    assert article["text"][first["start"] : first["end"]] == first["text"]
    assert (match["kind"], match["quote"]) == ("exact", first["text"])
    assert match["article"]["id"] in traced.content[0].text


def test_articles_are_resources(with_client: Session) -> None:
    async def work(client: Client) -> Any:
        resources = (await client.list_resources()).resources
        template = (await client.list_resource_templates()).resource_templates[0]
        return resources, template, await client.read_resource(f"byline://articles/{ARTICLE}")

    resources, template, read = with_client(work)

    assert f"byline://articles/{ARTICLE}" in [resource.uri for resource in resources]
    assert template.uri_template == "byline://articles/{id}"
    assert read.contents[0].text.startswith("Iran Pulling Military Out of Syria") or "Syria" in read.contents[0].text


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("ask", {"question": " "}, "question: it is empty"),
        ("ask", {}, "question"),
        ("ask", {"question": "Who?", "filters": {"outlet": "x"}}, "filters.outlet"),
        ("search", {"query": "Iran", "k": 1000}, "k: "),
        ("get_article", {"id": "no/such"}, "'no/such'"),
    ],
)
def test_what_goes_wrong_in_a_tool_is_told_to_the_model(
    url: str, tool: str, arguments: dict[str, Any], told: str
) -> None:
    result = session(f"{url}/mcp")(lambda client: client.call_tool(tool, arguments))

    assert result.is_error
    assert told in result.content[0].text
    assert "Traceback" not in result.content[0].text and "pydantic" not in result.content[0].text


def test_an_argument_that_is_null_is_one_that_was_not_given(url: str) -> None:
    nulls = {"as_of": None, "mode": None, "filters": {"outlets": None, "published_from": None}, "history": None}
    with_nulls, without = (
        session(f"{url}/mcp")(lambda client, more=more: client.call_tool("ask", {"question": QUESTION, **more}))
        for more in (nulls, {})
    )

    assert not with_nulls.is_error
    assert with_nulls.structured_content["text"] == without.structured_content["text"]


def test_what_does_not_exist_is_an_error_of_the_protocol(url: str) -> None:
    for work in (
        lambda client: client.call_tool("destroy", {}),
        lambda client: client.read_resource("byline://articles/none"),
        lambda client: client.read_resource("file:///etc/passwd"),
        lambda client: client.list_resources(cursor="§"),
    ):
        with pytest.raises(BaseException) as found:
            session(f"{url}/mcp")(work)
        assert MCPError in {type(one) for one in _leaves(found.value)}


def test_a_tool_can_be_called_without_following_references_and_says_that_it_only_reads(url: str) -> None:
    tools = session(f"{url}/mcp")(lambda client: client.list_tools()).tools

    for tool in tools:
        assert "$ref" not in json.dumps(tool.input_schema)
        assert tool.input_schema["type"] == tool.output_schema["type"] == "object"
        Draft202012Validator.check_schema(tool.input_schema)
        assert tool.annotations.read_only_hint and tool.description
    assert "stream" not in next(tool for tool in tools if tool.name == "ask").input_schema["properties"]


def test_progress_is_told_to_whoever_wants_it(url: str) -> None:
    told: list[str | None] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append(message)

    session(f"{url}/mcp", mode="legacy")(
        lambda client: client.call_tool("ask", {"question": QUESTION}, progress_callback=on_progress)
    )

    assert told[0] == "Reading the articles."
    assert len(told) > 1


def test_an_article_whose_id_is_a_url_can_be_read(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    article = {"url": "https://example.org/a?b=1&c=ü#d", "title": "A storm", "text": "A storm hit Ely on Friday."}
    with serve(load_settings(library=str(tmp_path))) as url:
        httpx.post(f"{url}/v1/articles", json={"articles": [article]}).raise_for_status()

        async def work(client: Client) -> Any:
            resources = (await client.list_resources()).resources
            uri = next(one.uri for one in resources if "example.org" in one.uri)
            return await client.read_resource(uri)

        read = session(f"{url}/mcp")(work)

    assert read.contents[0].text == article["text"]


def test_many_articles_are_listed_page_by_page(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    articles = [{"id": f"n{number}", "title": "A storm", "text": f"Storm {number} hit Ely."} for number in range(120)]
    with serve(load_settings(library=str(tmp_path))) as url:
        httpx.post(f"{url}/v1/articles", json={"articles": articles}, timeout=120).raise_for_status()
        stored = len(httpx.get(f"{url}/v1/articles", params={"limit": 100}).json()["articles"])

        async def work(client: Client) -> list[list[str]]:
            pages, cursor = [], None
            while True:
                page = await client.list_resources(cursor=cursor)
                pages.append([resource.uri for resource in page.resources])
                cursor = page.next_cursor
                if cursor is None:
                    return pages

        pages = session(f"{url}/mcp")(work)

    assert stored == len(pages[0]) == 100
    assert len({uri for page in pages for uri in page}) == sum(map(len, pages)) >= 120


# -- over HTTP ----------------------------------------------------------------------------------------


def test_a_key_that_may_read_is_asked_for(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    keys = f"me:read:{SECRET},w:write:writing-only-battery"
    with serve(load_settings(library=str(tmp_path), keys=keys)) as url:
        refused = httpx.post(f"{url}/mcp", json=INITIALIZE, headers=ACCEPT)
        writer = httpx.post(
            f"{url}/mcp", json=INITIALIZE, headers=ACCEPT | {"Authorization": "Bearer writing-only-battery"}
        )

        def with_key() -> Any:
            client = create_mcp_http_client({"Authorization": f"Bearer {SECRET}"})
            return streamable_http_client(f"{url}/mcp", http_client=client)

        tools = session(with_key)(lambda client: client.list_tools()).tools

    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert writer.status_code == 403
    assert len(tools) == 4


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_a_page_from_elsewhere_cannot_speak_with_a_service_without_keys(url: str, headers: dict[str, str]) -> None:
    response = httpx.post(f"{url}/mcp", json=INITIALIZE, headers=ACCEPT | headers)

    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"


def test_a_page_of_this_machine_may_speak_with_it(url: str) -> None:
    response = httpx.post(f"{url}/mcp", json=INITIALIZE, headers=ACCEPT | {"Origin": url})

    assert response.status_code == 200
    assert '"byline"' in response.text


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_session_to_listen_to_or_to_end(url: str, method: str) -> None:
    response = httpx.request(method, f"{url}/mcp", headers=ACCEPT)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
def test_a_client_that_goes_away_frees_its_place(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path, version: str
) -> None:
    call = {"name": "ask", "arguments": {"question": QUESTION}, "_meta": _modern_meta(version)}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
    headers = ACCEPT | {"MCP-Protocol-Version": version, "Mcp-Method": "tools/call", "Mcp-Name": "ask"}
    with OpenAIServer().running() as model, serve(_with_model(model, tmp_path)) as url:
        model.replies = [Reply("never", hang_s=60)]

        async def go_away() -> None:
            async with httpx.AsyncClient(timeout=60) as client:
                asking = asyncio.create_task(client.post(f"{url}/mcp", json=body, headers=headers))
                while not model.requests and not asking.done():  # then the question is with the model
                    await asyncio.sleep(0.02)
                asking.cancel()

        asyncio.run(go_away())
        reached, model.replies = len(model.requests), [Reply("The articles do not say.")]
        deadline = time.monotonic() + 20
        while _asked(url).status_code == 503 and time.monotonic() < deadline:
            pass
        again = _asked(url)

    assert reached == 1
    assert again.status_code == 200


def _asked(url: str) -> httpx.Response:
    return httpx.post(f"{url}/v1/ask", json={"question": QUESTION}, timeout=60)


def _with_model(model: OpenAIServer, folder: Path) -> Settings:
    return load_settings(
        library=str(folder),
        model="openai/test",
        api_base=model.url,
        api_key="sk-test-only",
        max_llm_questions=1,
        cached_answers=0,
    )


def _modern_meta(version: str) -> dict[str, Any]:
    """The client metadata sent with each request in the protocol without sessions."""
    prefix = "io.modelcontextprotocol"
    return {
        f"{prefix}/protocolVersion": version,
        f"{prefix}/clientInfo": {"name": "t", "version": "1"},
        f"{prefix}/clientCapabilities": {},
    }


# -- on standard input and output ---------------------------------------------------------------------


def test_nothing_but_the_protocol_reaches_standard_output_and_the_end_of_input_ends_it(tmp_path: Path) -> None:
    call = {"name": "ask", "arguments": {"question": QUESTION}}
    messages = [
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]
    with subprocess.Popen(
        [sys.executable, "-c", BYLINE, "mcp", "--library", str(tmp_path / "empty")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin and server.stdout
        for message in messages:
            server.stdin.write(json.dumps(message) + "\n")
        server.stdin.flush()
        replies = [json.loads(server.stdout.readline()) for _ in range(2)]
        rest, errors = server.communicate(timeout=60)

    assert [reply["id"] for reply in replies] == [1, 2]
    assert replies[1]["result"]["structuredContent"]["answered"] is False
    assert "byline ingest" in replies[1]["result"]["content"][0]["text"]
    assert (rest, server.returncode) == ("", 0), errors


def test_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BYLINE, "mcp", "--library", str(tmp_path / "empty")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin and server.stdout
        server.stdin.write(json.dumps(INITIALIZE) + "\n")
        server.stdin.flush()
        server.stdout.readline()
        server.send_signal(signal.SIGINT)

        assert server.wait(timeout=10) != 0


def test_a_library_that_cannot_be_opened_is_told_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("no folder")

    done = subprocess.run(
        [sys.executable, "-c", BYLINE, "mcp", "--library", str(tmp_path / "library")],
        input="",
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for one in error.exceptions for leaf in _leaves(one)]
    return [error]
