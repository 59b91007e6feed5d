"""The words that a text puts in quotation marks."""

from __future__ import annotations

import re

from rag.articles import squeeze

LEAST_QUOTED_WORDS = 3

# A quotation that runs on into the next paragraph is not closed; a single mark between letters is an apostrophe.
QUOTATION = re.compile(
    r"“([^“”]+?)(?:”|$)|(?<!\d)\"([^\"]+?)(?:\"|$)|(?<!\w)‘((?:[^‘’]|(?<=\w)’(?=\w))+?)’(?!\w)"
    r"|(?<![\w.,!?’'])'((?:[^'\n]|(?<=\w)'(?=\w))+?)'(?!\w)"
)


def quotations(text: str, least_words: int = LEAST_QUOTED_WORDS) -> tuple[str, ...]:
    """The stretches in quotation marks of at least so many words, on one line each."""
    found = (next(group for group in match.groups() if group) for match in QUOTATION.finditer(text))
    return tuple(squeeze(words) for words in found if len(words.split()) >= least_words)
