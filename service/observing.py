"""Middleware that gives each request an id, a line in the access log, metrics and security headers."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logs import REQUEST_ID
from service.metrics import Metrics

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # polled every few seconds
JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
_REQUEST_ID = re.compile(r"[\w.:/+=-]{1,128}", re.ASCII)


class Observing:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id = _request_id(scope)
        REQUEST_ID.set(request_id)
        status = 500  # where no response is sent

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), state)
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        state, route = scope["state"], _route(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        key = state.get("key")
        if "turned_away" in state:
            self._metrics.turned_away(state["turned_away"])
        self._metrics.responded(route, method, status, key, seconds)
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1), "key": key}
        level = logging.DEBUG if route in QUIET and status == 200 else logging.INFO
        log.log(level, "%s", _line(fields, state["request_id"]), extra={"fields": fields})


def _request_id(scope: Scope) -> str:
    """The request's own id if it is safe to log, otherwise a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _add_headers(headers: MutableHeaders, state: Mapping[str, Any]) -> None:
    headers["X-Request-ID"] = state["request_id"]
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if "json" in headers.get("content-type", ""):
        headers.setdefault("Content-Security-Policy", JSON_POLICY)
        headers.setdefault("Cache-Control", "no-store")
    headers.update(state.get("limits", {}))


def _route(scope: Scope) -> str:
    """The route's template, so that metrics have one label per route."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    found = context or scope.get("route")
    return str(getattr(found, "path", "none"))


def _line(fields: Mapping[str, object], request_id: str) -> str:
    line = "{method} {route} {status} {ms} ms".format(**fields)
    return f"{line} key={fields['key']} request={request_id}" if fields["key"] else f"{line} request={request_id}"
