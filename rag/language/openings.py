"""Makes a sentence one that is told alone: without a dateline and a connective to the sentence before."""

from __future__ import annotations

import re

from rag.articles import squeeze
from rag.language.outlets import is_outlet

# "WASHINGTON — ", "LONDON (AP) — ", "London CNN — ", "(Reuters) - "; an outlet in brackets may stand without a dash.
_DATELINE = re.compile(
    r"^(?:(?:[A-Z][\w.,'’/-]*\s+){0,5}(?:[A-Z][\w.'’/-]*|\([^()]{2,40}\))\s+(?:[–—]|-{1,2}\s)\s*"
    r"|(?:[A-Z][\w.,'’-]*\s+){0,4}\((?P<outlet>[A-Z][\w. ]{1,30})\)\s*)(?=[A-Z“\"'‘])"
)
_CONNECTIVE = re.compile(
    r"^(?:meanwhile|however|moreover|furthermore|nevertheless|nonetheless|in addition|additionally|also|and|but|yet|"
    r"still|separately|in a related development|at the same time|for example|for instance|indeed|in fact|of course|"
    r"then|so|thus|therefore|on the other hand|in other words)\b,?\s+(?!only\b)",
    re.IGNORECASE,
)


def told_alone(sentence: str) -> str:
    """A sentence as it is told: one line, no dateline, no connective to what stood before, a full stop at its end."""
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
