"""What chats share: each message is answered once, in the background.

A chat gives `Chats.take` a key, the words that were asked and the way back, a `Conversation`;
docs/add-a-chat.md is the guide to writing one.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from rag.articles import Turn
from rag.errors import BadInput, Busy, BylineError, LibraryError
from service.chats.paragraphs import Paragraph, told
from service.gateway import Gateway
from service.schemas import LONGEST_TURN, AskRequest, TurnIn

log = logging.getLogger(__name__)

HELP = "Ask something about the news: every sentence of the answer comes with the article that says it."
READING = "Reading the articles…"
SORRY = "Sorry, "
MOST_TURNS = 20
MOST_REMEMBERED = 10_000

T = TypeVar("T")


class ChatError(BylineError):
    """A chat's own service did not take a message, or cannot be reached; the message carries no token."""


class Conversation(Protocol):
    """One message that asks something, and the way back to who asked. Its methods may raise ChatError."""

    async def reading(self) -> None:
        """Show that the question is being answered."""

    async def earlier(self) -> Sequence[Turn]:
        """What was said before, oldest first; empty where nothing was or it cannot be read."""

    async def tell(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Show the answer, in place of what `reading` showed."""

    async def notice(self, text: str) -> None:
        """Show a plain sentence of Byline's own in its stead, such as why there is no answer."""


class Chats:
    """Answers what chats take in, each message once, beside the requests that brought them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._taken: OrderedDict[str, None] = OrderedDict()
        self._running: set[asyncio.Task[Any]] = set()

    def take(self, key: str, text: str, conversation: Conversation) -> None:
        """Answer in the background; a key that was taken before is a message delivered again, and passed over."""
        if key in self._taken:
            return
        self._taken[key] = None
        if len(self._taken) > MOST_REMEMBERED:
            self._taken.popitem(last=False)
        self.start(self._answer(text, conversation))

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Work that goes on when the request is answered, and that `close` waits for."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def close(self, timeout_s: float) -> None:
        """Let running answers end; give up those that take longer."""
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
            await conversation.tell(told(answer))
        except Exception as error:
            await _apologize(error, conversation)


async def _apologize(error: Exception, conversation: Conversation) -> None:
    if not isinstance(error, (ValidationError, BadInput, Busy)):
        log.error("a chat's question was not answered", exc_info=error)
    try:
        await conversation.notice(in_words(error))
    except Exception as unsaid:
        log.error("a chat could not be told so: %s", type(unsaid).__name__)


def in_words(error: Exception) -> str:
    """What went wrong, for the person who asked."""
    if isinstance(error, ValidationError):
        why = str(error.errors(include_input=False)[0]["msg"]).removeprefix("Value error, ")
        return f"{SORRY}that is no question that can be answered: {why}."
    if isinstance(error, BadInput):
        return f"{SORRY}that cannot be answered: {error}"
    if isinstance(error, Busy):
        return f"{SORRY}too many questions are waiting just now: try again shortly."
    if isinstance(error, LibraryError):
        return f"{SORRY}the articles cannot be read now; the service's log says why."
    if isinstance(error, ChatError):
        return f"{SORRY}the answer could not be shown here; the service's log says why."
    return f"{SORRY}something went wrong inside; the service's log says what."


def is_answer(text: str) -> bool:
    """Whether a message that Byline sent is an answer, not a word of its own such as that it reads."""
    return bool(text.strip()) and text not in (HELP, READING) and not text.startswith(SORRY)


def _history(turns: Sequence[Turn]) -> list[TurnIn]:
    said = [turn for turn in turns if turn.content.strip()]
    return [TurnIn(role=turn.role, content=turn.content[:LONGEST_TURN]) for turn in said[-MOST_TURNS:]]
