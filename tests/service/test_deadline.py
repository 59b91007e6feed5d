"""An answer that takes longer than BYLINE_ANSWER_TIMEOUT_S is a problem document on every surface."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx

from rag.settings import Settings, load_settings

Serve = Callable[[Settings], AbstractContextManager[str]]
QUESTION = {"question": "How much has Iran spent in Syria?"}


def test_what_takes_too_long_is_told_in_the_form_of_each_surface(serve: Serve, tmp_path: Path) -> None:
    with serve(load_settings(library=str(tmp_path), answer_timeout_s=0.0005)) as url:
        asked = httpx.post(f"{url}/v1/ask", json=QUESTION)
        streamed = httpx.post(f"{url}/v1/ask", json={**QUESTION, "stream": True})
        searched = httpx.post(f"{url}/v1/search", json={"query": "Iran"})
        messages = [{"role": "user", "content": QUESTION["question"]}]
        completed = httpx.post(f"{url}/v1/chat/completions", json={"model": "byline", "messages": messages})

        assert httpx.get(f"{url}/readyz").status_code == 200
    for response in (asked, streamed, searched):
        assert response.status_code == 504
        assert response.headers["content-type"] == "application/problem+json"
        assert "BYLINE_ANSWER_TIMEOUT_S" in response.json()["detail"]
    assert completed.status_code == 504
    assert "BYLINE_ANSWER_TIMEOUT_S" in completed.json()["error"]["message"]
