"""No request causes an internal error: hostile strings in every documented field."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from eval.bench.hostile_texts import PIECES, repeated
from rag.settings import load_settings
from service.app import create_app
from service.gateway import Gateway
from tests.injections import INJECTIONS
from tests.service.conftest import put_seeds

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "8"))  # of each operation
SECRET = "correct-horse-battery"
ELSEWHERE = r"^/(slack|telegram|mcp)|readyz|metrics"

HOSTILE = st.one_of(
    st.builds(repeated, st.sampled_from(PIECES), st.integers(1, 2_000)),
    st.sampled_from(INJECTIONS),
    st.text(max_size=200),
    st.lists(st.sampled_from((*PIECES, "Iran ", "said ", "3 million ", "on Monday. ", "Who won? ")), max_size=60).map(
        "".join
    ),
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("hostile")
    put_seeds(folder)
    gateway = Gateway.open(load_settings(library=str(folder), keys=f"tester:read+write:{SECRET}"))
    yield gateway
    gateway.close()


def test_no_hostile_string_makes_an_error_inside(gateway: Gateway) -> None:
    app = create_app(gateway, load_settings(keys=f"tester:read+write:{SECRET}"))
    document = schemathesis.openapi.from_dict(app.openapi()).exclude(path_regex=ELSEWHERE)
    operations = [found.ok() for found in document.get_all_operations()]
    sent: dict[int, int] = {}

    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://test",
            headers={"authorization": f"Bearer {SECRET}"},
            timeout=None,
        )
        for operation in operations:

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(), data=st.data())
            def holds(case: schemathesis.Case, data: st.DataObject) -> None:
                body = _with_hostile(case.body, data) if isinstance(case.body, dict) else None
                path = case.formatted_path.split("{")[0]
                response = runner.run(client.request(case.method, path, params=_shown(case.query), json=body))
                sent[response.status_code] = sent.get(response.status_code, 0) + 1
                assert response.status_code not in (500, 504), (case.method, path, body)
                if "event: error" in response.text:
                    assert '"status":500' not in response.text.replace(" ", ""), (path, body)

            holds()
        runner.run(client.aclose())
    print(f"{sum(sent.values())} requests, by status: {sent}")
    assert sent.get(200)


def _with_hostile(value: object, data: st.DataObject) -> object:
    """Replaces the body's strings by hostile ones, except those with a fixed format."""
    if isinstance(value, dict):
        fixed = {"mode", "role", "published_from", "published_to", "as_of", "published", "model"}
        return {name: one if name in fixed else _with_hostile(one, data) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_hostile(one, data) for one in value[:3]]
    if isinstance(value, str):
        return data.draw(HOSTILE).encode("utf-8", "replace").decode()
    return value


def _shown(query: object) -> dict[str, str]:
    if not isinstance(query, dict):
        return {}
    return {str(name): str(one).encode("utf-8", "replace").decode() for name, one in query.items()}
