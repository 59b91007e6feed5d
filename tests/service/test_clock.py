"""A jump of the system clock breaks nothing: durations use a monotonic clock."""

from __future__ import annotations

import ast
import asyncio
import time
from pathlib import Path

import pytest
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from service.limits import KeyLimits

ROOT = Path(__file__).parents[2]
# Moments that are told to others, processes and machines among them, not durations.
TOLD = {
    "rag/library/milvus/state.py",
    "service/chat_completions/__init__.py",
    "service/chat_completions/replies.py",
    "service/limits.py",
    "service/manifest.py",
    "service/spans.py",
}


@pytest.mark.parametrize("jump_s", [-86_400, 86_400])
def test_a_rate_holds_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch, jump_s: int) -> None:
    async def request(limits: KeyLimits) -> None:
        async with limits.admitted("key", State()):
            pass

    async def scenario() -> None:
        limits, now = KeyLimits(per_minute=2), time.time()
        monkeypatch.setattr(time, "time", lambda: now + jump_s)
        await request(limits)
        monkeypatch.setattr(time, "time", lambda: now)
        await request(limits)
        with pytest.raises(HTTPException):
            await request(limits)
        later = time.monotonic() + 61
        monkeypatch.setattr(time, "monotonic", lambda: later)
        await request(limits)

    asyncio.run(scenario())


def test_no_duration_is_measured_on_a_clock_that_jumps() -> None:
    found = set()
    for package in ("rag", "service"):
        for file in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and ast.unparse(node) in (
                    "time.time",
                    "time.time_ns",
                    "datetime.now",
                ):
                    found.add(str(file.relative_to(ROOT)))

    assert found <= TOLD
