"""Limits on a request's body, kept while it is read, and on what a key may ask for. The application sets them."""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import problem

WINDOW_S = 60


class BodyLimit:
    """ASGI middleware that answers 413 to a body of more than `most_bytes`, announced or not."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app = app
        self._most = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"content-length" in headers and b"transfer-encoding" in headers:  # a proxy may have read the other one
            both = "Content-Length and Transfer-Encoding: send one of them."
            await problem(400, both, headers={"Connection": "close"})(scope, receive, send)
            return
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._most:
            await problem(413, self._detail())(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, self._detail())
            return message

        await self._app(scope, counted, send)

    def _detail(self) -> str:
        return f"The body is larger than {self._most / 1_000_000:g} MB: send less at a time."


class KeyLimits:
    """How many requests each key may make in a minute and have under way at once; 0 is any number."""

    def __init__(self, per_minute: int = 0, at_once: int = 0) -> None:
        self._per_minute = per_minute
        self._hits: dict[
            str, deque[float]
        ] = {}  # by key: when those of the last minute came, on a clock that never jumps
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()

    @asynccontextmanager
    async def admitted(self, key: str, state: State) -> AsyncIterator[None]:
        """Count a request of the key while it is under way; `state.limits` gets headers that tell what is left.

        Raises HTTPException (429) for one too many.
        """
        if self._at_once and self._under_way[key] >= self._at_once:
            state.turned_away = "concurrency"
            raise _too_many(f"The key has as many requests under way as it may have ({self._at_once}).", wait_s=1)
        self._under_way[key] += 1
        try:
            self._hit(key, state)
            yield
        finally:
            self._under_way[key] -= 1

    def _hit(self, key: str, state: State) -> None:
        if not self._per_minute:
            return
        now, hits = time.monotonic(), self._hits.setdefault(key, deque())
        while hits and hits[0] <= now - WINDOW_S:
            hits.popleft()
        within = len(hits) < self._per_minute
        if within:
            hits.append(now)
        wait_s = max(1, math.ceil(hits[0] + WINDOW_S - now))
        state.limits = {
            "RateLimit-Policy": f'"key";q={self._per_minute};w={WINDOW_S}',
            "RateLimit": f'"key";r={self._per_minute - len(hits)};t={wait_s}',
        }
        if not within:
            state.turned_away = "rate"
            raise _too_many(f"The key has made {self._per_minute} requests within a minute, its limit.", wait_s)


def _too_many(detail: str, wait_s: int) -> HTTPException:
    return HTTPException(429, f"{detail} Try again in {wait_s} s.", headers={"Retry-After": str(wait_s)})
