"""A real service on a free port, over a library filled with the seeds."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest
import uvicorn

from rag.ingestion import read_paths
from rag.settings import Settings, load_settings
from service.app import create_app
from service.gateway import Gateway

SEEDS = Path(__file__).parents[2] / "seeds"


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The URL of a ready service with these settings."""
    put_seeds(Path(settings.library))
    gateway = Gateway.open(settings)
    server = uvicorn.Server(uvicorn.Config(create_app(gateway, settings), port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield _url_when_ready(server)
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        gateway.close()


def put_seeds(library: Path) -> None:
    """Fills a library with the seeds unless it exists."""
    if not list(library.glob("*.sqlite")):
        shutil.copytree(_seeds().name, library, dirs_exist_ok=True)


@cache
def _seeds() -> tempfile.TemporaryDirectory[str]:
    """A library of the seeds, embedded once; every service gets a copy."""
    folder = tempfile.TemporaryDirectory(prefix="byline-seeds-")
    gateway = Gateway.open(load_settings(library=folder.name))
    asyncio.run(gateway.ingest(read_paths([SEEDS])))
    gateway.close()
    return folder


@pytest.fixture(scope="session")
def serve() -> Callable[[Settings], object]:
    return serving


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(load_settings(library=str(tmp_path_factory.mktemp("service")))) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


def _url_when_ready(server: uvicorn.Server) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.started:
            port = server.servers[0].sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}"
            if httpx.get(f"{url}/readyz").status_code == 200:
                return url
        time.sleep(0.05)  # nothing to wait on: the server is in another thread and has no event for this
    raise AssertionError("the service did not become ready")
