"""Word lists and patterns as data: one TOML file a topic, each entry named `topic.key`, with a comment on its use.

A list is a string, of words with white space between them or of phrases with a comma behind
each but the last; a single phrase has one too.
"""

from __future__ import annotations

import re
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


def table(name: str) -> dict[str, dict[str, float]]:
    """A table of tables of numbers."""
    found: dict[str, dict[str, float]] = _entry(name)
    return found


def any_of(*names: str) -> str:
    """A group of a regular expression that matches the words and phrases of the lists, longer ones first."""
    found = {re.escape(one).replace(r"\ ", r"\s+") for name in names for one in sequence(name)}
    return f"(?:{'|'.join(sorted(found, key=lambda one: (-len(one), one)))})"


def patterns(name: str) -> tuple[str, ...]:
    """The regular expressions of an array; `{word}` in one stands for the topic's part of that name.

    A line end is no part of an expression.
    """
    parts = _entry(f"{name.partition('.')[0]}.parts")
    return tuple(_filled(pattern, parts) for pattern in _entry(name))


def pattern(name: str, /, flags: int = re.IGNORECASE, **parts: str) -> re.Pattern[str]:
    """The regular expression of that name in the topic's table `patterns`, compiled; `parts` add to the topic's."""
    topic, _, key = name.partition(".")
    return re.compile(_filled(_entry(f"{topic}.patterns")[key], _topic(topic).get("parts", {}) | parts), flags)


def pattern_table(name: str, /, **parts: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The keys of a table in the order of its file, each with its regular expressions, filled with the parts."""
    return tuple((key, tuple(_filled(one, parts) for one in listed)) for key, listed in _entry(name).items())


def _filled(pattern: str, parts: dict[str, str]) -> str:
    whole = pattern.replace("\n", "")
    return re.sub(r"\{([a-z]+)\}", lambda place: f"(?:{_filled(parts[place[1]], parts)})", whole)


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
