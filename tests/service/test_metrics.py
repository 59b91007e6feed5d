"""Observability: metrics, logs, request ids, readiness, traces."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from rag.settings import Settings, load_settings
from service import spans
from service.app import create_app, trace
from service.gateway import Gateway
from service.logs import JsonLines
from tests.openai_server import OpenAIServer, Reply
from tests.service.conftest import _url_when_ready, serving
from tests.service.test_http import problem

Serve = Callable[[Settings], AbstractContextManager[str]]
QUESTION = {"question": "How much has Iran spent in Syria?"}


def figures(url: str) -> dict[tuple[str, ...], float]:
    """Every metric's value by its name and label values, ordered by label name."""
    text = httpx.get(f"{url}/metrics").raise_for_status().text
    return {
        (sample.name.removeprefix("byline_"), *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


# -- figures ----------------------------------------------------------------------------------------


def test_requests_answers_and_what_a_model_charged_are_counted(serve: Serve, tmp_path: Path) -> None:
    with OpenAIServer().running() as model:
        model.replies = [Reply("Iran has spent $900 billion in Syria [1]. Bennett leads the defense ministry [1].")]
        settings = load_settings(library=str(tmp_path), model="openai/test", api_base=model.url, api_key="none")
        with serve(settings) as url:
            httpx.post(f"{url}/v1/ask", json=QUESTION | {"mode": "extractive"}, timeout=60)
            unknown = {"question": "What is the capital of France?", "mode": "extractive"}
            httpx.post(f"{url}/v1/ask", json=unknown, timeout=60)
            refused = httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=60).json()
            httpx.get(f"{url}/v1/articles/nope")
            httpx.get(f"{url}/nowhere/{'x' * 100}")
            found = figures(url)

    assert found["http_requests_total", "POST", "/v1/ask", "200"] == 3
    assert found["http_requests_total", "GET", "/v1/articles/{article_id:path}", "404"] == 1
    assert found["http_requests_total", "GET", "none", "404"] == 1
    assert found["http_request_seconds_count", "/v1/ask"] == 3
    assert found["answers_total", "false", "extractive"] >= 1
    assert found["answer_step_seconds_count", "retrieve"] == 3
    replaced = [note for note in refused["notes"] if "replaced by the articles' own words" in note]
    assert found["statements_refused_total",] >= len(replaced) >= 1
    assert (
        sum(value for name, value in found.items() if name[0] == "llm_tokens_total") == 2 * 150
    )  # for the answer and for the second opinion
    assert found["articles",] == 5 and found["library_generation",] >= 1
    assert found["searching_limit",] == 32 and found["llm_limit",] == 200
    assert found["process_resident_memory_bytes",] > 1_000_000
    assert 0 <= found["event_loop_lag_seconds",] < 60


def test_two_services_in_one_process_count_apart(serve: Serve, url: str, tmp_path: Path) -> None:
    httpx.post(f"{url}/v1/search", json={"query": "Iran"})
    with serve(load_settings(library=str(tmp_path))) as other:
        found = figures(other)

    assert ("http_requests_total", "POST", "/v1/search", "200") not in found


def test_there_are_no_more_labels_than_routes_whatever_is_asked(client: httpx.Client) -> None:
    def shown() -> set[tuple[str, ...]]:
        return {name for name in figures(str(client.base_url)) if name[0] == "http_requests_total"}

    for place in range(3):
        client.get(f"/{place}"), client.get(f"/v1/articles/a{place}"), client.request(f"M{place}", "/v1/ask")
    shown()  # which is a request as well
    before = shown()
    for place in range(30):
        client.get(f"/x{place}"), client.get(f"/v1/articles/b{place}"), client.request(f"N{place}", "/v1/ask")

    assert shown() == before


# -- requests and their log -------------------------------------------------------------------------


@pytest.fixture
def json_log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger, level = logging.getLogger(), logging.getLogger().level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_every_request_is_one_line_without_what_was_asked(client: httpx.Client, json_log: io.StringIO) -> None:
    response = client.post(
        "/v1/ask", json={"question": "Where does Qasem Zebra live?"}, headers={"x-request-id": "r-1"}
    )
    client.get("/v1/articles/some-secret-id")

    lines = [json.loads(line) for line in json_log.getvalue().splitlines()]
    told = [line for line in lines if line.get("route") == "/v1/ask"]
    assert len(told) == 1
    assert {"method", "route", "status", "ms", "request_id", "time", "level"} <= told[0].keys()
    assert (told[0]["status"], told[0]["request_id"], response.headers["x-request-id"]) == (200, "r-1", "r-1")
    assert "Zebra" not in json_log.getvalue() and "some-secret-id" not in json_log.getvalue()


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é", '"><script>'])
def test_an_odd_request_id_is_replaced(client: httpx.Client, given: str) -> None:
    response = client.get("/healthz", headers={"x-request-id": given.encode()})

    assert len(response.headers["x-request-id"]) == 32


def test_a_failure_inside_is_found_by_its_request_id(serve: Serve, tmp_path: Path, json_log: io.StringIO) -> None:
    settings = load_settings(library=str(tmp_path / "library"))
    with serve(settings) as url:
        damage(tmp_path / "library", "damaged")
        response = httpx.post(f"{url}/v1/search", json={"query": "Iran"}, headers={"x-request-id": "find-me"})

    problem(response, 503)
    lines = [json.loads(line) for line in json_log.getvalue().splitlines()]
    assert any(one["level"] == "error" and one.get("request_id") == "find-me" for one in lines)


def test_responses_carry_headers_of_safety_and_no_origin_may_read_them(client: httpx.Client) -> None:
    response = client.get("/v1/articles", headers={"origin": "https://evil.example"})

    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers


def test_named_origins_may_ask(serve: Serve, tmp_path: Path) -> None:
    asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    with serve(load_settings(library=str(tmp_path), cors_origins="https://news.example https://b.example")) as url:
        ours = httpx.options(f"{url}/v1/ask", headers={"origin": "https://news.example", **asks})
        theirs = httpx.options(f"{url}/v1/ask", headers={"origin": "https://evil.example", **asks})

    assert ours.headers["access-control-allow-origin"] == "https://news.example"
    assert "access-control-allow-origin" not in theirs.headers


# -- readiness ----------------------------------------------------------------------------------------


def damage(library: Path, how: str) -> None:
    file = library / "library.sqlite"
    if how == "deleted":
        shutil.rmtree(library)
    elif how == "damaged":
        with closing(sqlite3.connect(file)) as connection:  # or its write-ahead log would still have everything
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        file.write_bytes(b"damage" * 1000)
    else:
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE meta SET value = 'x' WHERE name = 'model_fingerprint'")


@pytest.mark.parametrize("how", ["deleted", "damaged", "of another model"])
def test_a_library_that_cannot_be_read_any_longer_is_not_ready(tmp_path: Path, how: str) -> None:
    library = tmp_path / "library"
    with serving(load_settings(library=str(library))) as url:
        damage(library, how)
        found = problem(httpx.get(f"{url}/readyz"), 503)
        lives = httpx.get(f"{url}/healthz").status_code
        shown = httpx.get(f"{url}/metrics").status_code

    assert "library" in str(found["detail"]) and str(tmp_path) not in str(found["detail"])
    assert (lives, shown) == (200, 200)


def test_a_service_that_is_being_stopped_is_not_ready(tmp_path: Path) -> None:
    settings = load_settings(library=str(tmp_path))
    gateway = Gateway.open(settings)
    with serving_app(gateway, settings) as url:
        ready = httpx.get(f"{url}/readyz").status_code
        gateway.closing = True
        stopping = httpx.get(f"{url}/readyz")

    assert ready == 200
    problem(stopping, 503)


def test_a_service_over_an_empty_library_is_ready(tmp_path: Path) -> None:
    settings = load_settings(library=str(tmp_path / "nothing-yet"))
    with serving_app(Gateway.open(settings), settings) as url:
        assert httpx.get(f"{url}/readyz").json() == {"status": "ready", "articles": 0}


# -- traces -------------------------------------------------------------------------------------------


def test_a_question_is_traced_step_by_step_below_the_span_of_its_client(tmp_path: Path) -> None:
    kept = InMemorySpanExporter()
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(kept))
    settings = load_settings(library=str(tmp_path))
    gateway = Gateway.open(settings)
    client_trace = "0af7651916cd43dd8448eb211c80319c"
    with serving_app(gateway, settings, tracers) as url:
        headers = {"traceparent": f"00-{client_trace}-b7ad6b7169203331-01"}
        httpx.post(f"{url}/v1/ask", json=QUESTION, timeout=60, headers=headers)

    told = {span.name: span for span in kept.get_finished_spans()}
    request, answer = told["POST /v1/ask"], told["answer a question"]
    assert f"{request.context.trace_id:032x}" == client_trace
    assert answer.parent is not None and answer.parent.span_id == request.context.span_id
    for step in ("embed", "retrieve", "answer", "verify"):
        assert told[step].parent.span_id == answer.context.span_id
    assert QUESTION["question"] not in str([span.to_json() for span in told.values()])


def test_nothing_that_could_send_traces_is_loaded_unless_it_is_wanted() -> None:
    code = "import sys, service.app; print([one for one in sys.modules if one.startswith('opentelemetry.sdk')])"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)

    assert printed.stdout.strip() == "[]", printed.stderr
    assert not spans.wanted()


def serving_app(gateway: Gateway, settings: Settings, tracers: TracerProvider | None = None):  # type: ignore[no-untyped-def]
    from contextlib import contextmanager
    from threading import Thread

    import uvicorn

    @contextmanager
    def run() -> Iterator[str]:
        app = create_app(gateway, settings)
        if tracers is not None:
            trace(app, gateway, tracers)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield _url_when_ready(server)
        finally:
            server.should_exit = True
            thread.join(30)
            gateway.close()

    return run()
