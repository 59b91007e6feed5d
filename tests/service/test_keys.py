"""Keys: created by a command, stored as a hash, named in logs and metrics, never shown."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from rag.errors import ConfigError
from rag.settings import Settings, described, load_settings
from service.cli import app

SECRET = "correct-horse-battery"


def made(name: str, *options: str) -> dict[str, str]:
    result = CliRunner().invoke(app, ["keys", "new", name, *options, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, str] = json.loads(result.stdout)
    return found


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def test_a_made_key_opens_what_its_scopes_allow_and_its_hash_opens_nothing(
    serve: Callable[[Settings], AbstractContextManager[str]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reader, editor = made("reader"), made("editor", "--scopes", "read+write")
    keys = f"{reader['entry']},{editor['entry']},old:read:{SECRET}"
    article = {"articles": [{"id": "a", "text": "A town was flooded."}]}

    with (
        caplog.at_level(logging.INFO),
        serve(load_settings(library=str(tmp_path), keys=keys)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        hashed = reader["entry"].split(":", 2)[2]
        statuses = [
            client.get("/v1/articles", headers=bearer(reader["secret"])).status_code,
            client.post("/v1/articles", json=article, headers=bearer(reader["secret"])).status_code,
            client.post("/v1/articles", json=article, headers=bearer(editor["secret"])).status_code,
            client.get("/v1/articles", headers=bearer(SECRET)).status_code,
            client.get("/v1/articles", headers=bearer(hashed)).status_code,
            client.get("/metrics").status_code,
        ]
        figures = client.get("/metrics", headers=bearer(reader["secret"])).text

    assert statuses == [200, 403, 200, 200, 401, 401]
    assert 'byline_key_requests_total{key="reader"}' in figures
    assert "key=editor" in caplog.text
    for secret in (reader["secret"], editor["secret"], SECRET, hashed):
        assert secret not in figures and secret not in caplog.text


def test_every_key_is_another_and_only_its_hash_is_configured() -> None:
    one, other = made("a"), made("a")

    assert one["secret"] != other["secret"]
    assert one["secret"] not in one["entry"]
    assert load_settings(keys=one["entry"]).keys[0].digest != load_settings(keys=other["entry"]).keys[0].digest


def test_a_person_is_shown_the_header_and_the_setting() -> None:
    result = CliRunner().invoke(app, ["keys", "new", "press-room", "--scopes", "write"])

    header, setting = result.stdout.splitlines()
    assert header.startswith("Authorization: Bearer byline_")
    assert setting.startswith("BYLINE_KEYS=press-room:write:sha256:")


@pytest.mark.parametrize("words", [["a b"], ["a:b"], ["x" * 65], ["a", "--scopes", "admin"], ["a", "--scopes", ""]])
def test_what_is_no_key_is_refused(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["keys", "new", *words])

    assert result.exit_code != 0 and "Bearer" not in result.stdout


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("a:read:sha256:abcdefabcdef", "64 hexadecimal"),
        ("a:read:short", "16 characters"),
        ("a:admin:correct-horse-battery", "scopes"),
        ("a:read", "name:scope"),
    ],
)
def test_a_bad_setting_is_told_without_its_secret(keys: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as error:
        load_settings(keys=keys)

    assert "correct-horse" not in str(error.value)


def test_the_doctor_shows_names_and_scopes_alone() -> None:
    settings = load_settings(keys=f"reader:read:{SECRET}")

    shown = {one.name: one.value for one in described(settings)}

    assert shown["BYLINE_KEYS"] == "reader (read)"
