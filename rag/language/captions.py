"""Lines that describe a picture: known by how agencies open a caption, or by the credit at its end."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.page_text import is_page_text

LONGEST_CHARACTERS = 500
_OPENING, _SIGNED = lexicons.pattern("captions.opening", 0), lexicons.pattern("captions.signed", 0)
_CREDIT_LABEL = lexicons.pattern("captions.credit_label")
_LAST_PART = re.compile(r"(?:[(\[](?P<bracket>[^()\[\]]{2,150})[)\]]\.?|[.!?”\"’')\]]\s+(?P<tail>[^.!?]{2,80}))$")


def is_caption(line: str) -> bool:
    """Whether a line describes a picture."""
    if len(line) > LONGEST_CHARACTERS:
        return False
    if _OPENING.match(line) or _SIGNED.search(line):
        return True
    last = _LAST_PART.search(line)
    credit = last and (last["bracket"] or last["tail"])
    return bool(credit and _CREDIT_LABEL.search(credit) and is_page_text(credit))
