"""Isolates bugs: a step that crashes is logged, counted and left out."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TypeVar

from rag.errors import BylineError

log = logging.getLogger(__name__)

Made = TypeVar("Made")


class Mishaps:
    """Counts the steps of an answer that crashed."""

    def __init__(self) -> None:
        self.count = 0

    def guarded(self, instead: Made, function: Callable[..., Made], *arguments: object) -> Made:
        """Calls the function; returns `instead` where it crashes. A BylineError is raised as it is."""
        try:
            return function(*arguments)
        except BylineError:
            raise
        except Exception as error:
            self.count += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            # Without the message, which may quote a question or an article.
            log.error(
                "a step failed and was left out: %s in %s:%s", type(error).__name__, place.filename, place.lineno
            )
            return instead
