"""Tracing over HTTP and on the command line: the contract's shapes, and a clear error for each bad request."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest

from rag.desk import Desk
from rag.ingestion import read_paths
from rag.settings import Settings, load_settings
from service import cli

SEEDS = Path(__file__).parents[2] / "seeds"
SENIOR = "003_92273a094da3419f"
WAR = "Iran has been one of the Syrian regime’s main allies in the war that has ravaged Syria since 2011"
NOWHERE = "The central bank of Norway raised its interest rate by half a point on Thursday."


def matches(client: httpx.Client, excerpt: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = (
        client.post("/v1/trace", json={"excerpt": excerpt}).raise_for_status().json()["matches"]
    )
    return found


# -- HTTP ---------------------------------------------------------------------------------------------


def test_an_excerpt_comes_back_with_its_article_place_and_kind(client: httpx.Client) -> None:
    (match,) = matches(client, WAR)
    article = client.get(f"/v1/articles/{SENIOR}").json()

    assert list(match) == ["article", "paragraph", "start", "end", "quote", "kind", "edits", "link"]
    assert match["article"] == {name: article[name] for name in ("id", "title", "outlet", "url", "published")}
    assert article["text"][match["start"] : match["end"]] == match["quote"] == WAR
    assert (match["kind"], match["edits"], match["link"]) == ("exact", [], None)


@pytest.mark.parametrize(
    ("excerpt", "kind", "edits"),
    [
        (WAR.replace("’", "'").upper(), "near", []),
        (f"  {WAR}\n", "exact", []),
        (WAR.replace("2011", "2012"), "edited", [{"excerpt": "2012", "article": "2011"}]),
        (WAR.replace("main ", ""), "edited", [{"excerpt": "", "article": "main"}]),
        (WAR.replace("main allies", "… allies"), "near", [{"excerpt": "…", "article": "main"}]),
    ],
)
def test_how_it_was_altered_is_told(client: httpx.Client, excerpt: str, kind: str, edits: object) -> None:
    (match,) = matches(client, excerpt)

    assert (match["kind"], match["edits"]) == (kind, edits)


@pytest.mark.parametrize("excerpt", [NOWHERE, "…", "?", "zzz", "\u202e\u200b.", "🙂" * 50, "x" * 10_000])
def test_what_is_in_no_article_has_no_match(client: httpx.Client, excerpt: str) -> None:
    assert matches(client, excerpt) == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"excerpt": ""},
        {"excerpt": " \n\t\u00a0"},
        {"excerpt": None},
        {"excerpt": 5},
        {"excerpt": ["a"]},
        {"excerpt": "a NUL \x00 within"},
        {"excerpt": "x" * 10_001},
        {"excerpt": "word " * 200_000},
        {"excerpt": WAR, "query": "unknown field"},
    ],
)
def test_a_bad_request_is_a_problem_that_names_the_field(client: httpx.Client, body: dict[str, object]) -> None:
    response = client.post("/v1/trace", json=body)

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert ("query" if "query" in body else "excerpt") in json.dumps(problem["errors"])
    assert len(response.text) < 2_000


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"excerpt": "\\ud800"}', b"[]", b"null"])
def test_what_is_no_request_is_a_problem(client: httpx.Client, body: bytes) -> None:
    response = client.post("/v1/trace", content=body, headers={"content-type": "application/json"})

    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_other_methods_are_problems_and_the_route_is_documented(client: httpx.Client) -> None:
    assert client.get("/v1/trace").status_code == 405
    assert "/v1/trace" in client.get("/openapi.json").json()["paths"]


def test_a_key_is_asked_for(serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path) -> None:
    with serve(load_settings(library=str(tmp_path), keys="reader:read:only-reading-battery")) as url:
        body = {"excerpt": WAR}
        refused = httpx.post(f"{url}/v1/trace", json=body)
        held = {"authorization": "Bearer only-reading-battery"}

        assert refused.status_code == 401
        assert httpx.post(f"{url}/v1/trace", json=body, headers=held, timeout=60).json()["matches"]


# -- the command --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that holds the articles of seeds/."""
    folder = tmp_path_factory.mktemp("traced") / "library"
    desk = Desk.open(load_settings(library=str(folder)))
    desk.ingest(read_paths([SEEDS]))
    desk.close()
    return folder


@pytest.fixture
def byline(seeded: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Runs `byline WORDS…` on the seeds: exit status, standard output, standard error."""
    for name in [name for name in os.environ if name.startswith("BYLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BYLINE_LIBRARY", str(seeded))

    def run(*words: str, typed: bytes = b"") -> tuple[int, str, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["byline", *words])
            patched.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
            patched.setattr(sys, "stdout", out)
            patched.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit) as left:
                cli.main()
        out.flush()
        err.flush()
        return int(left.value.code or 0), out.buffer.getvalue().decode(), err.buffer.getvalue().decode()  # type: ignore[attr-defined]

    return run


def test_the_command_says_which_article_where_and_how(byline: Callable[..., tuple[int, str, str]]) -> None:
    status, out, err = byline("trace", WAR.replace("2011", "2012"))

    assert (status, err) == (0, "")
    assert "Senior defense official: Iran reducing presence in Syria" in out
    assert f"{SENIOR}, paragraph 6, characters 738–" in out
    assert "edited" in out
    assert "“2012” instead of “2011”" in out


def test_the_command_reads_standard_input_and_prints_the_contracts_json(
    byline: Callable[..., tuple[int, str, str]],
) -> None:
    status, out, _ = byline("trace", "-", "--json", typed=f"{WAR}\n".encode())
    (match,) = json.loads(out)["matches"]

    assert (status, match["article"]["id"], match["kind"]) == (0, SENIOR, "exact")


def test_an_excerpt_from_nowhere_is_no_failure(byline: Callable[..., tuple[int, str, str]]) -> None:
    assert byline("trace", NOWHERE) == (0, "The excerpt is in none of the articles.\n", "")
    assert json.loads(byline("trace", NOWHERE, "--json")[1]) == {"matches": []}


@pytest.mark.parametrize("typed", [b"", b" \n", b"\xff\xfe\xfa", b"a\x00b", b"word " * 200_000])
def test_what_cannot_be_traced_is_wrong_usage(byline: Callable[..., tuple[int, str, str]], typed: bytes) -> None:
    status, out, err = byline("trace", "-", typed=typed)

    assert (status, out) == (2, "")
    assert err.startswith("Error: ") and len(err) < 500


def test_an_empty_library_says_how_to_fill_it(byline: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, err = byline("trace", WAR, "--library", str(tmp_path / "none"))

    assert (status, out) == (1, "")
    assert "byline ingest" in err
