"""The HTTP application: all routes over one gateway, and how it is served."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from types import FrameType
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.routing import Route

from rag.errors import ConfigError
from rag.settings import Settings
from service import page, routes, spans
from service.chat_completions import chat_completions
from service.chats import chats
from service.gateway import Gateway
from service.keys import Keys, require_safe_address
from service.limits import BodyLimit, KeyLimits
from service.mcp_http import McpEndpoint
from service.observing import Observing
from service.problems import install

if TYPE_CHECKING:
    import uvicorn

log = logging.getLogger(__name__)

CORS: dict[str, Any] = {
    "allow_methods": ("GET", "POST", "DELETE"),
    "allow_headers": ("*",),  # browser clients send headers of their own, as OpenAI's does
    "expose_headers": ("X-Request-ID", "Retry-After", "RateLimit", "RateLimit-Policy"),
}


def create_app(gateway: Gateway, settings: Settings) -> FastAPI:
    """Creates the application over a gateway, which the caller closes."""
    warm = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        serving = asyncio.create_task(_warm_up(gateway, warm))
        async with mcp.running():
            yield
        serving.cancel()

    app = FastAPI(
        title="Byline",
        summary="Ask the news, and see who said it.",
        version=version("byline"),
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_parameters={"defaultModelsExpandDepth": -1},
    )
    app.add_middleware(BodyLimit, most_bytes=int(settings.max_body_mb * 1_000_000))
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, allow_origins=settings.cors_origins, **CORS)
    app.add_middleware(Observing, metrics=gateway.metrics)
    install(app)
    if spans.wanted():
        trace(app, gateway, spans.provider())
    keys = Keys(settings.keys, KeyLimits(settings.rate_per_minute, settings.concurrent_per_key, settings.rate_store))
    mcp = McpEndpoint(gateway, keys, int(settings.max_body_mb * 1_000_000))
    app.include_router(routes.health(gateway, keys, warm))
    app.include_router(routes.questions(gateway, keys))
    app.include_router(routes.articles(gateway, keys))
    app.include_router(page.router())
    app.include_router(chats(gateway, settings))
    app.include_router(chat_completions(gateway, keys, has_model=settings.model is not None))
    app.router.routes.append(Route("/mcp", mcp))
    return app


def trace(app: FastAPI, gateway: Gateway, tracers: Any) -> None:
    """Traces the application's requests and answers with that tracer provider."""
    spans.trace_requests(app, tracers)
    gateway.spans = spans.Spans(tracers.get_tracer("byline"))


def serve(settings: Settings, host: str | None = None, port: int | None = None) -> None:
    """Serves until stopped; running questions may finish. Raises ConfigError for an address that needs keys."""
    import uvicorn

    host, port = host or settings.host, settings.port if port is None else port
    require_safe_address(host, settings.keys)
    # uvicorn shuts down and then raises the signal again, which by default would kill the process at once
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    gateway = Gateway.open(settings)
    try:
        config = uvicorn.Config(
            create_app(gateway, settings),
            host=host,
            port=port,
            log_level=settings.log_level,
            log_config=None,
            access_log=False,  # the service has its own, without query strings
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_timeout_s,
        )
        bound = _bound(host, port)  # before the address is announced
        address = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        print(f"Byline serves {address} (its API: {address}/docs); Ctrl-C stops it.", file=sys.stderr)
        _server(config, gateway).run(sockets=[bound])
    finally:
        gateway.close()


def _server(config: uvicorn.Config, gateway: Gateway) -> uvicorn.Server:
    """A server whose `/readyz` reports a shutdown as soon as it begins."""
    import uvicorn

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            gateway.closing = True
            super().handle_exit(sig, frame)

    return Server(config)


def _bound(host: str, port: int) -> socket.socket:
    try:
        place, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = place
        bound = socket.socket(family, kind, protocol)  # asyncio sets TCP_NODELAY only where the protocol is given
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        return bound
    except OSError as error:
        why = error.strerror or error
        raise ConfigError(f"{host}:{port} cannot be served ({why}): name another with --host or --port.") from None


async def _warm_up(gateway: Gateway, warm: asyncio.Event) -> None:
    try:
        await gateway.warm_up()
        warm.set()
    except Exception:
        log.exception("the service cannot answer questions")
    await gateway.metrics.watch_the_loop()  # only now, since loading models delays the loop
