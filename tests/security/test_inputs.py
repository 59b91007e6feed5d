"""Hostile input: symbolic links, decompression bombs, requests with a false length, internal addresses."""

from __future__ import annotations

import gzip
import io
import json
import logging
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from rag.articles import Article, Rejected
from rag.ingestion import read_paths, read_record
from service.logs import JsonLines, TextLines

SECRET = "what nobody was to read"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
EXTERNAL = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE = (
    '<base href="http://inside.example/"><link rel=stylesheet href=a.css><img src="http://10.0.0.1/x.png">'
    '<iframe src="http://169.254.169.254/latest"></iframe><script src="http://inside.example/a.js"></script>'
)
NEWS = "<p>The harbour of Marlow reopened on Monday after two months of repair, the port authority said.</p>"


def test_a_link_that_leads_out_of_its_folder_is_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    (outside / "more").mkdir(parents=True)
    inside.mkdir()
    (outside / "secret.txt").write_text(f"A secret.\n\n{SECRET}")
    (outside / "more" / "secret.txt").write_text(f"A secret.\n\n{SECRET}")
    (inside / "news.txt").write_text("News of Marlow.\n\nThe harbour reopened on Monday.")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "dots.txt").symlink_to("../outside/secret.txt")
    (inside / "folder").symlink_to(outside / "more")
    (inside / "own.txt").symlink_to(inside / "news.txt")

    read = list(read_paths([inside]))

    assert sorted(one.id for one in read if isinstance(one, Article)) == ["news", "own"]
    assert [one.reason for one in read if isinstance(one, Rejected)] == [
        "It is a link that leads out of its folder; name what it leads to."
    ] * 3
    assert not [one for one in read if isinstance(one, Article) and SECRET in one.text]


@pytest.mark.parametrize(
    "html",
    [
        f"<!DOCTYPE p [{LAUGHS}]><html><body>{NEWS}<p>&l11;</p></body></html>",
        f"{EXTERNAL}<html><body>{NEWS}<p>&x;</p></body></html>",
        f"<html><body>{'<div>' * 50_000}{NEWS}</body></html>",
        f"<html><body>{NEWS}{'<a><b><i>' * 20_000}</body></html>",
        f"<html><head><title>{'&amp;' * 100_000}</title></head><body>{NEWS}</body></html>",
    ],
    ids=["entities in entities", "a file as an entity", "nesting", "unclosed", "a swollen title"],
)
def test_a_page_that_swells_is_read_small_and_soon(html: str) -> None:
    began = time.thread_time()

    read = read_record({"id": "a", "html": html})

    assert time.thread_time() - began < 5
    if isinstance(read, Article):
        assert len(read.text) <= len(html) and "root:" not in read.text


def test_a_body_that_is_compressed_is_not_unpacked(client: httpx.Client) -> None:
    bomb = gzip.compress(b'{"articles": ["' + b"a" * 30_000_000 + b'"]}')

    reply = client.post(
        "/v1/articles", content=bomb, headers={"content-type": "application/json", "content-encoding": "gzip"}
    )

    assert reply.status_code in (400, 415, 422)


BODY = json.dumps({"query": "Iran"})
ASK = "POST /v1/search HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (
            f"Content-Length: {len(BODY)}\r\nTransfer-Encoding: chunked\r\n",
            f"0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n{BODY}",
        ),
        (f"Content-Length: {len(BODY)}\r\nContent-Length: 5\r\n", BODY),
        ("Content-Length: -5\r\n", BODY),
        (f"Content-Length: +{len(BODY)}\r\n", BODY),
        ("Transfer-Encoding: chunked, identity\r\n", f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked\r\n", f"zz\r\n{BODY}\r\n0\r\n\r\n"),
        ("Content-Length: 99999999999\r\n", BODY),
    ],
    ids=["two sizes", "two lengths", "negative", "signed", "two codings", "no number", "larger than allowed"],
)
def test_a_request_that_lies_about_its_size_is_refused_and_nothing_behind_it_is_read(
    url: str, headers: str, body: str
) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as opened:
        opened.sendall(f"{ASK}{headers}\r\n{body}".encode())
        opened.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: opened.recv(65_536), b""))

    assert reply.split(b" ", 2)[1] in (b"400", b"411", b"413", b"501")
    assert reply.count(b"HTTP/1.1 ") == 1


def test_a_body_that_ends_too_soon_is_no_request(url: str) -> None:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as opened:
        opened.sendall(f"{ASK}Content-Length: 500\r\n\r\n{BODY}".encode())
        opened.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: opened.recv(65_536), b""))

    assert b"200 OK" not in reply


_CALLS: list[object] = []
_WATCHED = [False]


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _WATCHED[0] and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        _CALLS.append((event, arguments[-1]))


@pytest.fixture
def calls() -> Iterator[list[object]]:
    """Records network calls during the test. An audit hook cannot be removed, so it stays installed."""
    if not hasattr(sys, "_byline_watched"):
        sys.addaudithook(_watch)
        sys._byline_watched = True  # type: ignore[attr-defined]
    _CALLS.clear()
    _WATCHED[0] = True
    yield _CALLS
    _WATCHED[0] = False


def test_no_address_in_an_article_is_ever_called(calls: list[object]) -> None:
    page = (
        f'<!DOCTYPE html SYSTEM "http://inside.example/a.dtd"><html><head>{REMOTE}</head><body>{NEWS}</body></html>'
    )

    read = read_record({"id": "a", "html": page, "url": "http://169.254.169.254/latest"})

    assert isinstance(read, Article)
    assert calls == []


def test_the_watch_sees_a_call(calls: list[object]) -> None:
    with socket.socket() as one, pytest.raises(OSError):
        one.settimeout(0.01)
        one.connect(("127.0.0.1", 9))

    assert calls


@pytest.mark.parametrize(
    "name", ["a\n2026-01-01 INFO service: all is well", "a\x1b[2Jb", "a\rb", "a\u2028b", "a\x9bb"]
)
def test_no_name_can_write_a_line_of_the_log(name: str) -> None:
    written = []
    for formatter in (TextLines("%(levelname)s %(message)s"), JsonLines()):
        stream = io.StringIO()
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        handler.handle(logging.LogRecord("service", logging.INFO, "", 0, "the file %s", (name,), None))
        written.append(stream.getvalue())

    for line in written:
        assert line.count("\n") == 1 and line.endswith("\n")
        assert not set(line[:-1]) & set("\r\x1b\x9b\u2028")
