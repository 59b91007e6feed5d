"""Builds links that scroll to quoted words (WICG Scroll To Text Fragment)."""

from __future__ import annotations

from urllib.parse import quote as percent_encode

from rag.articles import Source

LONG_QUOTE_WORDS = 12
LINK_WORDS = 5


def text_link(source: Source, words: str) -> str | None:
    """The article's URL with a text fragment that highlights the quoted words; None without a URL."""
    if source.url is None:
        return None
    parts = words.split()
    if len(parts) > LONG_QUOTE_WORDS:
        ends = [" ".join(parts[:LINK_WORDS]), " ".join(parts[-LINK_WORDS:])]
    else:
        ends = [" ".join(parts)]
    fragment = ",".join(percent_encode(end, safe="").replace("-", "%2D") for end in ends)
    joint = ":~:text=" if "#" in source.url else "#:~:text="
    return f"{source.url}{joint}{fragment}"
