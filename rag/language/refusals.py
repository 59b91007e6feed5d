"""Tells whether a sentence says that the articles do not answer."""

from __future__ import annotations

import re

_SAYS_UNKNOWN = re.compile(
    r"^(?:i['’]m sorry,? (?:but )?)?(?:the|these|none of the) (?:articles?|passages?|sources?)(?: provided)? "
    r"(?:do(?:es)? not|don['’]t|did not) (?:say|contain|mention|provide|answer|include|give|specify|state)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:but|however|though|although|only)\b", re.IGNORECASE)


def says_unknown(text: str) -> bool:
    """Whether a sentence says of something that the passages do not tell it: no statement of theirs."""
    return _SAYS_UNKNOWN.match(text) is not None and not _GOES_ON.search(text)
