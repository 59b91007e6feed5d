"""Reads requests for a summary of a topic, or for a comparison of outlets on it."""

from __future__ import annotations

import re

from rag.language.outlets import is_outlet

_SUMMARY = re.compile(
    r"^(?:please\s+|(?:can|could|would) you\s+(?:please\s+)?)?"
    r"(?:summari[sz]e|sum up|recap|brief me on|(?:give|show|tell) me\s+(?:a |an |the )?(?:\w+ )?"
    r"(?:summary|overview|recap|rundown|latest|news)|(?:summary|overview|recap|rundown|latest|news)(?=\s+(?:of|on|about))|"
    r"what(?:[’']?s| is) (?:the )?(?:latest|new|news))\b\s*"
    r"(?:(?:the|all|latest|recent|current|of|on|about|from|in|with|around|regarding)\s+|"
    r"(?:news|reports?|reporting|coverage|articles?|stor(?:y|ies)|developments?)\s+)*(?P<topic>.+?)[\s.?!]*$",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"^(?:please\s+)?(?:(?:compare|contrast)\s+(?:what\s+|how\s+)?|(?:what|how) (?:do|does|did)\s+)"
    r"(?P<outlets>.+?)\s+"
    r"(?:say|said|report|reported|write|wrote|cover|covered|tell|differ|told|coverage|reporting)\w*\s+"
    r"(?:(?:about|on|of|over)\s+)?(?P<topic>.+?)[\s.?!]*$",
    re.IGNORECASE,
)
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
