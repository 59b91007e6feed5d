"""Limits on the size of a request's body and on the rate of each key."""

from __future__ import annotations

import importlib.util
import logging
import math
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItemPerMinute
from limits.aio.storage import Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import ConfigError, MissingExtra
from service.problems import problem

log = logging.getLogger(__name__)
MEMORY = "memory://"
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
        if b"content-length" in headers and b"transfer-encoding" in headers:  # request smuggling past a proxy
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
    """Limits each key's requests per minute and concurrent requests; 0: no limit.

    Requests per minute are counted in `store`, `memory://` or `redis://…` (shared by replicas); concurrent ones in
    this process. Raises ConfigError for an unknown store, MissingExtra where its package is not installed.
    """

    def __init__(self, per_minute: int = 0, at_once: int = 0, store: str = MEMORY) -> None:
        self._per_minute = per_minute
        self._window = _OwnWindow(per_minute) if store == MEMORY else _SharedWindow(per_minute, _storage(store))
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()

    @asynccontextmanager
    async def admitted(self, key: str, state: State) -> AsyncIterator[None]:
        """Counts a request of the key while it is in progress; sets the RateLimit headers in `state.limits`.

        Raises HTTPException (429) over a limit.
        """
        if self._at_once and self._under_way[key] >= self._at_once:
            state.turned_away = "concurrency"
            raise _too_many(f"The key has reached its limit of {self._at_once} concurrent requests.", wait_s=1)
        self._under_way[key] += 1
        try:
            await self._hit(key, state)
            yield
        finally:
            self._under_way[key] -= 1

    async def _hit(self, key: str, state: State) -> None:
        if not self._per_minute:
            return
        try:
            within, left, wait_s = await self._window.hit(key)
        except StorageError as error:
            log.warning("rate limits are off: BYLINE_RATE_STORE fails (%s)", type(error.storage_error).__name__)
            return
        state.limits = {
            "RateLimit-Policy": f'"key";q={self._per_minute};w={WINDOW_S}',
            "RateLimit": f'"key";r={left};t={wait_s}',
        }
        if not within:
            state.turned_away = "rate"
            raise _too_many(f"The key has reached its limit of {self._per_minute} requests per minute.", wait_s)


class _OwnWindow:
    """Counts the requests of the last minute in this process, by a monotonic clock."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._hits: defaultdict[str, deque[float]] = defaultdict(deque)

    async def hit(self, key: str) -> tuple[bool, int, int]:
        """Counts a request; returns whether it is within the limit, how many are left, and seconds to the next."""
        now, hits = time.monotonic(), self._hits[key]
        while hits and hits[0] <= now - WINDOW_S:
            hits.popleft()
        within = len(hits) < self._per_minute
        if within:
            hits.append(now)
        return within, self._per_minute - len(hits), max(1, math.ceil(hits[0] + WINDOW_S - now))


class _SharedWindow:
    """Counts the requests of the last minute in a shared store. Raises StorageError where it fails."""

    def __init__(self, per_minute: int, storage: Storage) -> None:
        self._rate = RateLimitItemPerMinute(max(1, per_minute))
        self._window = MovingWindowRateLimiter(storage)

    async def hit(self, key: str) -> tuple[bool, int, int]:
        within = await self._window.hit(self._rate, key)
        window = await self._window.get_window_stats(self._rate, key)
        return within, window.remaining, max(1, math.ceil(window.reset_time - time.time()))


def _storage(uri: str) -> Storage:
    shared: dict[str, str | bool] = {"implementation": "redispy", "wrap_exceptions": True}
    try:
        found = storage_from_string(f"async+{uri}", **({} if uri.startswith("memory:") else shared))
    except ConfigurationError as error:
        if importlib.util.find_spec("redis") is None and uri.startswith("redis"):
            raise MissingExtra("Rates in Redis need a package: pip install 'byline[redis]'.") from error
        raise ConfigError("BYLINE_RATE_STORE is not valid: write memory:// or redis://HOST:6379/0.") from error
    except ValueError as error:  # such as an invalid port; the message omits the URI, which may hold a password
        raise ConfigError("BYLINE_RATE_STORE is not a URI: write redis://HOST:6379/0.") from error
    assert isinstance(found, Storage)
    return found


def _too_many(detail: str, wait_s: int) -> HTTPException:
    return HTTPException(429, f"{detail} Try again in {wait_s} s.", headers={"Retry-After": str(wait_s)})
