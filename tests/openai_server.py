"""A real HTTP server on loopback that speaks the OpenAI chat protocol with scripted replies."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STALL_S = 60.0  # longer than any test waits


@dataclass
class Reply:
    """One scripted reply: stream `text` in pieces, fail with `status`, hang, stall or disconnect.

    It hangs `hang_s` before its first piece, stalls for ever behind piece `stall_after`, breaks off behind
    `break_after`.
    """

    text: str = ""
    status: int = 200
    hang_s: float = 0.0
    stall_after: int | None = None
    break_after: int | None = None
    piece: int = 7
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


class OpenAIServer:
    """Gives its replies in turn and repeats the last; records its requests."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [Reply("The articles do not say.")]
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.requests.append(body)
                outer.authorizations.append(self.headers.get("authorization"))
                reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                with suppress(BrokenPipeError, ConnectionResetError):  # the client may go away, as some tests want
                    outer.answer(self, body, reply)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def say(self, *texts: str) -> None:
        """Reply with these texts, in turn."""
        self.replies = [Reply(text) for text in texts]

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any], reply: Reply) -> None:
        if reply.hang_s:
            self.released.wait(reply.hang_s)
        if reply.status != 200:
            self._send(handler, reply.status, json.dumps({"error": {"message": "no", "type": "x"}}).encode(), reply)
        elif reply.raw is not None:
            self._send(handler, 200, reply.raw, reply)
        elif body.get("stream"):
            self._stream(handler, reply)
        else:
            message = {"role": "assistant", "content": reply.text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._send(handler, 200, json.dumps(_envelope(choices=[choice], usage=_USAGE)).encode(), reply)

    def _stream(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        pieces = [reply.text[place : place + reply.piece] for place in range(0, len(reply.text), reply.piece)]
        for number, piece in enumerate(pieces):
            if number == reply.stall_after:
                self.released.wait(STALL_S)
            if reply.break_after is not None and number >= reply.break_after:
                handler.wfile.flush()
                handler.close_connection = True
                handler.connection.shutdown(2)
                return
            _event(handler, _envelope(choices=[{"index": 0, "delta": {"content": piece}, "finish_reason": None}]))
        _event(handler, _envelope(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}]))
        _event(handler, _envelope(choices=[], usage=_USAGE))
        _chunk(handler, b"data: [DONE]\n\n")
        _chunk(handler, b"")

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, reply: Reply) -> None:
        handler.send_response(status)
        for name, value in {"content-type": "application/json", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    @contextmanager
    def running(self) -> Iterator[OpenAIServer]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.released.set()
            self._http.shutdown()
            self._http.server_close()


_USAGE = {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150}


def _envelope(**rest: Any) -> dict[str, Any]:
    kind = (
        "chat.completion.chunk"
        if "delta" in str(rest.get("choices")) or not rest.get("choices")
        else "chat.completion"
    )
    return {"id": "c1", "object": kind, "created": int(time.time()), "model": "test", **rest}


def _event(handler: BaseHTTPRequestHandler, data: dict[str, Any]) -> None:
    _chunk(handler, f"data: {json.dumps(data)}\n\n".encode())


def _chunk(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
    handler.wfile.flush()
