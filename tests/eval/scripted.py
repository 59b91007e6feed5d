"""A real HTTP server on loopback with scripted replies: a system under test that works, or fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Says:
    """The scripted service's reply to one request."""

    status: int = 200
    body: bytes = b"{}"
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


class Scripted:
    """A real HTTP server on loopback that gives its scripted replies in turn and repeats the last."""

    def __init__(self, *says: Says) -> None:
        self.says = list(says)
        self.requests: list[tuple[str, str, Any, str | None]] = []
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                told = (self.command, self.path, json.loads(body or b"null"), self.headers.get("authorization"))
                outer.requests.append(told)
                say = outer.says.pop(0) if len(outer.says) > 1 else outer.says[0]
                if say.hangs:
                    outer.released.wait(30)
                with suppress(ConnectionError):  # the client may go away, as some tests want
                    self.send_response(say.status)
                    for name, value in {"Content-Type": say.type, **say.headers}.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(say.body)))
                    self.end_headers()
                    self.wfile.write(say.body)

            do_GET = do_POST = handle_any

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"


@contextmanager
def scripted(*says: Says) -> Iterator[Scripted]:
    server = Scripted(*says)
    threading.Thread(target=server.http.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.released.set()
        server.http.shutdown()
        server.http.server_close()


def as_json(value: object, **more: Any) -> Says:
    return Says(body=json.dumps(value).encode(), **more)


def as_events(*events: tuple[str, object]) -> Says:
    lines = "".join(f"event: {name}\r\ndata: {json.dumps(data)}\r\n\r\n" for name, data in events)
    return Says(body=f": hello\r\n\r\n{lines}".encode(), type="text/event-stream; charset=utf-8")
