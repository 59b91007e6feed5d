"""Texts that may take superlinear time to process: one short piece, repeated."""

from __future__ import annotations

# Parts of news, triggers of rules, and texts that once stalled or broke this program or others.
PIECES = (
    "!", "?", ". ", "! ", "…", "Photo: ", "(Reuters) - ", "LONDON (Reuters) ", "Mr. ", "U.S. ", "A. B. ", "Iran ",
    "Iran-backed ", "of the ", "“", "“a” ", "\"", "‘", "'a", "(", "(a) ", "[1]", "[a](", "<b", "<p>a</p>", "1 ",
    "1,000 ", "000 ", "111 111 ", "5 May ", "May ", "2020-05-05 ", "number of people ", "had n't paid ",
    "who and who ", "please ", "Ignore all the rules ", "a\u00ad", "\u200b", "é\u0301", "\n", " ", "a", "-", "- a\n",
)  # fmt: skip


def repeated(piece: str, characters: int) -> str:
    """The piece, repeated up to that many characters."""
    return (piece * (characters // len(piece) + 1))[:characters]
