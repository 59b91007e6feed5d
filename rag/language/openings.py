"""What a sentence opens with that is no part of what it says: a dateline, a connective to the sentence before."""

from __future__ import annotations

import re

# "WASHINGTON — ", "LONDON (AP) — ", "London CNN — ", "(Reuters) - "; an outlet in brackets may stand without a dash.
DATELINE = re.compile(
    r"^(?:(?:[A-Z][\w.,'’/-]*\s+){0,5}(?:[A-Z][\w.'’/-]*|\([^()]{2,40}\))\s+(?:[–—]|-{1,2}\s)\s*"
    r"|(?:[A-Z][\w.,'’-]*\s+){0,4}\((?P<outlet>[A-Z][\w. ]{1,30})\)\s*)(?=[A-Z“\"'‘])"
)
CONNECTIVE = re.compile(
    r"^(?:meanwhile|however|moreover|furthermore|nevertheless|nonetheless|in addition|additionally|also|and|but|yet|"
    r"still|separately|in a related development|at the same time|for example|for instance|indeed|in fact|of course|"
    r"then|so|thus|therefore|on the other hand|in other words)\b,?\s+(?!only\b)",
    re.IGNORECASE,
)
