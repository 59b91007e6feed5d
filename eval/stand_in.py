"""A local server that stands in for a language model, to run suites where there is none.

    python -m eval.stand_in --port 8001 [--careless 0.2] [--delay 3]
    BYLINE_MODEL=openai/stand-in BYLINE_API_BASE=http://127.0.0.1:8001/v1 BYLINE_API_KEY=none \\
        byline eval run seeds --mode llm

It speaks OpenAI's chat protocol, streaming or not, and answers with the two sentences of the prompt's passages that
share the most words with the question, with citations; if none shares enough, it declines. `--careless` is the share
of answers in which it changes a number, which the check should then stop; `--delay` is its latency in seconds.
"""

from __future__ import annotations

import argparse
import json
import re
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.generation.prompt import UNKNOWN
from rag.language.sameness import same_stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words

SENTENCES = 2
ENOUGH = 0.5  # least share of the question's words in an answer
_PASSAGE = re.compile(r"^\[(\d+)\] .*\n(.+)$", re.MULTILINE)
_CLAIM = re.compile(r"^Claim (\d+): (.*)\nEvidence \1: (.*)$", re.MULTILINE)
_QUESTION = re.compile(r"^Question: (.+)$", re.MULTILINE)
_NUMBER = re.compile(r"\d+")


def answer(prompt: str, careless: float = 0.0) -> str:
    """The reply to one of Byline's prompts; deterministic.

    As the second opinion, it supports a claim if the evidence has all of its words.
    """
    if doubts := asked_about(prompt):
        return "\n".join(f"{number}: {_opinion(claim, evidence)}" for number, claim, evidence in doubts)
    question = _QUESTION.findall(prompt)[-1] if _QUESTION.search(prompt) else ""
    asked = [word.lower() for word in content_words(question)]
    if not asked:
        return question or UNKNOWN
    ranked = sorted(_sentences(prompt), key=lambda one: (-_shared(asked, one[1]), one[0]))
    best = [(number, text) for number, text in ranked[:SENTENCES] if _shared(asked, text) >= ENOUGH * len(asked)]
    if not best:
        return UNKNOWN
    if zlib.crc32(question.encode()) % 100 < 100 * careless:
        best = [(number, _changed(text)) for number, text in best]
    return " ".join(f"{text.rstrip('.')} [{number}]." for number, text in best)


def asked_about(prompt: str) -> list[tuple[int, str, str]]:
    """The claims in a request for a second opinion, with number and evidence; empty for other requests."""
    return [(int(number), claim, evidence) for number, claim, evidence in _CLAIM.findall(prompt)]


def _opinion(claim: str, evidence: str) -> str:
    known = {word.lower() for word in content_words(evidence)}
    return "supported" if {word.lower() for word in content_words(claim)} <= known else "unsupported"


def _sentences(prompt: str) -> Iterator[tuple[int, str]]:
    for number, text in _PASSAGE.findall(prompt):
        for start, end in sentence_spans(text):
            yield int(number), text[start:end]


def _shared(asked: Sequence[str], text: str) -> int:
    there = [word.lower() for word in content_words(text)]
    return sum(any(same_stem(word, other) for other in there) for word in asked)


def _changed(text: str) -> str:
    """Changes a number in the sentence, or adds one."""
    if _NUMBER.search(text):
        return _NUMBER.sub(lambda match: str(int(match[0]) + 7), text, count=1)
    return f"{text.rstrip('.')}, for the 17th time."


class StandIn(ThreadingHTTPServer):
    """The server; with `daemon_threads`, so that it stops immediately."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, port: int, say: Callable[[str], str] = answer, delay_s: float = 0.0) -> None:
        """`say` maps a request's last message to the reply."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.say = say
        self.delay_s = delay_s

    @property
    def url(self) -> str:
        """Its base URL, for BYLINE_API_BASE."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StandIn

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = self.server.say(body["messages"][-1]["content"])
        time.sleep(self.server.delay_s)
        used = {"prompt_tokens": sum(len(one["content"].split()) for one in body["messages"])}
        used["completion_tokens"] = len(text.split())
        usage = {**used, "total_tokens": sum(used.values())}
        if body.get("stream"):
            delta = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
            end = {"index": 0, "delta": {}, "finish_reason": "stop"}
            chunks = [_envelope(choices=[delta]), _envelope(choices=[end]), _envelope(choices=[], usage=usage)]
            events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
            self._send(events, "text/event-stream")
        else:
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._send(json.dumps(_envelope(choices=[choice], usage=usage)), "application/json")

    def _send(self, text: str, kind: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Logs nothing: requests contain prompts."""


def _envelope(**rest: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "stand-in", **rest}


def main() -> None:
    """Serves until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--careless", type=float, default=0.0, help="share of answers with a changed number")
    parser.add_argument("--delay", type=float, default=0.0, help="latency of an answer in seconds")
    options = parser.parse_args()
    with StandIn(options.port, partial(answer, careless=options.careless), options.delay) as server:
        print(f"The stand-in serves {server.url}; Ctrl-C stops it.")
        server.serve_forever()


if __name__ == "__main__":
    main()
