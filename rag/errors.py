"""Every error that Byline raises on purpose.

BylineError
├── BadInput          the input is not valid (HTTP 422, exit status 2)
│   └── UnreadableFile    a file cannot be read as an article
├── NotFound          no article has that id (HTTP 404)
├── Busy              too many questions are waiting (HTTP 503 with Retry-After)
├── TimedOut          the time limit for an answer was reached (HTTP 504)
├── ConfigError       a setting is wrong or missing
│   └── MissingExtra      an optional package is not installed
├── LibraryError      the library cannot be opened, read or written
│   └── WrongModel        the library was embedded with another model
└── WriterError       the language model failed, timed out or wrote nothing usable

Each message says what went wrong and what to do next. None contains a key or the text of an article.
"""

from __future__ import annotations


class BylineError(Exception):
    """Base class of all errors that Byline raises on purpose."""


class BadInput(BylineError):
    """The input is not valid; `field` names the invalid part, if there is one."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class UnreadableFile(BadInput):
    """A file cannot be read as an article: missing, binary, empty or in an unknown encoding."""


class NotFound(BylineError):
    """No article in the library has that id."""


class Busy(BylineError):
    """Too many questions are waiting; retry after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TimedOut(BylineError):
    """An answer took longer than BYLINE_ANSWER_TIMEOUT_S, and had no statement yet."""


class ConfigError(BylineError):
    """A setting is wrong or missing."""


class MissingExtra(ConfigError):
    """An optional package is not installed; the message names the extra to install."""


class LibraryError(BylineError):
    """The library cannot be opened, read or written."""


class WrongModel(LibraryError):
    """The library was embedded with another model than the one configured."""


class WriterError(BylineError):
    """The language model failed, timed out or wrote nothing usable."""
