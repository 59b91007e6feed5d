"""Chat integrations: Slack and Telegram over one adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response

from rag.errors import ConfigError, MissingExtra
from rag.settings import Settings
from service.chats.adapter import Chats
from service.gateway import Gateway
from service.problems import problem

SLACK_PACKAGES = frozenset({"aiohttp", "slack_bolt", "slack_sdk"})


def chats(gateway: Gateway, settings: Settings) -> APIRouter:
    """The routes of configured chats; those of others explain how to configure them. Raises ConfigError."""
    answering = Chats(gateway)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await answering.close(settings.shutdown_timeout_s)

    router = APIRouter(lifespan=lifespan, include_in_schema=False)
    if _is_set_up(settings, "slack_bot_token", "slack_signing_secret"):
        router.include_router(_slack(answering, settings))
    else:
        _say_how(router, "/slack/events", "Slack", "BYLINE_SLACK_BOT_TOKEN and BYLINE_SLACK_SIGNING_SECRET")
    if _is_set_up(settings, "telegram_token", "telegram_secret"):
        from service.chats.telegram import telegram

        router.include_router(telegram(answering, settings))
    else:
        _say_how(router, "/telegram/webhook", "Telegram", "BYLINE_TELEGRAM_TOKEN and BYLINE_TELEGRAM_SECRET")
    return router


def _slack(answering: Chats, settings: Settings) -> APIRouter:
    try:
        from service.chats.slack import slack
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in SLACK_PACKAGES:
            raise
        message = "Slack is configured, but its package is not installed: pip install 'byline[slack]'."
        raise MissingExtra(message) from None
    return slack(answering, settings)


def _is_set_up(settings: Settings, *names: str) -> bool:
    given = [name for name in names if getattr(settings, name) is not None]
    if given and len(given) < len(names):
        missing = next(name for name in names if name not in given)
        raise ConfigError(f"BYLINE_{given[0].upper()} is set without BYLINE_{missing.upper()}: set both or neither.")
    return bool(given)


def _say_how(router: APIRouter, path: str, chat: str, variables: str) -> None:
    @router.post(path)
    async def not_set_up() -> Response:
        page = "docs/add-a-chat.md" if chat == "Telegram" else "docs/slack.md"
        return problem(404, f"{chat} is not configured here: set {variables}; see {page}.")
