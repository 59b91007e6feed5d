"""Telegram end to end: updates to the real service, its calls to a stand-in for the Bot API."""

from __future__ import annotations

import html
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.settings import Settings, load_settings
from tests.openai_server import OpenAIServer

TOKEN = "7001:AAE-of-the-stand-in"
SECRET = "secret-token-of-the-webhook"
SPENT = "How much has Iran spent in Syria?"

Serve = Callable[[Settings], AbstractContextManager[str]]


class TelegramServer:
    """A stand-in for Telegram: records the bot's calls, numbers messages, refuses what Telegram refuses."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.too_many = 0  # calls that are answered 429 before the next is taken
        self.failing: set[str] = set()  # methods that are answered 500
        self.takes_html = True
        self._changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                arguments = json.loads(self.rfile.read(int(self.headers["content-length"])))
                status, answer = outer.answer(self.path, arguments)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def answer(self, path: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if not path.startswith(f"/bot{TOKEN}/"):
            return 401, {"ok": False, "description": "Unauthorized"}
        method = path.rsplit("/", 1)[1]
        with self._changed:
            if self.too_many:
                self.too_many -= 1
                return 429, {"ok": False, "parameters": {"retry_after": 1}}
            self.calls.append((method, arguments))
            self._changed.notify_all()
            if method in self.failing:
                return 500, {"ok": False, "description": "Internal Server Error"}
            if not self.takes_html and "parse_mode" in arguments:
                return 400, {"ok": False, "description": "Bad Request: can't parse entities"}
            if method == "sendMessage" and (error := fault(arguments)):
                return 400, {"ok": False, "description": error}
            return 200, {"ok": True, "result": {"message_id": 100 + len(self.calls)}}

    def sent(self, times: int = 1) -> list[dict[str, Any]]:
        """Waits for that many messages; returns them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._messages()) >= times, 30), self.calls
            return self._messages()

    def stays_quiet(self, seconds: float) -> bool:
        with self._changed:
            before = len(self.calls)
            return not self._changed.wait_for(lambda: len(self.calls) > before, seconds)

    def last_id(self) -> int:
        return 100 + len(self.calls)

    def _messages(self) -> list[dict[str, Any]]:
        return [arguments for method, arguments in self.calls if method == "sendMessage"]


def fault(message: dict[str, Any]) -> str | None:
    """Why Telegram would refuse a message: tags it does not know or that are not closed, or too many characters."""
    text = message["text"]
    if message.get("parse_mode") == "HTML":
        open_tags: list[str] = []
        for closing, name in re.findall(r"<(/?)(\w*)[^>]*>", text):
            if name not in ("b", "i", "a") or (closing and (not open_tags or open_tags.pop() != name)):
                return "Bad Request: can't parse entities"
            if not closing:
                open_tags.append(name)
        if open_tags:
            return "Bad Request: can't parse entities"
    return "Bad Request: message is too long" if len(read(text).encode("utf-16-le")) > 2 * 4_096 else None


