"""The contract over HTTP: every route, what each answer holds, and a problem document for each bad request."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.settings import Settings, load_settings
from tests.service import sse

QUESTIONS = [
    "How much has Iran spent in Syria?",
    "How far is Syria from Iran, according to Bennett?",
    "Who is Israel's defense minister?",
    "Why is Iran pulling out of Syria?",
    "How many were killed in the strike on Monday night?",
    "What is the capital of France?",
]
SECRET = "correct-horse-battery"
READER = "only-reading-battery"


def problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert "Traceback" not in response.text and "/rag/" not in response.text
    return body


def events(response: httpx.Response) -> list[tuple[str, dict[str, object]]]:
    return [(name, json.loads(data)) for name, data in sse.events(response.text)]


# -- questions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_citation_is_the_exact_words_of_its_article(client: httpx.Client, question: str) -> None:
    answer = client.post("/v1/ask", json={"question": question}).raise_for_status().json()

    for citation in answer["citations"]:
        article = client.get(f"/v1/articles/{citation['article']['id']}").raise_for_status().json()
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        paragraph = article["paragraphs"][citation["paragraph"] - 1]
        assert paragraph["start"] <= citation["start"] < citation["end"] <= paragraph["end"]
    numbers = {citation["number"] for citation in answer["citations"]}
    assert all(
        statement["citations"] and set(statement["citations"]) <= numbers for statement in answer["statements"]
    )


def test_an_answer_has_every_field_of_the_contract(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTIONS[0]}).json()

    assert list(answer) == [
        "id", "question", "answered", "mode", "model", "text", "statements", "citations", "disagreements", "closest",
        "notes", "timings_ms", "usage",
    ]  # fmt: skip
    assert set(answer["timings_ms"]) == {"embed", "retrieve", "answer", "verify", "total"}
    assert answer["statements"][0]["support"] == "verified"


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_statement_of_an_extractive_answer_is_the_articles_own_words(
    client: httpx.Client, question: str
) -> None:
    answer = client.post("/v1/ask", json={"question": question, "mode": "extractive"}).raise_for_status().json()

    assert all(one["verbatim"] is True for one in answer["statements"])


def test_an_unanswerable_question_is_declined_with_the_closest_passages(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": "What is the capital of France?"}).json()

    assert (answer["answered"], answer["statements"], answer["citations"]) == (False, [], [])
    assert answer["closest"][0]["article"]["id"]


def test_a_stream_sends_passages_then_statements_then_the_answer(client: httpx.Client) -> None:
    response = client.post("/v1/ask", json={"question": QUESTIONS[1], "stream": True})
    names = [name for name, _ in events(response)]
    statement, answer = events(response)[1][1], events(response)[-1][1]

    assert response.headers["content-type"].startswith("text/event-stream")
    assert names == ["passages", *["statement"] * (len(names) - 2), "answer"]
    assert statement["sources"]
    assert statement["text"] == answer["statements"][0]["text"]  # type: ignore[index]


def test_filters_and_as_of_bound_what_is_read(client: httpx.Client) -> None:
    only = {"query": "Iran Syria bases", "k": 50, "filters": {"articles": ["000_2dc1f085ba409d42"]}}
    by_outlet = {"query": "Iran Syria bases", "k": 50, "filters": {"outlets": ["jns"]}}
    before = {"query": "Iran Syria bases", "k": 50, "as_of": "2020-05-04"}

    sources = [
        {one["article"]["id"][:3] for one in client.post("/v1/search", json=body).json()["passages"]}
        for body in (only, by_outlet, before)
    ]

    assert sources[:2] == [{"000"}, {"004"}]
    assert sources[2] == {"001", "003", "004"}  # the undated are never excluded


def test_a_search_gives_passages_with_their_exact_words(client: httpx.Client) -> None:
    passages = client.post("/v1/search", json={"query": "cargo flights", "k": 5}).json()["passages"]

    assert len(passages) == 5
    for passage in passages:
        article = client.get(f"/v1/articles/{passage['article']['id']}").json()
        assert article["text"][passage["start"] : passage["end"]] == passage["text"]
    assert [one["score"] for one in passages] == sorted((one["score"] for one in passages), reverse=True)


# -- articles -----------------------------------------------------------------------------------------


def test_articles_come_in_change_and_go(client: httpx.Client) -> None:
    article = {
        "url": "https://example.org/a?b=1",
        "title": "A storm",
        "text": "A storm hit the town of Ely on Friday.",
    }
    path = f"/v1/articles/{quote(article['url'], safe='')}"

    added = client.post("/v1/articles", json={"articles": [article, {"text": ""}, 5]}).json()
    again = client.post("/v1/articles", json={"articles": [article]}).json()
    changed = client.post(
        "/v1/articles", json={"articles": [article | {"text": "The storm is over, Ely says."}]}
    ).json()
    text = client.get(path).json()["text"]
    gone = client.delete(path)

    assert (added["added"], [one["index"] for one in added["rejected"]]) == (1, [1, 2])
    assert (again["unchanged"], changed["updated"]) == (1, 1)
    assert text == "The storm is over, Ely says."
    assert gone.status_code == 204
    problem(client.get(path), 404)
    problem(client.delete(path), 404)


def test_articles_are_listed_page_by_page(client: httpx.Client) -> None:
    first = client.get("/v1/articles", params={"limit": 3}).json()
    second = client.get("/v1/articles", params={"limit": 3, "cursor": first["next"]}).json()

    ids = [one["id"] for one in first["articles"] + second["articles"]]
    assert len(ids) == len(set(ids)) == 5
    assert second["next"] is None


# -- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": " \u0000 "}, "question"),
        ({"question": "x" * 2001}, "question"),
        ({"question": "x" * 1_000_000}, "question"),
        ({"question": 5}, "question"),
        ({"question": None}, "question"),
        ({"question": "x", "mode": "best"}, "mode"),
        ({"question": "x", "passages": 0}, "passages"),
        ({"question": "x", "passages": 51}, "passages"),
        ({"question": "x", "as_of": "yesterday"}, "as_of"),
        ({"question": "x", "as_of": "2020-02-30"}, "as_of"),
        ({"question": "x", "as_of": "2020-02-03T00:00:00"}, "as_of"),
        ({"question": "x", "as_of": 1588636800}, "as_of"),
        ({"question": "x", "passages": True}, "passages"),
        ({"question": "x", "passages": "3"}, "passages"),
        ({"question": "x", "filters": {"published_from": "2020-05-06", "published_to": "2020-05-01"}}, "filters"),
        ({"question": "x", "filters": {"outlets": "JNS"}}, "filters.outlets"),
        ({"question": "x", "history": [{"role": "system", "content": "x"}]}, "history.0.role"),
        ({"question": "x", "qestion": "y"}, "qestion"),
        ([], "body"),
    ],
)
def test_a_bad_question_is_told_which_field_is_at_fault(client: httpx.Client, body: object, field: str) -> None:
    found = problem(client.post("/v1/ask", json=body), 422)

    assert field in str(found["detail"]).split(":")[0]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"question": "x"', b"null", b'"x"', b'{"question": NaN}']
)
def test_a_body_that_is_no_json_object_is_a_problem(client: httpx.Client, body: bytes) -> None:
    response = client.post("/v1/ask", content=body, headers={"content-type": "application/json"})

    assert response.status_code in (400, 422)
    problem(response, response.status_code)


def test_a_body_that_is_not_called_json_is_told_how_to_be_sent(client: httpx.Client) -> None:
    response = client.post("/v1/ask", content=b'{"question": "x"}', headers={"content-type": "text/plain"})

    assert "Content-Type: application/json" in problem(response, 415)["detail"]


@pytest.mark.parametrize("text", ['"a \\u0000 b"', '"a \\ud800 b"', '"\\udfff\\ud800"', '"😀 \\u202e"'])
def test_odd_characters_are_no_server_error(client: httpx.Client, text: str) -> None:
    body = f'{{"question": {text}, "history": [{{"role": "user", "content": {text}}}]}}'

    response = client.post("/v1/ask", content=body.encode(), headers={"content-type": "application/json"})

    assert response.status_code < 500
    response.json()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/articles/nope", 404),
        ("GET", "/v1/articles/%00%ff", 404),
        ("DELETE", "/v1/articles/nope", 404),
        ("GET", "/v1/articles?cursor=%00", 422),
        ("GET", "/v1/articles?limit=0", 422),
        ("GET", "/nowhere", 404),
        ("PUT", "/v1/articles", 405),
        ("GET", "/v1/ask", 405),
    ],
)
def test_every_error_is_a_problem_document(client: httpx.Client, method: str, path: str, status: int) -> None:
    problem(client.request(method, path), status)


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        ({"text": 5}, "text"),
        ({"text": "A ship sank off Cebu on Monday.", "id": ".."}, "id"),
        ({"text": "  "}, "text"),
        ({"text": "A text.", "published": "31/12/2020"}, "published"),
        ({"text": "A text.", "title": ["x"]}, "title"),
        ({"text": "A text.", "id": "x" * 600}, "id"),
        ("a text", "object"),
        (None, "object"),
    ],
)
def test_a_bad_article_is_rejected_and_the_rest_goes_in(client: httpx.Client, article: object, reason: str) -> None:
    good = {"id": "good", "text": "A good article about a town."}

    report = client.post("/v1/articles", json={"articles": [article, good]}).raise_for_status().json()
    client.delete("/v1/articles/good")

    assert report["added"] == 1
    assert report["rejected"][0]["index"] == 0
    assert reason in report["rejected"][0]["reason"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["question", "query", "k", "filters", "history", "as_of", "mode"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    )
)
def test_no_json_whatever_makes_a_server_error(client: httpx.Client, body: object) -> None:
    for path in ("/v1/ask", "/v1/search", "/v1/articles"):
        assert client.post(path, json=body).status_code < 500


# -- keys, limits, health ---------------------------------------------------------------------------------


def test_a_service_without_keys_answers_to_this_machine_only(client: httpx.Client) -> None:
    problem(client.get("/v1/articles", headers={"host": "evil.example"}), 403)


def test_keys_open_what_their_scopes_allow(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    keys = f"editor:read+write:{SECRET},reader:read:{READER}"
    article = {"articles": [{"id": "a", "text": "A town was flooded."}]}

    with (
        serve(load_settings(library=str(tmp_path), keys=keys)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):

        def bearer(secret: str) -> dict[str, str]:
            return {"authorization": f"Bearer {secret}"}

        refused = client.get("/v1/articles")
        problem(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"
        problem(client.get("/v1/articles", headers=bearer("wrong")), 401)
        problem(client.post("/v1/articles", json=article, headers=bearer(READER)), 403)
        assert client.get("/v1/articles", headers=bearer(READER)).status_code == 200
        assert client.post("/v1/articles", json=article, headers=bearer(SECRET)).json()["added"] == 1
        assert client.get("/healthz").status_code == 200


def test_a_body_over_the_limit_is_refused_announced_or_not(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path
) -> None:
    body = json.dumps({"question": "x" * 200_000}).encode()

    with serve(load_settings(library=str(tmp_path), max_body_mb=0.1)) as url:
        problem(httpx.post(f"{url}/v1/ask", content=body), 413)
        problem(httpx.post(f"{url}/v1/ask", content=iter([body]), headers={"content-type": "application/json"}), 413)


def test_health_readiness_and_the_api_page(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready", "articles": 5}
    assert client.get("/docs").status_code == 200
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/ask", "/v1/search", "/v1/articles", "/v1/articles/{article_id}"} <= set(paths)
