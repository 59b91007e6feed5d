"""Kills ingests and services at random moments; everything acknowledged must be in the library afterwards."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import httpx

from rag.articles import Article, Paragraph, Source
from rag.embedding import load_embedder
from rag.library import Library, open_library

KINDS = ("ingest", "ingest", "ingest", "serve", "both")
WORDS = "minister river talks border vote harvest strike court school storm".split()
MOST_DELAY_S = 0.06  # about what one article takes
READY_S = 120.0
SERVE = [sys.executable, "-c", "from service.cli import main; main()", "serve", "--port"]


@dataclass(slots=True)
class Killed:
    """The results of the kills; `texts` are those of acknowledged articles by id."""

    rounds: Counter[str] = field(default_factory=Counter)
    texts: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    not_found: int = 0


def article(name: str, number: int) -> Article:
    """An article with two unique paragraphs."""
    first, second = f"Report {number} of {name} on the {WORDS[number % 10]}.", f"It closes with the number {number}."
    paragraphs = Paragraph(1, 0, len(first)), Paragraph(2, len(first) + 2, len(first) + 2 + len(second))
    return Article(Source(f"{name}-{number}", f"Report {number}"), f"{first}\n\n{second}", paragraphs)


def kill_at_random(folder: Path, rounds: int, seed: int) -> Killed:
    """Kills an ingest, a service that receives articles, or both, repeatedly, and checks after each kill."""
    draw, killed = random.Random(seed), Killed()
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__, "rag.library.embedded", "onnxruntime", "faiss", "tokenizers"])
    service: Service | None = None
    for turn in range(rounds):
        kind = draw.choice(KINDS)
        if kind != "ingest" and service is None:
            service = Service(folder)
        writer = threading.Event()
        posting = None
        if kind != "ingest":
            assert service is not None
            posting = threading.Thread(target=service.post, args=(f"post{turn}", killed.texts, writer))
            posting.start()
        if kind != "serve":
            receiver, sender = context.Pipe(duplex=False)
            process = context.Process(target=ingest, args=(str(folder), f"ingest{turn}", sender))
            process.start()
            sender.close()
            _hear(receiver, killed.texts, draw.randrange(1, 8))
            time.sleep(draw.uniform(0, MOST_DELAY_S))
            process.kill()
            _hear(receiver, killed.texts, None)
            process.join()
        else:
            writer.wait(READY_S)
            time.sleep(draw.uniform(0, 5 * MOST_DELAY_S))
        if posting is not None:
            assert service is not None
            writer.wait(READY_S)
            service.kill()
            posting.join()
            service = None
        killed.rounds[kind] += 1
        _look(folder, killed, draw)
        if turn % 10 == 9:
            print(f"{turn + 1} kills, {len(killed.texts):,} acknowledged, {len(killed.lost)} lost", file=sys.stderr)
    if service is not None:
        service.kill()
    _look(folder, killed, draw, all_of_it=True)
    return killed


def ingest(folder: str, name: str, sender: Connection) -> None:
    """Ingests articles one by one, forever, and prints each acknowledgement."""
    with closing(open_library(folder, load_embedder())) as library:
        for number in range(1_000_000):
            one = article(name, number)
            library.add([one])
            sender.send((one.id, one.text))


def _hear(receiver: Connection, texts: dict[str, str], most: int | None) -> None:
    """Records acknowledgements: that many, or all until the end."""
    with suppress(EOFError, OSError):
        while most is None or most > 0:
            id, text = receiver.recv()
            texts[id] = text
            most = None if most is None else most - 1


def free_port() -> int:
    """A port of loopback that no one listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Service:
    """A running service in a process of its own."""

    def __init__(self, library: Path | str, **settings: str) -> None:
        port = free_port()
        environment = {**os.environ, **settings, "BYLINE_LIBRARY": str(library)}
        self.process = subprocess.Popen([*SERVE, str(port)], env=environment, stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError("the service did not become ready")

    def kill(self) -> None:
        """Kills the process with SIGKILL."""
        self.process.kill()
        self.process.wait()

    def post(self, name: str, texts: dict[str, str], first: threading.Event) -> None:
        """Posts articles, three per request, until the service dies; its replies acknowledge them."""
        with suppress(httpx.HTTPError), httpx.Client(base_url=self.url, timeout=READY_S) as client:
            for number in range(0, 1_000_000, 3):
                three = [article(name, number + more) for more in range(3)]
                records = [{"id": one.id, "title": one.source.title, "text": one.text} for one in three]
                reply = client.post("/v1/articles", json={"articles": records})
                if reply.status_code == 200:
                    assert reply.json()["added"] == len(three), reply.text
                    texts.update((one.id, one.text) for one in three)
                first.set()
        first.set()


def _look(folder: Path, killed: Killed, draw: random.Random, *, all_of_it: bool = False) -> None:
    """Opens the library again and checks that acknowledged articles are unchanged and can be found."""
    with closing(open_library(folder, load_embedder())) as library:
        known = list(killed.texts)
        for id in known if all_of_it else {*known[-30:], *draw.sample(known, min(20, len(known)))}:
            found = library.get(id)
            if found is None or found.text != killed.texts[id]:
                killed.lost.append(id)
        killed.not_found += not all(_is_found(library, id, killed.texts[id]) for id in known[-1:])
        if all_of_it:
            library.verify()


def _is_found(library: Library, id: str, text: str) -> bool:
    """Whether an article is found by its words, and by the vector of its first paragraph."""
    first = text.split("\n\n")[0]
    by_words = library.passages([one.key for one in library.matching(first, 5)])
    (vector,) = load_embedder().encode([first])
    nearest = library.passages([one.key for one in library.nearest(vector, 3)])
    return all(id in {one.source.id for one in found.values()} for found in (by_words, nearest))
