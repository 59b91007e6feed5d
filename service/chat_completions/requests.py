"""Parses chat completion requests into questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from rag.articles import Filters, Mode, Question, Turn, normalize
from service.chat_completions.errors import Refused
from service.schemas import LONGEST_QUESTION, LONGEST_TURN, MOST_TURNS, AskRequest, Day, FiltersIn

_END_OF_TEXT = "\n\n**"  # separates an answer's text from its disagreements and sources


class _Tolerant(BaseModel):
    """A request that ignores unknown fields: clients send many parameters that mean nothing here."""

    model_config = ConfigDict(extra="allow")


class PartIn(_Tolerant):
    """A part of a message's content; only text is used."""

    type: str
    text: str | None = None


class MessageIn(_Tolerant):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[PartIn] | None = None

    @property
    def text(self) -> str:
        """The text of its content."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(part.text for part in self.content if part.type == "text" and part.text)


class StreamOptionsIn(_Tolerant):
    """Options of streaming."""

    include_usage: bool | None = Field(None, description="send a last chunk with the usage")


def _text_alone(value: Any) -> Any:
    if value is not None and not (isinstance(value, dict) and value.get("type") == "text"):
        raise ValueError("only text is supported; omit response_format")
    return value


def _no_tool_forced(value: Any) -> Any:
    if value not in (None, "auto", "none"):
        raise ValueError("tools are never called; omit tool_choice, or send auto or none")
    return value


class ChatRequest(_Tolerant):
    """The body of `POST /v1/chat/completions`.

    The last user message is the question, earlier messages are its history; system messages, `tools` and sampling
    parameters are ignored. `filters` and `as_of` are those of `/v1/ask`.
    """

    model: str = Field("byline", description="one of /v1/models")
    messages: list[MessageIn] = Field(min_length=1)
    stream: bool | None = Field(None, description="answer as server-sent events")
    stream_options: StreamOptionsIn | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = Field(None, description="there is one answer")
    response_format: Annotated[Any, BeforeValidator(_text_alone)] = None
    tool_choice: Annotated[Any, BeforeValidator(_no_tool_forced)] = None
    filters: FiltersIn | None = Field(None, description="which articles may be read")
    as_of: Day | None = Field(None, description="the day of the question; default: the newest article's")

    @property
    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    def question(self, mode: Mode) -> Question:
        """The question in the request. Raises Refused, RequestValidationError."""
        place = max((at for at, message in enumerate(self.messages) if message.role == "user"), default=None)
        if place is None:
            raise Refused(400, "There is no user message with a question.", "messages")
        return Question(
            text=_question_text(self.messages[place], place),
            history=_history(self.messages[:place]),
            filters=self.filters.filters() if self.filters else Filters(),
            as_of=self.as_of,
            mode=mode,
        )


def _question_text(message: MessageIn, place: int) -> str:
    param = f"messages.{place}.content"
    if isinstance(message.content, list):
        for part in message.content:
            if part.type != "text":
                raise Refused(400, f"Only text is supported, not {part.type!r}: ask in words.", param)
    if len(message.text) > LONGEST_QUESTION:
        detail = f"The last user message has {len(message.text):,} characters; at most {LONGEST_QUESTION:,} fit."
        raise Refused(400, detail, param, "context_length_exceeded")
    try:
        return AskRequest(question=message.text).question
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", param)} for one in error.errors()]) from None


def _history(messages: Sequence[MessageIn]) -> tuple[Turn, ...]:
    """The last turns that are not empty; Byline's own answers without their sources."""
    turns: list[Turn] = []
    for message in messages:
        text = normalize(message.text)
        if message.role == "user" and text.strip():
            turns.append(Turn("user", text[:LONGEST_TURN]))
        elif message.role == "assistant" and text.strip():
            turns.append(Turn("assistant", text.partition(_END_OF_TEXT)[0][:LONGEST_TURN]))
    return tuple(turns[-MOST_TURNS:])
