"""No compiled pattern of Byline takes the cube of a text's length, or more, on hostile texts.

A square is allowed where the length is bounded; `eval.bench.worst_times` times what is not, at its greatest size.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import rag
import service
from eval.bench.hostile_texts import PIECES, repeated

CHARACTERS = 300
MOST_S = 0.05  # of the processor; a square takes a thirtieth of it, a cube several times as much
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


def _is_slow(pattern: re.Pattern[str], text: str) -> bool:
    return _spent(pattern, text) > MOST_S and min(_spent(pattern, text) for _ in range(3)) > MOST_S


def test_no_pattern_takes_a_cube_of_the_texts_length() -> None:
    known = patterns()
    assert len(known) > 100

    texts = [repeated(piece, CHARACTERS) for piece in (*PIECES, *OWN_PIECES)]
    slow = [(name, text[:20]) for name, one in known.items() for text in texts if _is_slow(one, text)]

    assert not slow


def test_a_cube_is_found() -> None:
    assert _is_slow(re.compile(r"\s*[,;]?\s*\s+and"), repeated(" ", CHARACTERS))
