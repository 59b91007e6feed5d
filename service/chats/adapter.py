"""Code that all chats share: answers each message once, in the background.

A chat passes `Chats.take` a unique key, the question and a `Conversation` for the reply; docs/add-a-chat.md explains
how to add a chat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from cachetools import FIFOCache
from pydantic import ValidationError

from rag.articles import Turn
from rag.errors import BadInput, Busy, BylineError, LibraryError
from service.chats.paragraphs import Paragraph, answer_paragraphs
from service.gateway import Gateway
from service.schemas import LONGEST_TURN, AskRequest, TurnIn

log = logging.getLogger(__name__)

HELP = "Ask a question about the news: every sentence of the answer comes with its source."
READING = "Reading the articles…"
SORRY = "Sorry, "
MOST_TURNS = 20
MOST_REMEMBERED = 10_000

T = TypeVar("T")


class ChatError(BylineError):
    """A chat's own service refused a message or cannot be reached; the error's message contains no token."""


class Conversation(Protocol):
    """One incoming question and how to reply to it. Methods may raise ChatError."""

    async def reading(self) -> None:
        """Shows that the question is being answered."""

    async def earlier(self) -> Sequence[Turn]:
        """The earlier turns, oldest first; empty where there are none or they cannot be read."""

    async def tell(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Shows the answer, replacing what `reading` showed."""

    async def notice(self, text: str) -> None:
        """Shows a plain sentence instead of an answer, such as an error."""


class Chats:
    """Answers the messages of all chats, each once, in the background."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._taken: FIFOCache[str, bool] = FIFOCache(MOST_REMEMBERED)
        self._running: set[asyncio.Task[Any]] = set()

    def take(self, key: str, text: str, conversation: Conversation) -> None:
        """Answers in the background; a known key is a message delivered twice, and ignored."""
        if key in self._taken:
            return
        self._taken[key] = True
        self.start(self._answer(text, conversation))

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Starts work that outlives the request, and that `close` waits for."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def close(self, timeout_s: float) -> None:
        """Waits for running answers; cancels those that take longer."""
        if self._running:
            await asyncio.wait(self._running, timeout=timeout_s)
        for task in tuple(self._running):
            task.cancel()

    async def _answer(self, text: str, conversation: Conversation) -> None:
        try:
            if not text.strip():
                await conversation.notice(HELP)
                return
            await conversation.reading()
            asked = AskRequest(question=text, history=_history(await conversation.earlier()))
            answer = await self._gateway.ask(asked.question_asked())
            await conversation.tell(answer_paragraphs(answer))
        except Exception as error:
            await _apologize(error, conversation)


async def _apologize(error: Exception, conversation: Conversation) -> None:
    if not isinstance(error, (ValidationError, BadInput, Busy)):
        log.error("a chat's question was not answered", exc_info=error)
    try:
        await conversation.notice(in_words(error))
    except Exception as unsaid:
        log.error("a chat could not show the error: %s", type(unsaid).__name__)


def in_words(error: Exception) -> str:
    """Describes an error for the person who asked."""
    if isinstance(error, ValidationError):
        why = str(error.errors(include_input=False)[0]["msg"]).removeprefix("Value error, ")
        return f"{SORRY}this question is not valid: {why}."
    if isinstance(error, BadInput):
        return f"{SORRY}that cannot be answered: {error}"
    if isinstance(error, Busy):
        return f"{SORRY}too many questions are waiting: try again shortly."
    if isinstance(error, LibraryError):
        return f"{SORRY}the articles cannot be read now; the service's log says why."
    if isinstance(error, ChatError):
        return f"{SORRY}the answer could not be shown here; the service's log says why."
    return f"{SORRY}the service failed; its log says why."


def is_answer(text: str) -> bool:
    """Whether a message that Byline sent is an answer, and not help, progress or an error."""
    return bool(text.strip()) and text not in (HELP, READING) and not text.startswith(SORRY)


def _history(turns: Sequence[Turn]) -> list[TurnIn]:
    said = [turn for turn in turns if turn.content.strip()]
    return [TurnIn(role=turn.role, content=turn.content[:LONGEST_TURN]) for turn in said[-MOST_TURNS:]]
