"""Answers by any language model that litellm reaches: it writes drafts, which others check. The desk calls it."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rag.articles import Draft, Passage, Question, Usage, squeeze
from rag.errors import WriterError
from rag.generation.failures import reason_of, wait_s
from rag.generation.markers import Sentences
from rag.generation.prompt import UNKNOWN, answer_messages, condense_messages
from rag.language.names import names
from rag.language.sameness import same_stem
from rag.language.words import STOP_WORDS, pieces

if TYPE_CHECKING:
    from rag.settings import Settings

log = logging.getLogger(__name__)

LONGEST_ANSWER_TOKENS = 1024
LONGEST_ANSWER_CHARACTERS = 8000
LONGEST_CONDENSED_TOKENS = 200
LONGEST_QUESTION = 2000
SOCKET_SPARE_S = 60.0  # litellm's own limit counts what is done with a piece meanwhile, and must not come first
_DECLINES = re.compile(
    r"^(?:i['’]m sorry,? (?:but )?)?(?:the|these|none of the) (?:articles?|passages?|sources?)(?: provided)? "
    r"(?:do(?:es)? not|don['’]t|did not) (?:say|contain|mention|provide|answer|include|give|specify|state)\b",
    re.IGNORECASE,
)


_GOES_ON = re.compile(r"\b(?:but|however|though|although|only)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """The end of a model's answer; `declined` when it said that the passages do not tell, `cut` when it broke off."""

    model: str
    usage: Usage
    declined: bool
    cut: bool = False


@dataclass(frozen=True, slots=True)
class LlmWriter:
    """A language model and those to fall back on, asked in turn.

    `api_base` and `api_key` go to `model` and to the fallbacks of the same provider only, so that no key reaches
    another. `timeout_s` bounds one answer of one model from its request to its last word.
    """

    model: str
    fallback_models: tuple[str, ...] = ()
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    retries: int = 2
    backoff_s: float = 0.5

    @classmethod
    def configured(cls, settings: Settings, model: str | None = None) -> LlmWriter:
        """The writer that the settings describe, or the same access to another model; one of them must be named."""
        name = model or settings.model
        assert name is not None
        return cls(
            name,
            () if model else settings.fallback_models,
            settings.api_base,
            settings.api_key.get_secret_value() if settings.api_key else None,
            settings.llm_timeout_s,
            settings.llm_retries,
        )

    def warm_up(self) -> None:
        """Load what an event loop would stand still for at the first answer; nothing is sent. Not for a loop."""
        litellm = _litellm()
        import openai.resources  # noqa: F401  by which most providers are asked, and which litellm loads late

        async def pretend() -> None:
            messages = [{"role": "user", "content": "Ready?"}]
            async for _ in await litellm.acompletion(
                model=self.model, messages=messages, mock_response="Ready.", stream=True
            ):
                pass

        with suppress(Exception):  # what is wrong with the model, the first question tells
            asyncio.run(pretend())

    async def write(
        self, question: Question, passages: Sequence[Passage], asked: str | None = None
    ) -> AsyncIterator[Draft | Written]:
        """Each sentence as soon as it is whole, then `Written`. `asked` is the question as it can be read alone.

        A model that fails is asked again, then the next one, as long as nothing was yielded. Raises WriterError
        when none answers, and when one breaks off after its first draft: what was yielded then is half an answer.
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
        """The follow-up question as one that can be read alone, by the first model that can. Raises WriterError."""

        def read(text: str) -> str:
            condensed = squeeze(text).strip('"“”')
            if len(condensed) > LONGEST_QUESTION or _invents(condensed, question):
                raise WriterError("it made another question of it")
            return condensed

        return await self.complete(condense_messages(question), LONGEST_CONDENSED_TOKENS, read)

    async def complete(
        self, messages: list[dict[str, str]], max_tokens: int, read: Callable[[str], str] = str
    ) -> tuple[str, Usage]:
        """One reply as `read` takes it, of the first model that gives one, not streamed. Raises WriterError."""
        reasons = []
        for model in (self.model, *self.fallback_models):
            try:
                return await self._complete_once(model, messages, max_tokens, read)
            except Exception as error:
                reasons.append(reason_of(model, error, self.timeout_s)[0])
                log.info("a completion failed: %s", reasons[-1])
        raise WriterError("; ".join(reasons))

    async def _complete_once(
        self, model: str, messages: list[dict[str, str]], max_tokens: int, read: Callable[[str], str]
    ) -> tuple[str, Usage]:
        litellm = await asyncio.to_thread(_litellm)
        async with asyncio.timeout(self.timeout_s):
            response = await litellm.acompletion(messages=messages, max_tokens=max_tokens, **self._options(model))
        text = str(response.choices[0].message.content or "")
        if not text.strip():
            raise WriterError(f"{model}: it wrote nothing")
        try:
            return read(text), _usage(model, getattr(response, "usage", None))
        except WriterError as error:
            raise WriterError(f"{model}: {error}") from None

    def instead(self, model: str) -> LlmWriter:
        """The same access with another model and no fallbacks; the key goes to a model of the same provider only."""
        same = _provider(model) == _provider(self.model)
        base, key = (self.api_base, self.api_key) if same else (None, None)
        return replace(self, model=model, fallback_models=(), api_base=base, api_key=key)

    async def _write_once(
        self, model: str, messages: list[dict[str, str]], passages: int
    ) -> AsyncIterator[Draft | Written]:
        sentences = Sentences(passages)
        told: Any = None
        written = 0
        first: str | None = None
        ended = ""
        litellm = await asyncio.to_thread(_litellm)  # its import takes seconds, which are not the model's
        async for chunk in self._chunks(litellm, model, messages):
            told = getattr(chunk, "usage", None) or told
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
                if not (_declines(first) or _says_unknown(draft.text)):
                    yield draft
        last = list(sentences.close())
        cut = sentences.is_unfinished and (ended == "length" or first is not None or len(last) > 1)
        for draft in last[:-1] if cut else last:
            first = first or draft.text
            if not (_declines(first) or _says_unknown(draft.text)):
                yield draft
        if first is None:
            raise WriterError(f"{model}: it wrote nothing")
        yield Written(model, _usage(model, told), _declines(first), cut)

    async def _chunks(self, litellm: Any, model: str, messages: list[dict[str, str]]) -> AsyncIterator[Any]:
        """What the model sends, piece by piece. Only its own time counts: not what is done with a piece meanwhile."""
        clock = asyncio.get_running_loop()
        left, begun = self.timeout_s, clock.time()
        async with asyncio.timeout(left):
            stream = await litellm.acompletion(
                messages=messages,
                stream=True,
                stream_options={"include_usage": True},
                max_tokens=LONGEST_ANSWER_TOKENS,
                **self._options(model),
            )
        pieces = aiter(stream)
        while True:
            left -= clock.time() - begun
            begun = clock.time()
            try:
                async with asyncio.timeout(max(left, 0.0)):
                    piece = await anext(pieces)
            except StopAsyncIteration:
                return
            left -= clock.time() - begun
            yield piece
            begun = clock.time()

    def _options(self, model: str) -> dict[str, Any]:
        options: dict[str, Any] = {
            "model": model,
            "temperature": 0,
            "timeout": self.timeout_s + SOCKET_SPARE_S,
            "num_retries": 0,
            "max_retries": 0,
            "drop_params": True,
        }
        if _provider(model) == _provider(self.model):
            options |= {"api_base": self.api_base, "api_key": self.api_key or self._local_key(model)}
        return options

    def _local_key(self, model: str) -> str | None:
        """A server of one's own mostly needs no key, but litellm wants one for its OpenAI client."""
        if self.api_base is None or os.environ.get(f"{_provider(model).upper()}_API_KEY"):
            return None
        return "none"


