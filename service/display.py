"""Text for showing answers, the same on every surface: markers, credits, quotations, headings of disagreements.

Nothing here is escaped: each surface escapes in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from rag.articles import Citation, Disagreement, Source, Version, squeeze

# Control characters except line feed and tab, marks that change the direction of text, lone surrogates.
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(text: str) -> str:
    """Removes control characters and marks that change the direction of text."""
    return UNSAFE.sub("", text)


def one_line(text: str) -> str:
    """As `clean`, on one line."""
    return clean(squeeze(text))


def shortened(text: str, longest: int) -> str:
    """Cuts the text to `longest` characters, at a word, with an ellipsis."""
    return text if len(text) <= longest else f"{text[: max(longest - 1, 0)].rsplit(' ', 1)[0].rstrip()}…"


def marks(numbers: Iterable[int]) -> str:
    """The markers of citations: "[1][2]"."""
    return "".join(f"[{number}]" for number in numbers)


def day(published: date) -> str:
    """Formats a date: 5 May 2020."""
    return f"{published.day} {published:%B %Y}"


def credit(source: Source) -> str:
    """Outlet and day, as far as known: "The Times of Israel, 5 May 2020"."""
    known = [source.outlet, day(source.published) if source.published else None]
    return squeeze(", ".join(part for part in known if part))


def quoted(quote: str) -> str:
    """The quote on one line, in quotation marks unless it contains some."""
    text = squeeze(quote)
    return text if set(text) & set('“”"') else f"“{text}”"


def heading(disagreement: Disagreement) -> str:
    """The heading above the versions of a disagreement."""
    says = "The articles differ" if disagreement.kind == "differ" else "Newer articles say otherwise"
    return f"{says}: {squeeze(disagreement.about)}"


def credits(version: Version, citations: Iterable[Citation]) -> str:
    """The outlets that a version cites, each once, to follow its markers: " (JNS; Reuters, 5 May 2020)"."""
    sources = [citation.source for citation in citations if citation.number in version.citations]
    known = dict.fromkeys(credit(source) for source in sources if source.outlet)
    return f" ({'; '.join(known)})" if known else ""
