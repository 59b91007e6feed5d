"""Describes a language model's failure in words safe to show, and tells whether a retry may help."""

from __future__ import annotations

import logging
import random

from rag.errors import WriterError

log = logging.getLogger(__name__)

LONGEST_WAIT_S = 10.0
# Names of litellm's error classes or their bases → a description, and whether a retry may help. The errors' own
# messages may contain addresses, keys and traces, and are never shown.
_FAILURES = {
    "Timeout": ("it took longer than {s} s", False),
    "TimeoutException": ("it took longer than {s} s", False),
    "AuthenticationError": ("its key is missing or wrong (set BYLINE_API_KEY or its provider's variable)", False),
    "PermissionDeniedError": ("its key may not use this model{status}", False),
    "RateLimitError": ("too many requests, or its quota is used up", True),
    "ContextWindowExceededError": ("the passages exceed its context window (ask with fewer passages)", False),
    "ContentPolicyViolationError": ("it refused the passages by its content policy", False),
    "NotFoundError": ("it is not known there, or the request was refused{status}", False),
    "BadRequestError": ("it is not known there, or the request was refused{status}", False),
    "UnprocessableEntityError": ("it is not known there, or the request was refused{status}", False),
    "MidStreamFallbackError": ("it broke off", True),
    "TransportError": ("it could not be reached or failed{status}", True),
    "APIError": ("it could not be reached or failed{status}", True),
}


def reason_of(model: str, error: Exception, timeout_s: float) -> tuple[str, bool]:
    """Describes a failure in words safe to show, and tells whether a retry may help."""
    if isinstance(error, WriterError):
        return f"{model}: {error}", True
    if isinstance(original := getattr(error, "original_exception", None), Exception):
        return reason_of(model, original, timeout_s)  # the cause of a broken stream
    if isinstance(error, TimeoutError):
        return f"{model}: it took longer than {timeout_s:g} s", False
    known = next((_FAILURES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in _FAILURES), None)
    words, again = known or ("it failed, or its reply could not be parsed", True)
    if known is None:
        log.info("%s failed with an unknown error: %s", model, type(error).__name__)
    status = getattr(error, "status_code", None)
    text = words.format(s=f"{timeout_s:g}", status=f" ({status})" if isinstance(status, int) else "")
    return f"{model}: {text}", again


def wait_s(attempt: int, error: Exception, backoff_s: float) -> float:
    """Seconds to wait before a retry: as the server asks, otherwise exponential backoff with jitter."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(float(headers.get("retry-after", "")), LONGEST_WAIT_S)
    except ValueError:
        return min(backoff_s * float(2**attempt) * random.uniform(0.5, 1.5), LONGEST_WAIT_S)
