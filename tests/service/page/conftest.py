"""The page in a real browser, over real services: seeds, crafted articles, an empty library, keys."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from rag.ingestion import read_record
from rag.settings import Settings, load_settings
from service.app import create_app
from service.gateway import Gateway
from tests.service.page.crafted import ARTICLES

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

Open = Callable[..., Page]


@contextmanager
def served(
    settings: Settings, articles: Sequence[Mapping[str, object]] = (), gateway: type[Gateway] = Gateway
) -> Iterator[str]:
    """The URL of a service over these articles, which may not be ready yet."""
    opened = gateway.open(settings)
    taken_in = opened.ingest([read_record(one, index) for index, one in enumerate(articles)])
    with ThreadPoolExecutor(1) as apart:  # Playwright has the event loop of this thread
        apart.submit(asyncio.run, taken_in).result()
    server = uvicorn.Server(uvicorn.Config(create_app(opened, settings), port=0, log_config=None))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)  # nothing to wait on: the server is in another thread and has no event for this
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        opened.close()


def ready(url: str) -> str:
    while httpx.get(f"{url}/readyz").status_code != 200:
        time.sleep(0.05)  # as above
    return url


@pytest.fixture
def offered(tmp_path: Path) -> Callable[..., AbstractContextManager[str]]:
    """Starts a service for one test: `offered(articles, gateway, **settings)`."""

    def offer(
        articles: Sequence[Mapping[str, object]] = (), gateway: type[Gateway] = Gateway, **settings: Any
    ) -> AbstractContextManager[str]:
        return served(load_settings(library=str(tmp_path / "library"), **settings), articles, gateway)

    return offer


@pytest.fixture(scope="session")
def crafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over the crafted articles."""
    with served(load_settings(library=str(tmp_path_factory.mktemp("crafted"))), ARTICLES) as url:
        yield ready(url)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service over an empty library, which a test must not fill."""
    with served(load_settings(library=str(tmp_path_factory.mktemp("empty")))) as url:
        yield ready(url)


@pytest.fixture(scope="module")  # no longer: tests that come later want the event loop for themselves
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: install one, as `.ci/run` does")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Opens a page that may call only its own service and log only the expected error statuses."""
    contexts: list[BrowserContext] = []
    watched: list[tuple[str, list[str], list[str], Sequence[int]]] = []

    def open_page(url: str, at: str = "", statuses: Sequence[int] = (), **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        asked: list[str] = []
        errors: list[str] = []
        watched.append((url, asked, errors, statuses))
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{url}/{at}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    for url, asked, errors, statuses in watched:
        assert [one for one in asked if not one.startswith((url, "data:"))] == []
        expected = [f"status of {status}" for status in statuses] + ["net::"] * (0 in statuses)
        assert [one for one in errors if not any(words in one for words in expected)] == []
