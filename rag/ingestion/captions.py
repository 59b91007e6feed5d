"""Lines that describe a picture: known by the credit at their end, or by how agencies open a caption."""

from __future__ import annotations

import re

from rag.language.captions import CREDIT_LABEL, OPENING, SIGNED, SIGNED_IN_BRACKETS
from rag.language.page_text import is_page_text

LONGEST_CHARACTERS = 500

_LAST_PART = re.compile(r"(?:[(\[](?P<bracket>[^()\[\]]{2,150})[)\]]\.?|[.!?”\"’')\]]\s+(?P<tail>[^.!?]{2,80}))$")


def is_caption(line: str) -> bool:
    """Whether a line describes a picture."""
    if len(line) > LONGEST_CHARACTERS:
        return False
    if OPENING.match(line) or SIGNED.search(line) or SIGNED_IN_BRACKETS.search(line):
        return True
    last = _LAST_PART.search(line)
    credit = last and (last["bracket"] or last["tail"])
    return bool(credit and CREDIT_LABEL.search(credit) and is_page_text(credit))
