"""A real HTTP server on loopback that stands in for Slack: its Web API and its response URLs.

It keeps what it is sent, holds the messages of its channels as Slack would show them, and refuses what Slack refuses.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx

TOKEN = "xoxb-of-the-stand-in"
SECRET = "signing-secret-of-the-stand-in"
ME = {
    "user_id": "U0BYLINE",
    "bot_id": "B0BYLINE",
    "team_id": "T0",
    "user": "byline",
    "team": "t",
    "url": "https://t/",
}


@dataclass
class Call:
    """One received call."""

    method: str
    arguments: dict[str, Any]
    time: float


@dataclass
class Refusal:
    """An error that a method returns instead of its result, `times` times."""

    status: int = 200
    error: str = "fatal_error"
    times: int = 1_000
    retry_after_s: int | None = None


class SlackServer:
    """Slack's side. `messages` are those of all channels by their `ts`, `responses` what came to response URLs."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.messages: dict[str, dict[str, Any]] = {}
        self.responses: list[dict[str, Any]] = []
        self.refusals: dict[str, Refusal] = {}
        self.earlier: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self._ids = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                is_json = body and "json" in self.headers.get("content-type", "")
                arguments = json.loads(body) if is_json else dict(parse_qsl(body or self.path.partition("?")[2]))
                status, headers, answer = outer.answer(self.path, arguments, self.headers.get("authorization", ""))
                data = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in {"content-type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.api = f"{self.url}/api/"

    @contextmanager
    def running(self) -> Iterator[SlackServer]:
        thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()

    # -- as Slack answers ---------------------------------------------------------------------------

    def answer(
        self, path: str, arguments: dict[str, Any], authorization: str
    ) -> tuple[int, dict[str, str], dict[str, Any]]:
        """Status, headers and body of one request."""
        method = path.split("?")[0].rsplit("/", 1)[-1]
        for name in ("blocks", "metadata"):
            if isinstance(arguments.get(name), str):
                arguments[name] = json.loads(arguments[name])
        with self._changed:
            self.calls.append(Call(method, arguments, time.monotonic()))
            self._changed.notify_all()
            refusal = self.refusals.get(method)
            if refusal and refusal.times:
                refusal.times -= 1
                headers = {"retry-after": str(refusal.retry_after_s)} if refusal.retry_after_s is not None else {}
                return refusal.status, headers, {"ok": False, "error": refusal.error}
            if method == "response":
                self.responses.append(arguments)
                return 200, {}, {"ok": True}
            if authorization != f"Bearer {TOKEN}":
                return 200, {}, {"ok": False, "error": "invalid_auth"}
            return 200, {}, self._result(method, arguments)

    def _result(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "auth.test":
            return {"ok": True, **ME}
        if method in ("conversations.replies", "conversations.history"):
            return {"ok": True, "messages": self.earlier}
        if error := fault(arguments):
            return {"ok": False, "error": error}
        if method == "chat.postMessage":
            self._ids += 1
            ts = f"{time.time():.0f}.{self._ids:06d}"
            self.messages[ts] = dict(arguments)
            return {"ok": True, "ts": ts, "channel": arguments["channel"]}
        if method == "chat.update":
            if arguments["ts"] not in self.messages:
                return {"ok": False, "error": "message_not_found"}
            self.messages[arguments["ts"]].update(arguments)
            return {"ok": True, "ts": arguments["ts"], "channel": arguments["channel"]}
        return {"ok": False, "error": "unknown_method"}

    # -- what a test asks ---------------------------------------------------------------------------

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.calls)

    def wait_for(self, method: str, times: int = 1, timeout_s: float = 30) -> Call:
        """Waits for `times` calls of that method; returns the last."""
        with self._changed:
            came = self._changed.wait_for(lambda: self.count(method) >= times, timeout_s)
            assert came, f"{method} did not come {times} times; there came {[call.method for call in self.calls]}"
            return [call for call in self.calls if call.method == method][times - 1]

    def stays_quiet(self, seconds: float) -> bool:
        """Tells whether no call arrives in that time."""
        with self._changed:
            before = len(self.calls)
            return not self._changed.wait_for(lambda: len(self.calls) > before, seconds)


def fault(arguments: dict[str, Any]) -> str | None:
    """The error with which Slack would refuse a message, or None."""
    blocks = arguments.get("blocks") or []
    if len(blocks) > 50:
        return "invalid_blocks"
    for block in blocks:
        if block["type"] not in ("rich_text", "context", "divider", "header", "section"):
            return "invalid_blocks"
        if any(len(text) > 3_000 or not text for text in texts(block)) or len("".join(texts(block))) > 3_000:
            return "invalid_blocks"
        if any(not url.startswith(("http://", "https://")) for url in links(block)):
            return "invalid_blocks"
        if block["type"] == "context" and len(block["elements"]) > 10:
            return "invalid_blocks"
    if len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
        return "msg_blocks_too_long"
    if len(arguments.get("text") or "") > 4_000:
        return "msg_too_long"
    return None if blocks or arguments.get("text") else "no_text"


def texts(part: Any) -> list[str]:
    """Every text in blocks, in order."""
    if isinstance(part, list):
        return [text for one in part for text in texts(one)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if isinstance(part.get("text"), str) else texts(part.get("text"))
    return own + texts(part.get("elements"))


def links(part: Any) -> list[str]:
    """Every address in blocks, in order."""
    if isinstance(part, list):
        return [url for one in part for url in links(one)]
    if not isinstance(part, dict):
        return []
    return ([part["url"]] if "url" in part else []) + links(part.get("elements"))


def shown(message: dict[str, Any]) -> str:
    """The text of a message as displayed, one line per block."""
    blocks = message.get("blocks") or []
    return "\n".join("".join(texts(block)) for block in blocks) if blocks else str(message.get("text"))


# -- as Slack sends -----------------------------------------------------------------------------------


def sign(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    moment = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={digest}"}


def send(url: str, data: dict[str, Any], **headers: str) -> httpx.Response:
    """An event or a challenge, signed."""
    body = json.dumps(data).encode()
    signed = {"Content-Type": "application/json", **sign(body), **headers}
    return httpx.post(f"{url}/slack/events", content=body, headers=signed, timeout=30)


def command(url: str, text: str, response_url: str) -> httpx.Response:
    """A slash command, signed."""
    fields = {"command": "/byline", "text": text, "response_url": response_url, "trigger_id": f"t{time.time_ns()}"}
    fields |= {"team_id": "T0", "channel_id": "C1", "user_id": "U1", "api_app_id": "A0", "token": "unused"}
    body = str(httpx.QueryParams(fields)).encode()
    signed = {"Content-Type": "application/x-www-form-urlencoded", **sign(body)}
    return httpx.post(f"{url}/slack/events", content=body, headers=signed, timeout=30)


def event(kind: str, text: str, *, event_id: str | None = None, **rest: Any) -> dict[str, Any]:
    """The body of an event as Slack's Events API sends it."""
    now = time.time_ns()
    inner = {"type": kind, "text": text, "user": "U1", "ts": f"{now / 1e9:.6f}", "channel": "C1", **rest}
    return {
        "type": "event_callback", "event": inner, "event_id": event_id or f"Ev{now}", "team_id": "T0",
        "api_app_id": "A0", "authorizations": [{"team_id": "T0", "user_id": ME["user_id"], "is_bot": True}],
    }  # fmt: skip


def mention(text: str, **rest: Any) -> dict[str, Any]:
    return event("app_mention", f"<@{ME['user_id']}> {text}", **rest)


def direct(text: str, **rest: Any) -> dict[str, Any]:
    return event("message", text, channel="D1", channel_type="im", **rest)
