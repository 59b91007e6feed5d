"""Middleware: a request id, an access log line, metrics and security headers for each request."""

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
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds by machines
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
        status = 500  # of a response that nothing was sent of

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), state)
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
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
    """The id that the request brought, if it is one that can be logged as it is; else a new one."""
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
    """The template of the route, so that there are as many names as routes."""
    context = scope.get("fastapi", {}).get("effective_route_context")
    found = context or scope.get("route")
    return str(getattr(found, "path", "none"))


def _line(fields: Mapping[str, object], request_id: str) -> str:
    told = "{method} {route} {status} {ms} ms".format(**fields)
    return f"{told} key={fields['key']} request={request_id}" if fields["key"] else f"{told} request={request_id}"
