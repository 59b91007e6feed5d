"""Isolates failures: a step that fails by mistake is logged, counted and left out."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TypeVar

from rag.errors import BylineError

log = logging.getLogger(__name__)

Made = TypeVar("Made")


class Mishaps:
    """How often something failed while an answer was made."""

    def __init__(self) -> None:
        self.count = 0

    def guarded(self, instead: Made, function: Callable[..., Made], *arguments: object) -> Made:
        """What the function makes, or `instead` where it fails. Errors raised on purpose are raised as they are."""
        try:
            return function(*arguments)
        except BylineError:
            raise
        except Exception as error:
            self.count += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            # No message: it may hold words of a question or an article.
            log.error(
                "a step failed and was left out: %s in %s:%s", type(error).__name__, place.filename, place.lineno
            )
            return instead
