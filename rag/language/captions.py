"""Forms of English picture captions: how news agencies open, credit and sign them."""

import re

OPENING = re.compile(
    r"FILE\s*[:–—-]|\[\d{1,2}/\d{1,2}\]\s*\S|(?i:item \d+ of \d+ |illustrative\b[\w ]*[:.]|pictured, "
    r"|(?:(?:file|stock|handout) )?(?:photo|picture|image|caption)\s*:"
    r"|(?:in this|an?) (?:[\w,-]+ ){0,5}(?:photo(?:graph)?|picture|image) taken\b"
    r"|in this (?:[\w,-]+ ){0,5}(?:photo(?:graph)?|picture|image) (?:\w+ )?(?:provided|released) by\b)"
)
# in the last bracket or behind the last full stop of a caption
CREDIT_LABEL = re.compile(r"\b(?:photo|foto|image|picture|credits?|courtesy|getty|©)", re.IGNORECASE)
SIGNED = re.compile(
    r"[.!?”\"’')\]\d]\s+(?:[A-Z][\w.'’-]*[ /]){0,3}[A-Z]\w+\s?/\s?[A-Z]\w+(?:[ /][A-Z][\w.'’-]*){0,5}$"
)
SIGNED_IN_BRACKETS = re.compile(r"\w\s\([^()/]{2,60}/\s?[A-Z][^()]{1,60}\)\.?$|\w\s\[[A-Z][\w /]{2,40}\]$")
