"""Detects sentences about another year than a question's."""

from __future__ import annotations

import re
from datetime import date

YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_OTHER_YEAR = re.compile(
    r"\b(?:last|next|previous|this) (?:year|season)\b|\byears? (?:ago|earlier|before)\b", re.IGNORECASE
)


def is_of_another_year(question: str, sentence: str, around: str = "", published: date | None = None) -> bool:
    """Whether the sentence names years and none is the question's, or was published or introduced in another one."""
    asked, told = set(YEAR.findall(question)), set(YEAR.findall(sentence))
    if not asked or told:
        return bool(asked) and asked.isdisjoint(told)
    near = {*YEAR.findall(around), *([str(published.year)] if published else [])}
    return bool(near) and asked.isdisjoint(near) and _OTHER_YEAR.search(sentence) is None
