"""The route /mcp: who may speak MCP over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from service.gateway import Gateway
from service.keys import Keys, is_loopback
from service.problems import response_to


class McpEndpoint:
    """An ASGI application that lets those speak MCP who may read. It answers while it is `running`."""

    def __init__(self, gateway: Gateway, keys: Keys, most_bytes: int) -> None:
        self._gateway = gateway
        self._admitted = asynccontextmanager(keys.require("read"))
        self._most_bytes = most_bytes
        self._speak: ASGIApp | None = None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """To be entered with the application's lifespan."""
        from service.mcp_server import serving_http

        async with serving_http(self._gateway, self._most_bytes) as speak:
            self._speak = speak
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            async with self._admitted(request):
                _check_request(request)
                assert self._speak is not None, "the endpoint is entered with the application's lifespan"
                await self._speak(scope, receive, send)
        except HTTPException as error:  # nothing has been sent: whoever speaks MCP tells of its errors there
            response = await response_to(request, error)
            await response(scope, receive, send)


def _check_request(request: Request) -> None:
    """Raises HTTPException for what is not spoken, and for pages that a browser loaded from elsewhere."""
    if request.method != "POST":
        raise HTTPException(405, "MCP is spoken by POST; there is no stream to listen to.", {"Allow": "POST"})
    origin = request.headers.get("origin")
    with_key = "authorization" in request.headers  # a page that was given a key may come from anywhere
    if origin and not with_key and not is_loopback(urlsplit(origin).hostname or ""):
        raise HTTPException(403, "Without keys only pages of this machine may speak MCP.")