def _litellm() -> Any:
    """litellm, imported late and quiet: it takes seconds, and would fetch its price list."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return litellm


def _provider(model: str) -> str:
    return model.split("/", 1)[0] if "/" in model else "openai"


def _usage(model: str, told: Any) -> Usage:
    """Tokens as the model's server counts them, and their price where litellm knows it."""
    prompt, completion = (int(getattr(told, name, 0) or 0) for name in ("prompt_tokens", "completion_tokens"))
    try:
        costs = _litellm().cost_per_token(model=model, prompt_tokens=prompt, completion_tokens=completion)
    except Exception:  # a model that is not in the price list
        costs = (0.0, 0.0)
    return Usage(prompt, completion, round(float(sum(costs)), 8))


def _declines(first: str) -> bool:
    """Whether an answer that begins so says that the passages do not tell, and no more."""
    bare = squeeze(first).rstrip(".").casefold()
    return bare == UNKNOWN.rstrip(".").casefold() or (_says_unknown(first) and "answer" in bare)


def _invents(text: str, question: Question) -> bool:
    """Whether a condensed question holds a name or a number that nobody has said in the conversation."""
    conversation = " ".join([question.text, *(turn.content for turn in question.history)])
    said = {piece.casefold() for piece in pieces(conversation)} | STOP_WORDS
    facts = [*(one.text for one in names(text)), *re.findall(r"\d+", text)]
    told = {piece.casefold() for fact in facts for piece in pieces(fact) if len(piece) > 1 or piece.isdigit()}
    return any(not any(one == other or same_stem(one, other) for other in said) for one in told)


def _says_unknown(text: str) -> bool:
    """Whether a sentence says of something that the passages do not tell it: no statement of theirs."""
    return _DECLINES.match(text) is not None and not _GOES_ON.search(text)