def read(text: str) -> str:
    """The text of HTML as displayed."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@pytest.fixture(scope="module")
def server() -> Iterator[TelegramServer]:
    telegram = TelegramServer()
    thread = threading.Thread(target=telegram.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield telegram
    telegram.http.shutdown()
    telegram.http.server_close()


@pytest.fixture(scope="module")
def service(server: TelegramServer, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(set_up(server, tmp_path_factory.mktemp("telegram"))) as url:
        yield url


@pytest.fixture
def telegram(server: TelegramServer) -> TelegramServer:
    server.calls.clear()
    server.too_many = 0
    server.failing.clear()
    server.takes_html = True
    return server


def set_up(server: TelegramServer, library: Path, **more: Any) -> Settings:
    return load_settings(
        library=str(library), telegram_token=TOKEN, telegram_secret=SECRET, telegram_api_base=server.url, **more
    )


def message(text: str, kind: str = "private", **more: Any) -> dict[str, Any]:
    sender = {"id": 5, "is_bot": False, "first_name": "Ada"}
    inner = {"message_id": 9, "from": sender, "chat": {"id": 5, "type": kind}, "date": 1, "text": text, **more}
    return {"update_id": time.time_ns(), "message": inner}


def send(service: str, update: dict[str, Any], secret: str = SECRET) -> httpx.Response:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    return httpx.post(f"{service}/telegram/webhook", json=update, headers=headers, timeout=30)


def test_a_message_is_answered_by_a_reply_with_its_sources(telegram: TelegramServer, service: str) -> None:
    told = httpx.post(f"{service}/v1/ask", json={"question": SPENT}, timeout=60).json()
    assert send(service, message(SPENT)).status_code == 200
    (answer,) = telegram.sent()

    assert telegram.calls[0] == ("sendChatAction", {"chat_id": 5, "action": "typing"})
    assert (answer["chat_id"], answer["reply_parameters"]["message_id"]) == (5, 9)
    assert read(answer["text"]).startswith(told["text"])
    assert "[1] Senior defense official: Iran reducing presence in Syria" in read(answer["text"])


def test_an_update_without_the_secret_is_refused(telegram: TelegramServer, service: str) -> None:
    response = send(service, message(SPENT), secret="guessed")

    assert (response.status_code, response.json()["title"]) == (401, "Unauthorized")
    assert telegram.stays_quiet(0.3)


def test_an_update_delivered_again_is_not_answered_again(telegram: TelegramServer, service: str) -> None:
    update = message(SPENT)
    send(service, update)
    telegram.sent()

    assert send(service, update).status_code == 200
    assert telegram.stays_quiet(0.5)


def test_a_reply_to_an_answer_goes_on_from_it(telegram: TelegramServer, service: str) -> None:
    first, follow_up = "Is Iran pulling out of Syria?", "And why?"
    said = httpx.post(f"{service}/v1/ask", json={"question": first}, timeout=60).json()["text"]
    history = [{"role": "user", "content": first}, {"role": "assistant", "content": said}]
    alone, together = (
        httpx.post(f"{service}/v1/ask", json={"question": follow_up, "history": turns}, timeout=60).json()["text"]
        for turns in ([], history)
    )

    send(service, message(first))
    (answer,) = telegram.sent()
    replied_to = {
        "message_id": telegram.last_id(),
        "from": {"id": 7001, "is_bot": True},
        "text": read(answer["text"]),
    }
    send(service, message(follow_up, kind="group", reply_to_message=replied_to))

    assert alone != together
    assert read(telegram.sent(2)[1]["text"]).replace("\n\n", " ").startswith(together)


@pytest.mark.parametrize(
    "update",
    [
        message(SPENT, kind="group"),
        message("/weather", kind="group"),
        message(SPENT, **{"from": {"id": 8, "is_bot": True}}),
        {"update_id": 1, "edited_message": message(SPENT)["message"]},
        {"update_id": 2, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "sticker": {}}},
    ],
    ids=["talk in a group", "another's command", "a bot", "edited", "no text"],
)
def test_what_nobody_asked_the_bot_is_passed_over(
    telegram: TelegramServer, service: str, update: dict[str, Any]
) -> None:
    assert send(service, update).status_code == 200
    assert telegram.stays_quiet(0.4)


def test_a_command_asks_in_a_group_and_alone_tells_what_to_ask(telegram: TelegramServer, service: str) -> None:
    send(service, message(f"/ask@byline_bot {SPENT}", kind="supergroup"))
    assert "$30 billion" in telegram.sent()[0]["text"]
    send(service, message("/start"))

    assert "Ask a question about the news" in telegram.sent(2)[1]["text"]


def test_no_article_can_format_or_link(telegram: TelegramServer, serve: Serve, tmp_path: Path) -> None:
    hostile = "<b>x</b> <a href='https://evil.example'>click</a> & <tg-spoiler>"
    article = {"id": "h", "title": f"Harbour {hostile}", "outlet": hostile, "url": "https://example.org/?a=1&b=2"}
    article["text"] = f"The harbour of Shelbyville was closed for 15 days because of {hostile} oil in the water."
    with serve(set_up(telegram, tmp_path)) as service:
        httpx.post(f"{service}/v1/articles", json={"articles": [article]}, timeout=60).raise_for_status()
        send(service, message("For how many days was the harbour of Shelbyville closed?"))
        (answer,) = telegram.sent()

    assert fault(answer) is None
    assert hostile in read(answer["text"])
    assert re.findall(r'href="([^"]*)"', answer["text"])[0].startswith("https://example.org/?a=1&amp;b=2#:~:text=")
    assert "<a href='" not in answer["text"]


def test_a_long_answer_is_parted_at_its_paragraphs(telegram: TelegramServer, serve: Serve, tmp_path: Path) -> None:
    days = (
        "after days of rain that nobody there had seen in all the years since the dam was built upstream of it, "
        "while the river carried trees, boats and the roofs of barns past the old mill and under the railway bridge, "
        "which had been closed to trains the evening before because the water had reached the lowest of its arches"
    )
    towns = ["Ashford", "Brampton", "Carlisle", "Dunmore", "Elgin", "Fairfax", "Granby"]
    texts = [f"The town of {town} was flooded on 4 May 2020 {days}, said the mayor of {town}." for town in towns]
    articles = [
        {"id": town, "title": f"Flood in {town}", "text": text} for town, text in zip(towns, texts, strict=True)
    ]
    with OpenAIServer().running() as model:
        model.say(" ".join(f"{text[:-1]} [1]." for text in texts))
        settings = set_up(telegram, tmp_path, model="openai/test", api_base=model.url, api_key="unused")
        with serve(settings) as service:
            httpx.post(f"{service}/v1/articles", json={"articles": articles}, timeout=60).raise_for_status()
            question = "Which towns were flooded on 4 May 2020?"
            send(service, message(question))
            told = httpx.post(f"{service}/v1/ask", json={"question": question}, timeout=60).json()
            telegram.sent(2)
            while not telegram.stays_quiet(1):
                pass  # further messages may come
            text = "\n\n".join(read(one["text"]) for one in telegram.sent())

    assert len(told["statements"]) >= 5
    assert all(fault(one) is None for one in telegram.sent())
    assert all(f"[{citation['number']}] {citation['article']['title']}" in text for citation in told["citations"])


def test_a_call_that_came_too_soon_is_made_again(telegram: TelegramServer, service: str) -> None:
    telegram.too_many = 1
    began = time.monotonic()
    send(service, message(SPENT))

    assert "$30 billion" in telegram.sent()[0]["text"]
    assert time.monotonic() - began >= 1


def test_an_answer_whose_form_is_refused_is_shown_as_text(telegram: TelegramServer, service: str) -> None:
    telegram.takes_html = False
    send(service, message(SPENT))
    refused, text = telegram.sent(2)

    assert "parse_mode" not in text
    assert text["text"] == read(refused["text"])


def test_the_answer_comes_though_no_sign_of_it_can_be_given(telegram: TelegramServer, service: str) -> None:
    telegram.failing = {"sendChatAction"}
    send(service, message(SPENT))

    assert "$30 billion" in telegram.sent()[0]["text"]


def test_the_token_is_not_logged_when_telegram_fails(
    telegram: TelegramServer, service: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    telegram.failing = {"sendChatAction", "sendMessage"}
    send(service, message(SPENT))
    deadline = time.monotonic() + 30
    while "was not answered" not in caplog.text:
        assert time.monotonic() < deadline
        time.sleep(0.05)  # nothing to wait on: the log alone tells

    assert "Telegram refused sendMessage: 500" in caplog.text
    assert TOKEN not in caplog.text


def test_without_settings_the_route_says_how_to_set_it_up(client: httpx.Client) -> None:
    response = client.post("/telegram/webhook", json={})

    assert (response.status_code, "BYLINE_TELEGRAM_TOKEN" in response.json()["detail"]) == (404, True)


def test_the_guide_to_a_new_chat_shows_the_code_as_it_is() -> None:
    root = Path(__file__).parents[2]
    code = (root / "service" / "chats" / "telegram.py").read_text("utf-8")
    examples = re.findall(r"```python\n(.*?)```", (root / "docs" / "add-a-chat.md").read_text("utf-8"), re.DOTALL)

    assert len(examples) == 5
    assert [example for example in examples if example not in code] == []
