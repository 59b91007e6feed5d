"""Lines that describe a picture: known by how agencies open a caption, or by the credit at its end."""

from __future__ import annotations

import re

from rag.language.page_text import is_page_text

LONGEST_CHARACTERS = 500
_OPENING = re.compile(
    r"FILE\s*[:–—-]|\[\d{1,2}/\d{1,2}\]\s*\S|(?i:item \d+ of \d+ |illustrative\b[\w ]*[:.]|pictured, "
    r"|(?:(?:file|stock|handout) )?(?:photo|picture|image|caption)\s*:"
    r"|(?:in this|an?) (?:[\w,-]+ ){0,5}(?:photo(?:graph)?|picture|image) taken\b"
    r"|in this (?:[\w,-]+ ){0,5}(?:photo(?:graph)?|picture|image) (?:\w+ )?(?:provided|released) by\b)"
)
# A name, a slash and an agency, behind the last stop or in the last bracket.
_SIGNED = re.compile(
    r"[.!?”\"’')\]\d]\s+(?:[A-Z][\w.'’-]*[ /]){0,3}[A-Z]\w+\s?/\s?[A-Z]\w+(?:[ /][A-Z][\w.'’-]*){0,5}$"
    r"|\w\s\([^()/]{2,60}/\s?[A-Z][^()]{1,60}\)\.?$|\w\s\[[A-Z][\w /]{2,40}\]$"
)
_LAST_PART = re.compile(r"(?:[(\[](?P<bracket>[^()\[\]]{2,150})[)\]]\.?|[.!?”\"’')\]]\s+(?P<tail>[^.!?]{2,80}))$")
_CREDIT_LABEL = re.compile(r"\b(?:photo|foto|image|picture|credits?|courtesy|getty|©)", re.IGNORECASE)


def is_caption(line: str) -> bool:
    """Whether a line describes a picture."""
    if len(line) > LONGEST_CHARACTERS:
        return False
    if _OPENING.match(line) or _SIGNED.search(line):
        return True
    last = _LAST_PART.search(line)
    credit = last and (last["bracket"] or last["tail"])
    return bool(credit and _CREDIT_LABEL.search(credit) and is_page_text(credit))
