"""The route /mcp: admits requests and passes them to the MCP server."""

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
    """An ASGI application for MCP over HTTP, for keys with the scope `read`. It answers while `running`."""

    def __init__(self, gateway: Gateway, keys: Keys, most_bytes: int) -> None:
        self._gateway = gateway
        self._admitted = asynccontextmanager(keys.require("read"))
        self._most_bytes = most_bytes
        self._speak: ASGIApp | None = None

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Starts the MCP server; enter it in the application's lifespan."""
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
        except HTTPException as error:  # nothing has been sent yet: the MCP server reports its own errors
            response = await response_to(request, error)
            await response(scope, receive, send)


def _check_request(request: Request) -> None:
    """Raises HTTPException for methods other than POST, and for pages of other origins without a key."""
    if request.method != "POST":
        raise HTTPException(405, "Send MCP requests by POST; there is no event stream.", {"Allow": "POST"})
    origin = request.headers.get("origin")
    with_key = "authorization" in request.headers  # a page with a key may have any origin
    if origin and not with_key and not is_loopback(urlsplit(origin).hostname or ""):
        raise HTTPException(403, "Without a key, only pages of this machine may use MCP.")
