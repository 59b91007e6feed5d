"""Parses requests for a summary of a topic, or for a comparison of outlets on it."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.outlets import is_outlet

_SUMMARY, _COMPARISON = lexicons.pattern("requests.summary"), lexicons.pattern("requests.comparison")
_BETWEEN_OUTLETS = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|with|to|versus|vs\.?|against)\s+", re.IGNORECASE)


def summary_topic(text: str) -> str | None:
    """The topic of which a summary is asked for; None where it is another question."""
    found = _SUMMARY.match(text)
    return found["topic"] if found else None


def comparison(text: str) -> tuple[tuple[str, ...], str] | None:
    """The outlets that are to be compared, two at least, and the topic; None where it is another question."""
    found = _COMPARISON.match(text)
    if found is None:
        return None
    outlets = tuple(part for part in _BETWEEN_OUTLETS.split(found["outlets"]) if part)
    return (outlets, found["topic"]) if len(outlets) > 1 and all(map(is_outlet, outlets)) else None
