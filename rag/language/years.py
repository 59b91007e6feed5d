"""Tells whether a sentence is of another year than a question."""

from __future__ import annotations

import re
from datetime import date

_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_OTHER_YEAR = re.compile(
    r"\b(?:last|next|previous|this) (?:year|season)\b|\byears? (?:ago|earlier|before)\b", re.IGNORECASE
)


def is_of_another_year(question: str, sentence: str, around: str = "", published: date | None = None) -> bool:
    """Whether the sentence tells of years and none is the one that the question names, or was told in another."""
    asked, told = set(_YEAR.findall(question)), set(_YEAR.findall(sentence))
    if not asked or told:
        return bool(asked) and asked.isdisjoint(told)
    near = {*_YEAR.findall(around), *([str(published.year)] if published else [])}
    return bool(near) and asked.isdisjoint(near) and _OTHER_YEAR.search(sentence) is None
