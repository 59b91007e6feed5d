"""What went wrong with a language model: in words that may be shown, and whether asking again may help.

Only the LLM writer calls it.
"""

from __future__ import annotations

import logging
import random

from rag.errors import WriterError

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 10.0
# What litellm's errors mean, by the name of their class or of one that they are a kind of: words that may be shown,
# and whether asking again may help. Their own texts may hold addresses, keys and traces, and are never shown.
_FAILURES = {
    "Timeout": ("it took longer than {s} s", False),
    "TimeoutException": ("it took longer than {s} s", False),
    "AuthenticationError": ("its key is missing or wrong (set BYLINE_API_KEY or its provider's variable)", False),
    "PermissionDeniedError": ("its key may not use this model{status}", False),
    "RateLimitError": ("too many requests, or its quota is used up", True),
    "ContextWindowExceededError": ("the passages are longer than it can read (ask with fewer passages)", False),
    "ContentPolicyViolationError": ("it refused the passages as against its rules", False),
    "NotFoundError": ("it is not known there, or the request was refused{status}", False),
    "BadRequestError": ("it is not known there, or the request was refused{status}", False),
    "UnprocessableEntityError": ("it is not known there, or the request was refused{status}", False),
    "MidStreamFallbackError": ("it broke off", True),
    "TransportError": ("it could not be reached or failed{status}", True),
    "APIConnectionError": ("it could not be reached or failed{status}", True),
    "ServiceUnavailableError": ("it could not be reached or failed{status}", True),
    "InternalServerError": ("it could not be reached or failed{status}", True),
    "BadGatewayError": ("it could not be reached or failed{status}", True),
    "APIError": ("it could not be reached or failed{status}", True),
}


def reason_of(model: str, error: Exception, timeout_s: float) -> tuple[str, bool]:
    """What went wrong in words that may be shown, and whether asking again may help."""
    if isinstance(error, WriterError):
        return str(error), True
    if isinstance(original := getattr(error, "original_exception", None), Exception):
        return reason_of(model, original, timeout_s)  # what broke the stream off
    if isinstance(error, TimeoutError):
        return f"{model}: it took longer than {timeout_s:g} s", False
    told = next((_FAILURES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _FAILURES), None)
    words, again = told or ("it failed, or answered in a form that is not understood", True)
    if told is None:
        log.info("%s failed in an unforeseen way: %s", model, type(error).__name__)
    status = getattr(error, "status_code", None)
    text = words.format(s=f"{timeout_s:g}", status=f" ({status})" if isinstance(status, int) else "")
    return f"{model}: {text}", again


def wait_s(attempt: int, error: Exception, backoff_s: float) -> float:
    """How long to wait before asking again: what the server asks for, else longer each time, with jitter."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(float(headers.get("retry-after", "")), LONGEST_WAIT_S)
    except ValueError:
        return min(backoff_s * float(2**attempt) * random.uniform(0.5, 1.5), LONGEST_WAIT_S)
