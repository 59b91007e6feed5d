"""Pronouns of the first and second person."""

from __future__ import annotations

import re

from rag.language.quotations import without_quotations

WE = re.compile(r"\b(?:[Ww]e|[Uu]s|[Oo]urs?|WE|OUR)\b")  # US is a country
US_OR_HERE = re.compile(r"\b(?:[Ww]e|us|[Oo]ur|here)\b")
YOU = re.compile(r"\b[Yy]ou(?:r)?\b")
_I = re.compile(r"\b(?:I|[Mm]e|[Mm]y|[Mm]yself)\b(?![.&-])")


def speaks_of_its_writer(text: str) -> bool:
    """Whether a text says "I" or "me" outside quotation marks, as no report of what articles say does."""
    return _I.search(without_quotations(text)) is not None
