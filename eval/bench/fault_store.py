"""Interrupts a Milvus server under a running service, repeatedly: no acknowledged article may be lost."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from eval.bench.fault_kills import Service, article, free_port
from eval.bench.fault_proxy import Proxy
from rag.embedding import load_embedder
from rag.library import open_library

FAULTS = ("refused", "reset", "silent", "slow", "killed")
AWAY_S = 5.0
NOTICED_S, BACK_S = 15.0, 30.0  # longest time until /readyz reports the outage, and its end
PROBLEM = "application/problem+json"
TOKEN = "root:a-secret-of-the-store"


@dataclass(slots=True)
class Away:
    """The results of the outages; `texts` are those of acknowledged articles by id."""

    faults: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    refused: int = 0  # requests that failed during an outage
    bad: list[str] = field(default_factory=list)  # error replies that leak or lack something; unnoticed outages
    lost: int = 0
    held: int = 0
    slowest_return_s: float = 0.0

    def check_error(self, reply: httpx.Response, secrets: tuple[str, ...]) -> None:
        """Checks an error reply sent during an outage."""
        self.refused += 1
        if reply.status_code not in (503, 504) or reply.headers["content-type"] != PROBLEM:
            self.bad.append(f"{reply.request.url.path}: {reply.status_code} {reply.text[:200]}")
        elif reply.status_code == 503 and "retry-after" not in reply.headers:
            self.bad.append(f"{reply.request.url.path}: no Retry-After")
        elif leaked := [secret for secret in secrets if secret in reply.text]:
            self.bad.append(f"{reply.request.url.path}: leaks {leaked}")


def take_away(place: Path, times: int, seed: int) -> Away:
    """Interrupts the store that often, with faults in random order, while articles are posted and searched for."""
    away, draw, done = Away(), random.Random(seed), threading.Event()
    faults = [fault for _ in range(0, times, len(FAULTS)) for fault in draw.sample(FAULTS, len(FAULTS))][:times]
    with milvus_server(place / "data") as server, Proxy(server.port) as proxy:
        library = f"milvus:http://127.0.0.1:{proxy.port}"
        secrets = (str(place), f":{proxy.port}", TOKEN, "Traceback")
        service = Service(library, BYLINE_MILVUS_TOKEN=TOKEN)
        posting = threading.Thread(target=_post, args=(service.url, away, secrets, done))
        try:
            posting.start()
            for fault in faults:
                _wait_for_more(away)
                _take_away(fault, server, proxy, service.url, away, secrets)
                away.faults[fault] += 1
                print(f"{fault}: {len(away.texts):,} acknowledged, {len(away.bad)} bad", file=sys.stderr)
        finally:
            done.set()
            posting.join(BACK_S)
            service.kill()
        _look(f"milvus:http://127.0.0.1:{server.port}", away)
    return away


class MilvusServer:
    """A Milvus Lite server in a separate process."""

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(data)]
        self.start()

    def start(self) -> None:
        """Starts the process and waits until it accepts connections."""
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen([*self._command, "--port", str(self.port)], stdout=quiet, stderr=quiet)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("the Milvus server did not start")

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        self._process.kill()
        self._process.wait()


@contextmanager
def milvus_server(data: Path) -> Iterator[MilvusServer]:
    """A running server, killed on leaving."""
    server = MilvusServer(data)
    try:
        yield server
    finally:
        server.kill()


def _take_away(
    fault: str, server: MilvusServer, proxy: Proxy, url: str, away: Away, secrets: tuple[str, ...]
) -> None:
    if fault == "killed":
        server.kill()
    else:
        proxy.fail(fault)
    began = time.monotonic()
    noticed = fault == "slow"  # which may stay within the time limits
    with httpx.Client(base_url=url, timeout=60) as client:
        while time.monotonic() < began + (AWAY_S if noticed else NOTICED_S):
            for reply in (client.get("/readyz"), client.post("/v1/search", json={"query": "the harvest"})):
                if reply.status_code != 200:
                    away.check_error(reply, secrets)
                    noticed = noticed or reply.request.url.path == "/readyz"
            time.sleep(0.2)
        if not noticed:
            away.bad.append(f"{fault}: /readyz did not report the outage")
        if fault == "killed":
            server.start()
        else:
            proxy.mend()
        back = time.monotonic()
        while time.monotonic() < back + BACK_S:
            if all(
                reply.status_code == 200
                for reply in (client.get("/readyz"), client.post("/v1/search", json={"query": "the harvest"}))
            ):
                away.slowest_return_s = max(away.slowest_return_s, time.monotonic() - back)
                return
            time.sleep(0.1)
        away.bad.append(f"{fault}: still unusable {BACK_S:.0f} s after the outage")


def _post(url: str, away: Away, secrets: tuple[str, ...], done: threading.Event) -> None:
    """Posts articles in threes, again and again until acknowledged."""
    with suppress(httpx.HTTPError), httpx.Client(base_url=url, timeout=120) as client:
        for number in range(0, 1_000_000, 3):
            three = [article("away", number + more) for more in range(3)]
            records = [{"id": one.id, "title": one.source.title, "text": one.text} for one in three]
            while (reply := client.post("/v1/articles", json={"articles": records})).status_code != 200:
                away.check_error(reply, secrets)
                time.sleep(float(reply.headers.get("retry-after", "1")))
            if reply.json()["added"] + reply.json()["unchanged"] != len(three):
                away.bad.append(f"of three articles: {reply.text[:200]}")
            away.texts.update((one.id, one.text) for one in three)
            if done.is_set():
                return


def _wait_for_more(away: Away) -> None:
    before, until = len(away.texts), time.monotonic() + BACK_S
    while len(away.texts) == before and time.monotonic() < until:
        time.sleep(0.05)


def _look(place: str, away: Away) -> None:
    """Counts acknowledged articles that are missing or changed, and all articles."""
    with closing(open_library(place, load_embedder())) as library:
        library.verify()
        away.held = library.count()
        for id, text in away.texts.items():
            found = library.get(id)
            away.lost += found is None or found.text != text
