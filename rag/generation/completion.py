"""Requests chat completions, whole or streamed, from any language model that litellm supports."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from rag.articles import Usage
from rag.errors import WriterError
from rag.generation.failures import reason_of

if TYPE_CHECKING:
    from rag.settings import Settings

log = logging.getLogger(__name__)

SOCKET_SPARE_S = 60.0  # litellm's own timeout also counts our work between chunks, so it must be longer
Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model and its fallbacks, tried in turn.

    `api_base` and `api_key` are used for `model` and for fallbacks of the same provider only, so that no key reaches
    another. `timeout_s` bounds one model's reply from the request to the last token.
    """

    model: str
    fallback_models: tuple[str, ...] = ()
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_s: float = 60.0
    retries: int = 2
    backoff_s: float = 0.5

    @classmethod
    def configured(cls, settings: Settings, model: str | None = None) -> Self:
        """The configured model, or another one with the same access; one of the two must be given."""
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

    def instead(self, model: str) -> Self:
        """Another model, without fallbacks; base URL and key are kept for the same provider only."""
        same = _provider(model) == _provider(self.model)
        base, key = (self.api_base, self.api_key) if same else (None, None)
        return replace(self, model=model, fallback_models=(), api_base=base, api_key=key)

    def warm_up(self) -> None:
        """Loads slow modules, so that the first answer does not block the event loop; sends nothing."""
        litellm = _litellm()
        import openai.resources  # noqa: F401  which litellm imports late, and most providers need

        async def pretend() -> None:
            messages = [{"role": "user", "content": "Ready?"}]
            async for _ in await litellm.acompletion(
                model=self.model, messages=messages, mock_response="Ready.", stream=True
            ):
                pass

        with suppress(Exception):  # an unusable model is reported at the first question
            asyncio.run(pretend())

    async def complete(
        self, messages: Messages, max_tokens: int, read: Callable[[str], str] = str
    ) -> tuple[str, Usage]:
        """One reply, not streamed and parsed by `read`, of the first model that succeeds. Raises WriterError."""
        litellm = await asyncio.to_thread(_litellm)
        reasons = []
        for model in (self.model, *self.fallback_models):
            try:
                async with asyncio.timeout(self.timeout_s):
                    response = await litellm.acompletion(
                        messages=messages, max_tokens=max_tokens, **self._options(model)
                    )
                text = str(response.choices[0].message.content or "")
                if not text.strip():
                    raise WriterError("it wrote nothing")
                return read(text), usage_of(model, getattr(response, "usage", None))
            except Exception as error:
                reasons.append(reason_of(model, error, self.timeout_s)[0])
                log.info("a completion failed: %s", reasons[-1])
        raise WriterError("; ".join(reasons))

    async def chunks(self, model: str, messages: Messages, max_tokens: int) -> AsyncIterator[Any]:
        """Streams a reply. The timeout counts the model's time only, not the consumer's between two chunks."""
        litellm = await asyncio.to_thread(_litellm)  # its import takes seconds, which must not count
        left = self.timeout_s

        async def timed(awaited: Awaitable[Any]) -> Any:
            nonlocal left
            begun = time.monotonic()
            async with asyncio.timeout(max(left, 0.0)):
                result = await awaited
            left -= time.monotonic() - begun
            return result

        request = {"messages": messages, "max_tokens": max_tokens, **self._options(model)}
        usage = {"stream": True, "stream_options": {"include_usage": True}}
        pieces = aiter(await timed(litellm.acompletion(**request, **usage)))
        while (piece := await timed(anext(pieces, None))) is not None:
            yield piece

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
        """A dummy key for a local server, which mostly needs none: litellm's OpenAI client requires one."""
        if self.api_base is None or os.environ.get(f"{_provider(model).upper()}_API_KEY"):
            return None
        return "none"


def usage_of(model: str, usage: Any) -> Usage:
    """Tokens as counted by the model's server, and their cost where litellm knows the price."""
    prompt, completion = (int(getattr(usage, name, 0) or 0) for name in ("prompt_tokens", "completion_tokens"))
    try:
        costs = _litellm().cost_per_token(model=model, prompt_tokens=prompt, completion_tokens=completion)
    except Exception:  # a model that is not in the price list
        costs = (0.0, 0.0)
    return Usage(prompt, completion, round(float(sum(costs)), 8))


def _litellm() -> Any:
    """Imports litellm late, since it takes seconds, without its log output and its download of a price list."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return litellm


def _provider(model: str) -> str:
    return model.split("/", 1)[0] if "/" in model else "openai"
