"""Slack: answers mentions, direct messages and a slash command, in Block Kit, by slack-bolt and its SDK."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
from fastapi import APIRouter, Request
from fastapi.responses import Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from rag.articles import Turn
from rag.settings import Settings
from service.chats.adapter import HELP, READING, ChatError, Chats, is_answer
from service.chats.paragraphs import Paragraph
from service.chats.slack_blocks import CONTINUED, blocks, escaped, in_messages, summary
from service.problems import problem

log = logging.getLogger(__name__)

ACKNOWLEDGED_WITHIN_S = 2.0  # Slack waits 3 seconds, then delivers again
MOST_MESSAGES = 4
MOST_EARLIER = 1_000  # Slack returns a thread from its start, so its end needs a long page
UNAUTHORIZED = "Slack does not accept Byline's token: its log says why."
SAID_BY_PEOPLE = (None, "file_share", "thread_broadcast", "me_message")

_ENTITY = re.compile(r"<([^<>]*)>")


def slack(chats: Chats, settings: Settings) -> APIRouter:
    """The route for Slack's events and commands."""
    assert settings.slack_bot_token and settings.slack_signing_secret
    secret = settings.slack_signing_secret.get_secret_value().strip()
    token = settings.slack_bot_token.get_secret_value().strip()
    client = AsyncWebClient(token, settings.slack_api_base, retry_handlers=_retries())
    handler = AsyncSlackRequestHandler(_application(chats, client, secret))
    verifier = SignatureVerifier(secret)
    router = APIRouter()

    @router.post("/slack/events")
    async def events(request: Request) -> Response:
        """Handles a signed event; acknowledges it in time even while Slack's API is slow."""
        if not _is_signed(verifier, await request.body(), request):
            return problem(401, "The request is not signed by Slack with the secret of BYLINE_SLACK_SIGNING_SECRET.")
        handled = chats.start(handler.handle(request))
        done, _ = await asyncio.wait({handled}, timeout=ACKNOWLEDGED_WITHIN_S)
        return handled.result() if done else Response()

    return router


def _application(chats: Chats, client: AsyncWebClient, secret: str) -> AsyncApp:
    app = AsyncApp(
        name="byline",
        client=client,
        authorize=_OwnToken(client),
        signing_secret=secret,
        request_verification_enabled=False,  # the route verifies the raw bytes
        user_facing_authorize_error_message=UNAUTHORIZED,
        logger=_quiet_log(),
    )

    @app.event("app_mention")
    async def mentioned(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
        _take(chats, _Thread(client, event, context), event, body)

    @app.event("message")
    async def messaged(event: dict[str, Any], body: dict[str, Any], context: AsyncBoltContext) -> None:
        if event.get("channel_type") == "im":
            _take(chats, _Thread(client, event, context), event, body)

    @app.event(re.compile(".*"))
    async def passed_over() -> None:
        pass

    @app.command(re.compile("/.*"))
    async def commanded(ack: AsyncAck, command: dict[str, Any]) -> None:
        asked = plain(command.get("text") or "", None)
        if not asked:
            await ack(HELP, response_type="ephemeral")
            return
        await ack(READING, response_type="ephemeral")
        chats.take(str(command.get("trigger_id") or id(command)), asked, _Command(command["response_url"]))

    return app


class _OwnToken(AsyncAuthorize):
    """Authorizes every event with the configured token.

    Otherwise slack-bolt would use an OAuth store where the environment has SLACK_CLIENT_ID and SLACK_CLIENT_SECRET,
    possibly of another app.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: AuthorizeResult | None = None

    async def __call__(self, **of_whom: Any) -> AuthorizeResult:
        if self._known is None:
            self._known = AuthorizeResult.from_auth_test_response(
                auth_test_response=await self._client.auth_test(), bot_token=self._client.token
            )
        return self._known


def _take(chats: Chats, thread: _Thread, event: dict[str, Any], body: dict[str, Any]) -> None:
    """Answers a person's message; ignores bots, and messages that were edited or deleted."""
    if event.get("bot_id") or event.get("edited") or event.get("subtype") not in SAID_BY_PEOPLE:
        return
    key = str(body.get("event_id") or f"{event.get('channel')} {event.get('ts')}")
    chats.take(key, plain(event.get("text") or "", thread.me), thread)


class _Thread:
    """A message in a channel or a direct one; the reply, in its thread, replaces the progress message."""

    def __init__(self, client: AsyncWebClient, event: dict[str, Any], context: AsyncBoltContext) -> None:
        self.me = context.bot_user_id
        self._my_bot = context.bot_id
        self._client = client
        self._channel, self._ts = str(event["channel"]), str(event["ts"])
        self._thread: str | None = event.get("thread_ts")
        self._direct = event.get("channel_type") == "im"
        self._first: str | None = None  # the progress message, which the answer will replace

    async def reading(self) -> None:
        self._first = await self._post(text=READING)

    async def earlier(self) -> Sequence[Turn]:
        """The thread so far; for a direct message outside a thread, the messages before it."""
        if self._thread:
            read = self._client.conversations_replies(channel=self._channel, ts=self._thread, limit=MOST_EARLIER)
        elif self._direct:
            read = self._client.conversations_history(channel=self._channel, latest=self._ts, limit=10)
        else:
            return ()
        try:
            said = (await _sent(read)).get("messages") or []
        except ChatError as error:
            log.warning("a question is answered without its history: %s", error)
            return ()
        before = sorted((one for one in said if _moment(one) < float(self._ts)), key=_moment)
        return [turn for one in before if (turn := self._turn(one))]

    async def tell(self, paragraphs: tuple[Paragraph, ...]) -> None:
        await _tell(self._show, paragraphs)

    async def notice(self, text: str) -> None:
        await self._show(text=escaped(text), blocks=[])

    async def _show(self, **content: Any) -> None:
        """Replaces the progress message the first time, then posts new ones."""
        if self._first is None:
            await self._post(**content)
            return
        await _sent(self._client.chat_update(channel=self._channel, ts=self._first, **content))
        self._first = None

    async def _post(self, **content: Any) -> str:
        thread = self._thread or (None if self._direct else self._ts)
        quiet: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, "mrkdwn": False}
        posting = self._client.chat_postMessage(channel=self._channel, thread_ts=thread, **quiet, **content)
        return str((await _sent(posting))["ts"])

    def _turn(self, message: dict[str, Any]) -> Turn | None:
        text = plain(message.get("text") or "", self.me)
        if message.get("user") == self.me or (message.get("bot_id") and message.get("bot_id") == self._my_bot):
            return Turn("assistant", text) if is_answer(text) and text != CONTINUED else None
        if message.get("bot_id") or message.get("subtype") not in SAID_BY_PEOPLE or not text:
            return None
        return Turn("user", text)


