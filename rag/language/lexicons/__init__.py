"""Word lists as data: one TOML file a topic, each list named `topic.key`, each with a comment on what it is for.

A list is a string, of words with white space between them or of phrases with a comma behind
each but the last; a single phrase has one too.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


def words(name: str) -> frozenset[str]:
    """The words or phrases of the list of that name."""
    return frozenset(sequence(name))


def sequence(name: str) -> tuple[str, ...]:
    """The words or phrases of the list of that name, in the order of its file."""
    return _split(_entry(name))


def groups(name: str) -> tuple[tuple[frozenset[str], ...], ...]:
    """The groups of that name, an array of lists; each group has as many sides as slashes part it into."""
    return tuple(tuple(frozenset(_split(side)) for side in line.split("/")) for line in _entry(name))


def meanings(name: str) -> dict[str, str]:
    """Of a table that lists words under what they mean: each word with its meaning."""
    return {word: meaning for meaning, listed in _entry(name).items() for word in _split(listed)}


def _split(listed: str) -> tuple[str, ...]:
    if "," in listed:
        return tuple(" ".join(phrase.split()) for phrase in listed.split(",") if phrase.strip())
    return tuple(listed.split())


def _entry(name: str) -> Any:
    topic, _, key = name.partition(".")
    return _topic(topic)[key]


@cache
def _topic(topic: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(f"{topic}.toml").read_text(encoding="utf-8"))
