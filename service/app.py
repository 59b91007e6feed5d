"""The HTTP service: every surface of the contract over one gateway. `create_app` makes it, `serve` runs it."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from rag.errors import ConfigError
from rag.settings import Settings
from service import routes
from service.gateway import Gateway
from service.keys import Keys, require_safe_address
from service.limits import BodyLimit
from service.problems import install

log = logging.getLogger(__name__)


def create_app(gateway: Gateway, settings: Settings) -> FastAPI:
    """The application over this gateway, which it does not close."""
    warm = asyncio.Event()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm_up(gateway, warm))
        yield
        warming.cancel()

    app = FastAPI(
        title="Byline",
        summary="Ask the news, and see who said it.",
        version=version("byline"),
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_parameters={"defaultModelsExpandDepth": -1},
    )
    app.add_middleware(BodyLimit, most_bytes=int(settings.max_body_mb * 1_000_000))
    install(app)
    keys = Keys(settings.keys)
    app.include_router(routes.health(gateway, warm))
    app.include_router(routes.questions(gateway, keys))
    app.include_router(routes.articles(gateway, keys))
    return app


def serve(settings: Settings, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop; running questions may end. Raises ConfigError for an address that is not safe."""
    import uvicorn

    host, port = host or settings.host, settings.port if port is None else port
    require_safe_address(host, settings.keys)
    logging.getLogger().setLevel(settings.log_level.upper())
    # uvicorn ends gracefully and then raises the signal again, which by default would end the process there and then
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    gateway = Gateway.open(settings)
    try:
        config = uvicorn.Config(
            create_app(gateway, settings),
            host=host,
            port=port,
            log_level=settings.log_level,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=settings.shutdown_timeout_s,
        )
        bound = _bound(host, port)  # first, so that nothing is announced that is not served
        address = f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
        print(f"Byline serves {address} (its API: {address}/docs); Ctrl-C stops it.", file=sys.stderr)
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        gateway.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        place, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = place
        bound = socket.socket(family, kind, protocol)  # named TCP, or asyncio would let small answers wait for others
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
