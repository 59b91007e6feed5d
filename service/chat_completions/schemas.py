"""The JSON of chat completions."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from service.schemas import AnswerOut


class UrlCitationOut(BaseModel):
    """`content[start_index:end_index]`, in Unicode code points, is the marker that cites `url`."""

    start_index: int
    end_index: int
    url: str
    title: str


class AnnotationOut(BaseModel):
    """An annotation of the content."""

    type: Literal["url_citation"]
    url_citation: UrlCitationOut


class MessageOut(BaseModel):
    """The answer as Markdown with annotated markers."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[AnnotationOut]


class ChoiceOut(BaseModel):
    """The only choice."""

    index: int = 0
    message: MessageOut
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class TokensOut(BaseModel):
    """Tokens of the language model; zeros where none was used."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletionOut(BaseModel):
    """The response of `POST /v1/chat/completions`; `byline` is the same answer as `/v1/ask` gives it."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[ChoiceOut]
    usage: TokensOut
    byline: AnswerOut


class DeltaOut(BaseModel):
    """The part of the message that is new in a chunk."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: list[AnnotationOut] | None = None


class ChunkChoiceOut(BaseModel):
    """The only choice of a chunk."""

    index: int
    delta: DeltaOut
    finish_reason: Literal["stop"] | None


class ChunkOut(BaseModel):
    """One event of a streamed chat completion; the one with a `finish_reason` has the whole answer as `byline`."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoiceOut]
    usage: TokensOut | None = None
    byline: AnswerOut | None = None


class ModelOut(BaseModel):
    """A model in the list."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["byline"] = "byline"


class ModelsOut(BaseModel):
    """The list of models."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


class ErrorOut(BaseModel):
    """An error's details; `param` names the invalid parameter."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorsOut(BaseModel):
    """An error in OpenAI's form."""

    error: ErrorOut
