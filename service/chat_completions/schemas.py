"""The JSON of chat completions."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from service.schemas import AnswerOut


class UrlCitationOut(BaseModel):
    """`content[start_index:end_index]`, in Unicode code points, is the marker of what stands at `url`."""

    start_index: int
    end_index: int
    url: str
    title: str


class AnnotationOut(BaseModel):
    """A remark on the content."""

    type: Literal["url_citation"]
    url_citation: UrlCitationOut


class MessageOut(BaseModel):
    """The answer as Markdown, its markers annotated."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None
    annotations: list[AnnotationOut]


class ChoiceOut(BaseModel):
    """The one answer there is."""

    index: int = 0
    message: MessageOut
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class TokensOut(BaseModel):
    """What a language model charged; zeros where none was asked."""

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
    """What is new."""

    role: Literal["assistant"] | None = None
    content: str | None = None
    annotations: list[AnnotationOut] | None = None


class ChunkChoiceOut(BaseModel):
    """What is new of the one answer there is."""

    index: int
    delta: DeltaOut
    finish_reason: Literal["stop"] | None


class ChunkOut(BaseModel):
    """One event of a streamed chat completion; the one that tells that it ends has the whole answer as `byline`."""

    id: str
    object: Literal["chat.completion.chunk"]
    created: int
    model: str
    choices: list[ChunkChoiceOut]
    usage: TokensOut | None = None
    byline: AnswerOut | None = None


class ModelOut(BaseModel):
    """A way to be answered, as OpenAI's clients list it."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["byline"] = "byline"


class ModelsOut(BaseModel):
    """The models there are."""

    object: Literal["list"] = "list"
    data: list[ModelOut]


class ErrorOut(BaseModel):
    """What went wrong; `param` names the parameter at fault."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorsOut(BaseModel):
    """An error, as OpenAI's clients read it."""

    error: ErrorOut