class _Command:
    """A slash command; only its user sees the answer."""

    def __init__(self, response_url: str) -> None:
        self._webhook = AsyncWebhookClient(response_url, retry_handlers=_retries())
        self._is_first = True

    async def reading(self) -> None:
        """The acknowledgement says so already."""

    async def earlier(self) -> Sequence[Turn]:
        return ()

    async def tell(self, paragraphs: tuple[Paragraph, ...]) -> None:
        await _tell(self._show, paragraphs)

    async def notice(self, text: str) -> None:
        await self._show(text=escaped(text), blocks=[])

    async def _show(self, **content: Any) -> None:
        """Replaces the acknowledgement the first time, then posts new messages."""
        try:
            response = await self._webhook.send(response_type="ephemeral", replace_original=self._is_first, **content)
        except (aiohttp.ClientError, OSError) as error:
            raise ChatError(f"Slack cannot be reached: {type(error).__name__}") from None
        if response.status_code != 200:
            raise ChatError(f"Slack answered a response_url with {response.status_code}.")
        self._is_first = False


async def _tell(show: Callable[..., Awaitable[None]], paragraphs: Sequence[Paragraph]) -> None:
    """Shows an answer in messages; one that Slack refuses is shown as plain text."""
    for part in in_messages(paragraphs, MOST_MESSAGES):
        try:
            await show(text=summary(part), blocks=blocks(part))
        except ChatError as error:
            log.warning("an answer is shown as plain text: %s", error)
            await show(text=escaped("\n".join(one.text for one in part)), blocks=[])


def plain(text: str, me: str | None) -> str:
    """The words of a message: no mention of oneself, and what Slack writes in its own way as it reads."""

    def read(entity: re.Match[str]) -> str:
        target, _, label = entity[1].partition("|")
        if target.startswith("@"):
            return "" if target[1:] == me or not label else f"@{label.removeprefix('@')}"
        if target.startswith(("#", "!")):
            return f"#{label}" if target.startswith("#") and label else label
        return label or target

    words = " ".join(_ENTITY.sub(read, text).split())
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _is_signed(verifier: SignatureVerifier, body: bytes, request: Request) -> bool:
    """Whether Slack signed the body less than five minutes ago."""
    try:
        return verifier.is_valid_request(body, dict(request.headers))
    except (ValueError, TypeError):  # an invalid timestamp or encoding
        return False


async def _sent(call: Awaitable[Any]) -> Any:
    """Slack's response to a call. Raises ChatError."""
    try:
        return await call
    except SlackApiError as error:
        data = getattr(error.response, "data", None)
        said = data.get("error") if isinstance(data, dict) else None
        status = getattr(error.response, "status_code", None) or getattr(error.response, "status", "no status")
        raise ChatError(f"Slack refused: {said or status}") from None
    except (aiohttp.ClientError, OSError) as error:
        raise ChatError(f"Slack cannot be reached: {type(error).__name__}") from None


def _retries() -> list[AsyncRetryHandler]:
    """Waits as long as Slack asks at a rate limit; retries once if Slack fails or cannot be reached."""
    return [
        AsyncConnectionErrorRetryHandler(),
        AsyncServerErrorRetryHandler(),
        AsyncRateLimitErrorRetryHandler(max_retry_count=2),
    ]


def _moment(message: dict[str, Any]) -> float:
    return float(message.get("ts") or 0)


def _quiet_log() -> logging.Logger:
    """slack-bolt's logger, errors only, since its warnings may contain questions."""
    quiet = logging.getLogger(f"{__name__}.bolt")
    quiet.setLevel(logging.ERROR)
    return quiet
