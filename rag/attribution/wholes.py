"""Whose report a whole article is, as its dateline, its by-line or its end says. Called inside the room."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from rag.articles import squeeze
from rag.language.outlets import NAME, bare, is_outlet, leading, outlet_key, trailing

LONGEST_LINE = 2_000  # characters of one that are read
HEAD_LINES, TAIL_LINES = 8, 12
LONGEST_BYLINE_CHARACTERS, LONGEST_NOTICE_CHARACTERS = 80, 200


@lru_cache(maxsize=128)
def credited_throughout(text: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Whose report the whole article is: its dateline, its by-line or what stands at its end says so."""
    lines = [line for part in text.split("\n") if (line := squeeze(part[:LONGEST_LINE]))]
    found = [name for line in lines[:HEAD_LINES] for name in _at_the_head(line, known)]
    found += [name for line in lines[-TAIL_LINES:] for name in _at_the_end(line, known)]
    return tuple({outlet_key(name): name for name in found}.values())[-1:]


_DATELINE = re.compile(rf"[^()]{{2,60}}\((?P<name>{NAME})\)\s*[–—-]+\s")
_BYLINE = re.compile(r"(?:[Bb]y|BY|[Ss]ource:|[Ff]rom|[Tt]ext:|[Ss]tory by)\s+(?P<names>.+)|(?P<alone>.+)")
_BYLINE_PARTS = re.compile(r"\s*[|,/•·]\s*|\s+[–—-]\s+|\s+(?:and|AND|with|&)\s+")
_FOR = re.compile(r"(?:[Ss]pecial (?:for|to)|[Ff]or) (?:the )?")
_FIRST_IN = re.compile(
    rf"(?:(?:originally|first|initially)\s+(?:\w+\s+)?(?:published|appeared|posted|ran|produced|reported)\s+(?:in|on|by|at)"
    rf"|(?:republished|reprinted|reproduced|syndicated)\s+(?:\w+\s+){{0,4}}(?:from|of|by)"
    rf")\s+(?:the\s+(?=[A-Z]))?(?P<name>{NAME})"
)
_RIGHTS = re.compile(rf"(?:©|\([cC]\)|[Cc]opyright)\s*(?:©\s*)?(?:\d{{4}}\s*)?(?:by\s+)?(?P<name>{NAME})")
_SIGNED = re.compile(rf"(?:.*[.”\"!?]\s*)?(?:[–—/-]\s*|^\()(?P<name>{NAME})\)?$")


def _at_the_head(line: str, known: Collection[str]) -> Iterator[str]:
    if dateline := _DATELINE.match(line):
        yield from filter(None, [leading(dateline["name"], known)])
    elif len(line) <= LONGEST_BYLINE_CHARACTERS and (byline := _BYLINE.fullmatch(line)):
        parts = _BYLINE_PARTS.split(byline["names"] or byline["alone"])
        named = [name for part in parts if (name := trailing(_FOR.sub("", part), known))]
        if byline["names"] or all(is_outlet(part, known) for part in parts):
            yield from named[-1:]


def _at_the_end(line: str, known: Collection[str]) -> Iterator[str]:
    for pattern in (_FIRST_IN, _RIGHTS):
        if len(line) <= LONGEST_NOTICE_CHARACTERS and (notice := pattern.search(line)):
            name = leading(notice["name"], known)
            if name or pattern is _FIRST_IN:
                yield name or bare(notice["name"])
    if (signed := _SIGNED.match(line)) and is_outlet(signed["name"], known):
        yield bare(signed["name"])
