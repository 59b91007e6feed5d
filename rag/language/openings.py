"""Rewrites a sentence so that it can stand alone: without a dateline or a connective to the sentence before."""

from __future__ import annotations

import re

from rag.articles import squeeze
from rag.language import lexicons
from rag.language.outlets import is_outlet

# "WASHINGTON — ", "LONDON (AP) — ", "London CNN — ", "(Reuters) - "; an outlet in brackets may stand without a dash.
_DATELINE = re.compile(
    r"^(?:(?:[A-Z][\w.,'’/-]*\s+){0,5}(?:[A-Z][\w.'’/-]*|\([^()]{2,40}\))\s+(?:[–—]|-{1,2}\s)\s*"
    r"|(?:[A-Z][\w.,'’-]*\s+){0,4}\((?P<outlet>[A-Z][\w. ]{1,30})\)\s*)(?=[A-Z“\"'‘])"
)
_CONNECTIVE = re.compile(rf"^{lexicons.any_of('connectives.words')}\b,?\s+(?!only\b)", re.IGNORECASE)


def told_alone(sentence: str) -> str:
    """The sentence on one line, without dateline and connective, with a full stop at its end."""
    sentence = squeeze(sentence)
    text = sentence[dateline_length(sentence) :]
    bare = _CONNECTIVE.sub("", text)
    if bare != text:
        text = bare[:1].upper() + bare[1:]
    text = text.rstrip(" ,;:–—-")
    return text if re.search(r"[.!?][”\"’')\]]*$", text) else f"{text}."


def dateline_length(sentence: str) -> int:
    """How many characters of place and outlet a sentence has in front, which are no part of what it states."""
    found = _DATELINE.match(sentence)
    return found.end() if found and (found["outlet"] is None or is_outlet(found["outlet"])) else 0
