"""Telegram: answers messages, in HTML."""

from __future__ import annotations

import asyncio
import hmac
import html
import logging
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx
from cachetools import FIFOCache
from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import SecretStr

from rag.articles import Turn
from rag.settings import Settings
from service.chats.adapter import ChatError, Chats, is_answer
from service.chats.paragraphs import Paragraph, Run, messages
from service.problems import problem

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 4_000  # of 4,096 UTF-16 code units
MOST_MESSAGES = 4
MOST_REMEMBERED = 1_000
LONGEST_WAIT_S = 30

_COMMAND = re.compile(r"/(?:ask|byline|start|help)(?:@\w+)?(?:\s+|$)")


def telegram(chats: Chats, settings: Settings) -> APIRouter:
    """The route for the bot's updates."""
    assert settings.telegram_token and settings.telegram_secret
    bot = _Bot(settings.telegram_token, settings.telegram_api_base)
    secret = settings.telegram_secret.get_secret_value().encode()
    router = APIRouter()

    @router.post("/telegram/webhook")
    async def webhook(request: Request, update: dict[str, Any]) -> Response:
        """Handles an update that has the secret; acknowledges it at once and replies in new messages."""
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
        if not hmac.compare_digest(given, secret):
            return problem(401, "The request does not have the secret of BYLINE_TELEGRAM_SECRET.")
        message = update.get("message") or {}  # edited messages are another kind of update
        asked = bot.asked(message)
        if asked is not None:
            chats.take(f"telegram {update.get('update_id')}", asked, _Message(bot, message))
        return Response()

    return router


class _Refused(ChatError):
    """Telegram refuses the message's format."""


class _Bot:
    """Telegram's Bot API, and the latest conversations: an update contains only the message it replies to."""

    def __init__(self, token: SecretStr, base: str) -> None:
        self._url = f"{base.rstrip('/')}/bot{token.get_secret_value()}"
        self._id = token.get_secret_value().partition(":")[0]
        self._said: FIFOCache[tuple[int, int], tuple[Turn, ...]] = FIFOCache(MOST_REMEMBERED)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, which contain the token

    def asked(self, message: dict[str, Any]) -> str | None:
        """The question in a message; None where it is not for the bot."""
        text = message.get("text") or ""
        if not text or message.get("from", {}).get("is_bot"):
            return None
        if command := _COMMAND.match(text):
            return str(text[command.end() :])
        to_me = message["chat"]["type"] == "private" or self.is_mine(message.get("reply_to_message") or {})
        return text if to_me and not text.startswith("/") else None

    def is_mine(self, message: dict[str, Any]) -> bool:
        return str(message.get("from", {}).get("id")) == self._id

    def remember(self, chat: int, message: int, turns: tuple[Turn, ...]) -> None:
        self._said[chat, message] = turns

    def said(self, chat: int, message: int) -> tuple[Turn, ...]:
        return self._said.get((chat, message), ())

    async def call(self, method: str, **arguments: Any) -> Any:
        """Calls a method of the API; at a rate limit, waits once as long as Telegram asks. Raises ChatError."""
        try:
            async with httpx.AsyncClient(timeout=30) as client:
                response = await client.post(f"{self._url}/{method}", json=arguments)
                if response.status_code == 429:
                    wait_s = response.json().get("parameters", {}).get("retry_after", 1)
                    await asyncio.sleep(min(wait_s, LONGEST_WAIT_S))
                    response = await client.post(f"{self._url}/{method}", json=arguments)
            if response.is_success:
                return response.json()["result"]
        except (httpx.HTTPError, ValueError) as error:
            raise ChatError(f"Telegram cannot be reached: {type(error).__name__}") from None
        refusal = _Refused if response.status_code == 400 else ChatError
        raise refusal(f"Telegram refused {method}: {response.status_code}")


class _Message:
    """A message to the bot; answers are replies to it."""

    def __init__(self, bot: _Bot, message: dict[str, Any]) -> None:
        self._bot = bot
        self._chat, self._id = int(message["chat"]["id"]), int(message["message_id"])
        self._topic: dict[str, Any] = message.get("reply_to_message") or {}
        self._asked = bot.asked(message) or ""

    async def reading(self) -> None:
        with suppress(ChatError):  # the answer matters more than this sign
            await self._bot.call("sendChatAction", chat_id=self._chat, action="typing")

    async def earlier(self) -> Sequence[Turn]:
        """The conversation up to the message replied to, or that message alone."""
        text = self._topic.get("text") or ""
        if not text:
            return ()
        alone = Turn("assistant" if self._bot.is_mine(self._topic) else "user", text)
        return self._bot.said(self._chat, int(self._topic["message_id"])) or ((alone,) if is_answer(text) else ())

    async def tell(self, paragraphs: tuple[Paragraph, ...]) -> None:
        said = " ".join(one.text for one in paragraphs if one.kind == "statement")
        turns = (*await self.earlier(), Turn("user", self._asked), Turn("assistant", said))
        for part in messages(paragraphs, _size, LARGEST_MESSAGE, MOST_MESSAGES):
            try:
                sent = await self._send("\n\n".join(map(_html, part)), parse_mode="HTML")
            except _Refused as error:
                log.warning("an answer is shown as plain text: %s", error)
                sent = await self._send("\n\n".join(one.text for one in part))
            self._bot.remember(self._chat, int(sent["message_id"]), turns)

    async def notice(self, text: str) -> None:
        await self._send(text)

    async def _send(self, text: str, **look: Any) -> Any:
        reply = {"message_id": self._id, "allow_sending_without_reply": True}
        preview = {"is_disabled": True}
        return await self._bot.call(
            "sendMessage", chat_id=self._chat, text=text, reply_parameters=reply, link_preview_options=preview, **look
        )


def _html(paragraph: Paragraph) -> str:
    words = "".join(map(_run, paragraph.runs))
    return f"<i>{words}</i>" if paragraph.kind == "note" else words


def _run(run: Run) -> str:
    words = html.escape(run.text)
    if run.strong:
        words = f"<b>{words}</b>"
    return f'<a href="{html.escape(run.link)}">{words}</a>' if run.link else words


def _size(paragraph: Paragraph) -> int:
    """The UTF-16 code units of a paragraph's HTML and of the empty line below it."""
    return len(_html(paragraph).encode("utf-16-le")) // 2 + 2
