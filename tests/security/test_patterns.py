"""No pattern of Byline takes a square of a text's length: every one that is compiled, on hostile texts."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest
from eval.hostile_texts import PIECES, repeated

import rag
import service

CHARACTERS = 1_500
SLOW_S = 0.01  # of the processor; a linear pattern takes a tenth of it, a square more
MOST_TIMES = 3.0  # twice the text: 2 where linear, 4 where quadratic
OWN_PIECES = (
    "a ",
    "a.",
    "A ",
    "A.",
    "a'",
    "1",
    "1.",
    "1,",
    "[",
    "](",
    "<",
    "{",
    ":",
    " :",
    "-",
    "– ",
    "/",
    "=",
    "_",
    "*",
)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every compiled pattern of the modules, by module and name."""
    found: dict[str, re.Pattern[str]] = {}
    for package in (rag, service):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for name, value in list(vars(importlib.import_module(module.name)).items()):
                for number, one in enumerate(_patterns_in(value)):
                    found.setdefault(one.pattern, one)
                    names.setdefault(one.pattern, f"{module.name}.{name}[{number}]")
    return {names[text]: one for text, one in found.items()}


names: dict[str, str] = {}


def _patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, (tuple, list, frozenset)):
        for one in value:
            yield from _patterns_in(one)
    elif isinstance(value, dict):
        yield from _patterns_in([*value.keys(), *value.values()])


def _spent(pattern: re.Pattern[str], text: str) -> float:
    began = time.thread_time()
    for _ in pattern.finditer(text):
        pass
    return time.thread_time() - began


def _is_square(pattern: re.Pattern[str], piece: str) -> bool:
    once, twice = repeated(piece, CHARACTERS), repeated(piece, 2 * CHARACTERS)
    spent = _spent(pattern, once)
    if spent < SLOW_S or _spent(pattern, twice) < MOST_TIMES * spent:
        return False
    spent = min(_spent(pattern, once) for _ in range(3))
    return spent > SLOW_S and min(_spent(pattern, twice) for _ in range(3)) > MOST_TIMES * spent


def test_every_pattern_is_linear_in_the_text() -> None:
    known = patterns()
    assert len(known) > 100

    square = [
        (name, piece) for name, one in known.items() for piece in (*PIECES, *OWN_PIECES) if _is_square(one, piece)
    ]

    assert not square


@pytest.mark.parametrize("square", [r"[!?]+\s+$", r"(a+)+b$|!+x"])
def test_a_square_is_found(square: str) -> None:
    assert _is_square(re.compile(square), "!")
