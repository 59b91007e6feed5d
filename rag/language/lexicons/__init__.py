"""Word lists as data: one TOML file a topic, each list named `topic.key`, each file with a note on what it is for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def words(name: str) -> frozenset[str]:
    """The list of that name: a string of words with white space between them, or an array of phrases."""
    return frozenset(sequence(name))


def sequence(name: str) -> tuple[str, ...]:
    """The list of that name in the order of its file, where the order has a meaning."""
    found = _entry(name)
    return tuple(found.split() if isinstance(found, str) else found)


def groups(name: str) -> tuple[frozenset[str], ...]:
    """The groups of words of that name: an array of strings, each a group."""
    return tuple(frozenset(line.split()) for line in _entry(name))


def table(name: str) -> dict[str, Any]:
    """The table of that name: a word or symbol and what it stands for."""
    return dict(_entry(name))


def _entry(name: str) -> Any:
    topic, _, key = name.partition(".")
    return _topic(topic)[key]


@cache
def _topic(topic: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(f"{topic}.toml").read_text(encoding="utf-8"))
