"""The service matches its OpenAPI document: requests generated from it, sent to the real service."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rag.settings import Settings, load_settings

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "15"))  # of each operation
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SECRET = "correct-horse-battery"
# These answer as other services' clients want it, and sign or stream in ways that no document tells.
ELSEWHERE = r"^/(slack|telegram|mcp)"


@pytest.fixture(scope="module")
def served(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    library = str(tmp_path_factory.mktemp("openapi"))
    with serve(load_settings(library=library, keys=f"tester:read+write:{SECRET}")) as url:
        yield url


def test_no_request_makes_an_error_inside_or_an_answer_other_than_documented(served: str) -> None:
    document = schemathesis.openapi.from_url(f"{served}/openapi.json").exclude(path_regex=ELSEWHERE)
    failed = []
    for found in document.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def holds(case: Case) -> None:
            case.call_and_validate(headers={"authorization": f"Bearer {SECRET}"}, checks=CHECKS, timeout=60)

        try:
            holds()
        except* Exception as errors:
            failed.append(f"{operation.label}: {errors.exceptions}")
    assert not failed, "\n\n".join(failed)


def test_every_route_of_the_contract_is_documented_with_its_problems(served: str) -> None:
    paths = httpx.get(f"{served}/openapi.json").json()["paths"]

    for path in ("/v1/ask", "/v1/search", "/v1/trace", "/v1/articles", "/v1/articles/{article_id}"):
        for operation in paths[path].values():
            problems = operation["responses"]["429"]["content"]
            assert list(problems) == ["application/problem+json"]
    assert {"/healthz", "/readyz", "/metrics"} <= set(paths)
