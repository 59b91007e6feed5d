"""Streams a language model's answer as drafts, one for each complete sentence."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.articles import Draft, Passage, Question, Usage, squeeze
from rag.errors import WriterError
from rag.generation.completion import ChatModel, Messages, usage_of
from rag.generation.failures import reason_of, wait_s
from rag.generation.model_output import Sentences
from rag.generation.prompt import UNKNOWN, answer_messages, condense_messages
from rag.language.names import names
from rag.language.passage_references import says_unknown
from rag.language.sameness import same_stem
from rag.language.words import STOP_WORDS, pieces

log = logging.getLogger(__name__)

LONGEST_ANSWER_TOKENS = 1024
LONGEST_ANSWER_CHARACTERS = 8000
LONGEST_CONDENSED_TOKENS = 200
LONGEST_QUESTION = 2000


@dataclass(frozen=True, slots=True)
class Written:
    """The end of a model's answer; `declined`: it said that the passages have no answer; `cut`: it broke off."""

    model: str
    usage: Usage
    declined: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class LlmWriter(ChatModel):
    """A language model, with fallbacks, that writes answers."""

    async def write(
        self, question: Question, passages: Sequence[Passage], asked: str | None = None
    ) -> AsyncIterator[Draft | Written]:
        """Yields each sentence as soon as it is complete, then `Written`. `asked` is the resolved follow-up question.

        As long as nothing was yielded, a failing model is retried, then the next one tried. Raises WriterError when
        all fail, and when one breaks off after its first draft, which leaves half an answer.
        """
        messages = answer_messages(question, asked or question.text, passages)
        reasons = []
        for model in (self.model, *self.fallback_models):
            for attempt in range(self.retries + 1):
                begun = False
                try:
                    async for item in self._write_once(model, messages, len(passages)):
                        begun = True
                        yield item
                    return
                except Exception as error:
                    reason, again = reason_of(model, error, self.timeout_s)
                    log.info("attempt %d: %s", attempt + 1, reason)
                    if begun:
                        raise WriterError(f"{reason}, in the middle of its answer") from None
                    if not again or attempt == self.retries:
                        reasons.append(reason)
                        break
                    await asyncio.sleep(wait_s(attempt, error, self.backoff_s))
        raise WriterError("; ".join(reasons))

    async def condense(self, question: Question) -> tuple[str, Usage]:
        """Rewrites a follow-up question so that it can be read alone. Raises WriterError."""

        def read(text: str) -> str:
            condensed = squeeze(text).strip('"“”')
            if len(condensed) > LONGEST_QUESTION or _invents(condensed, question):
                raise WriterError("it changed the question")
            return condensed

        return await self.complete(condense_messages(question), LONGEST_CONDENSED_TOKENS, read)

    async def _write_once(self, model: str, messages: Messages, passages: int) -> AsyncIterator[Draft | Written]:
        sentences = Sentences(passages)
        usage: Any = None
        written = 0
        first: str | None = None
        ended = ""
        async for chunk in self.chunks(model, messages, LONGEST_ANSWER_TOKENS):
            usage = getattr(chunk, "usage", None) or usage
            if not chunk.choices:
                continue
            ended = chunk.choices[0].finish_reason or ended
            piece = chunk.choices[0].delta.content or ""
            written += len(piece)
            if written > LONGEST_ANSWER_CHARACTERS:
                ended = "length"
                break
            for draft in sentences.feed(piece):
                first = first or draft.text
                if not (_declines(first) or says_unknown(draft.text)):
                    yield draft
        last = list(sentences.close())
        cut = sentences.is_unfinished and (ended == "length" or first is not None or len(last) > 1)
        for draft in last[:-1] if cut else last:
            first = first or draft.text
            if not (_declines(first) or says_unknown(draft.text)):
                yield draft
        if first is None:
            raise WriterError("it wrote nothing")
        yield Written(model, usage_of(model, usage), _declines(first), cut)


def _declines(first: str) -> bool:
    """Whether the first sentence of an answer says that the passages have none."""
    bare = squeeze(first).rstrip(".").casefold()
    return bare == UNKNOWN.rstrip(".").casefold() or (says_unknown(first) and "answer" in bare)


def _invents(text: str, question: Question) -> bool:
    """Whether a condensed question has a name or a number that does not occur in the conversation."""
    conversation = " ".join([question.text, *(turn.content for turn in question.history)])
    said = {piece.casefold() for piece in pieces(conversation)} | STOP_WORDS
    facts = [*(one.text for one in names(text)), *re.findall(r"\d+", text)]
    new = {piece.casefold() for fact in facts for piece in pieces(fact) if len(piece) > 1 or piece.isdigit()}
    return any(not any(one == other or same_stem(one, other) for other in said) for one in new)
