"""Formats answers as chat completions, whole or in chunks."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator
from contextlib import aclosing
from typing import Literal

from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event

from rag.articles import Answer, Source, Usage
from rag.desk import Stated
from service.chat_completions.errors import error_of
from service.chat_completions.schemas import (
    AnnotationOut,
    ChatCompletionOut,
    ChoiceOut,
    ChunkChoiceOut,
    ChunkOut,
    DeltaOut,
    MessageOut,
    TokensOut,
    UrlCitationOut,
)
from service.events import Event, with_keep_alive
from service.markdown import MarkdownStream, Marker, Piece, web_address
from service.schemas import answer_out

DONE = b"data: [DONE]\n\n"

ArticleUrl = Callable[[Source], str]


class Reply:
    """One chat completion, whole or in chunks. `article_url` gives the URL of articles without a web page."""

    def __init__(self, model: str, article_url: ArticleUrl) -> None:
        self._id = f"chatcmpl-{uuid.uuid4().hex}"
        self._created = int(time.time())
        self._model = model
        self._article_url = article_url

    def whole(self, answer: Answer) -> ChatCompletionOut:
        """The answer as one message."""
        pieces = MarkdownStream(web_address).whole(answer)
        message = MessageOut(
            content="".join(piece.text for piece in pieces),
            annotations=self._annotations(marker for piece in pieces for marker in piece.markers),
        )
        return ChatCompletionOut(
            id=self._id,
            created=self._created,
            model=self._model,
            choices=[ChoiceOut(message=message)],
            usage=_tokens(answer.usage),
            byline=answer_out(answer),
        )

    async def chunks(self, first: Event, rest: AsyncGenerator[Event], *, with_usage: bool) -> AsyncIterator[bytes]:
        """The role, each statement as soon as it is checked, the sources and the end; comments keep it alive."""
        markdown = MarkdownStream(web_address)
        async with aclosing(with_keep_alive(first, rest)) as events:
            try:
                yield self._sent(DeltaOut(role="assistant", content=""), with_usage)
                async for event in events:
                    if event is None:
                        yield KEEPALIVE_COMMENT
                    elif isinstance(event, Stated):
                        piece = markdown.statement(event.statement, event.citations, event.lead)
                        yield self._sent(self._delta(piece), with_usage)
                    elif isinstance(event, Answer):
                        for chunk in self._end(markdown, event, with_usage):
                            yield chunk
            except Exception as error:
                yield format_sse_event(data_str=error_of(error).model_dump_json())

    def _end(self, markdown: MarkdownStream, answer: Answer, with_usage: bool) -> Iterator[bytes]:
        yield self._sent(self._delta(markdown.rest(answer)), with_usage)
        last = self._chunk(DeltaOut(), "stop", with_usage)
        yield _event(last.model_copy(update={"byline": answer_out(answer)}))
        if with_usage:
            yield _event(self._bare([]).model_copy(update={"usage": _tokens(answer.usage)}))
        yield DONE

    def _sent(self, delta: DeltaOut, with_usage: bool) -> bytes:
        return _event(self._chunk(delta, None, with_usage))

    def _chunk(self, delta: DeltaOut, finish_reason: Literal["stop"] | None, with_usage: bool) -> ChunkOut:
        chunk = self._bare([ChunkChoiceOut(index=0, delta=delta, finish_reason=finish_reason)])
        return chunk.model_copy(update={"usage": None}) if with_usage else chunk

    def _bare(self, choices: list[ChunkChoiceOut]) -> ChunkOut:
        return ChunkOut(
            id=self._id, object="chat.completion.chunk", created=self._created, model=self._model, choices=choices
        )

    def _delta(self, piece: Piece) -> DeltaOut:
        """The next piece of the message; annotations are relative to the whole message."""
        annotations = self._annotations(piece.markers)
        return DeltaOut(content=piece.text, annotations=annotations) if annotations else DeltaOut(content=piece.text)

    def _annotations(self, markers: Iterable[Marker]) -> list[AnnotationOut]:
        return [
            AnnotationOut(
                type="url_citation",
                url_citation=UrlCitationOut(
                    start_index=marker.start,
                    end_index=marker.end,
                    url=web_address(marker.citation) or self._article_url(marker.citation.source),
                    title=marker.citation.source.title,
                ),
            )
            for marker in markers
        ]


def _tokens(usage: Usage) -> TokensOut:
    return TokensOut(
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
    )


def _event(chunk: ChunkOut) -> bytes:
    """Encodes a chunk as an event, without unset fields, like OpenAI's own chunks."""
    return format_sse_event(data_str=chunk.model_dump_json(exclude_unset=True))
