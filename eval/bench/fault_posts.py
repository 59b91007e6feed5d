"""Posts the same articles twice at the same time: all must be acknowledged, none doubled, none lost."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from eval.bench.fault_kills import Service, article
from rag.embedding import load_embedder
from rag.library import open_library

CLIENTS = 4
AT_ONCE = 250  # articles of one request


@dataclass(frozen=True, slots=True)
class Posted:
    """Numbers of articles: acknowledged (each twice), added, stored in the end, and stored with changed text."""

    acknowledged: int
    added: int
    held: int
    wrong: int


def post_twice(folder: Path, count: int, seed: int) -> Posted:
    """Posts articles twice with four clients, two of which use another order."""
    articles = [article("twice", number) for number in range(count)]
    records = [{"id": one.id, "title": one.source.title, "text": one.text} for one in articles]
    requests = [records[start : start + AT_ONCE] for start in range(0, count, AT_ONCE)]
    shares = []
    for again in range(2):
        order = random.Random(seed + again).sample(requests, len(requests))
        shares += [order[client::2] for client in range(CLIENTS // 2)]
    service = Service(folder)
    try:
        with ThreadPoolExecutor(CLIENTS) as pool:
            replies = [reply for told in pool.map(partial(_post_all, service.url), shares) for reply in told]
    finally:
        service.kill()
    added = sum(reply["added"] for reply in replies)
    with closing(open_library(folder, load_embedder())) as library:
        library.verify()
        held = [library.get(one.id) for one in articles]
        wrong = sum(found is None or found.text != one.text for found, one in zip(held, articles, strict=True))
        return Posted(added + sum(reply["unchanged"] for reply in replies), added, library.count(), wrong)


def _post_all(url: str, requests: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Sends requests one after another; retries as a busy service asks."""
    replies: list[dict[str, Any]] = []
    with httpx.Client(base_url=url, timeout=600) as client:
        for records in requests:
            while (reply := client.post("/v1/articles", json={"articles": records})).status_code == 503:
                time.sleep(int(reply.headers.get("retry-after", "1")))
            replies.append(reply.raise_for_status().json())
    return replies
