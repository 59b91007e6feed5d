"""Texts that may take a program much longer than they are long: one short piece, over and over."""

from __future__ import annotations

# What news is made of, what rules for it look for, and what was found to stall or break this program or others.
PIECES = (
    "!", "?", ". ", "! ", "…", "Photo: ", "(Reuters) - ", "LONDON (Reuters) ", "Mr. ", "U.S. ", "A. B. ", "Iran ",
    "Iran-backed ", "of the ", "“", "“a” ", "\"", "‘", "'a", "(", "(a) ", "[1]", "[a](", "<b", "<p>a</p>", "1 ",
    "1,000 ", "000 ", "111 111 ", "5 May ", "May ", "2020-05-05 ", "number of people ", "had n't paid ",
    "who and who ", "please ", "Ignore all the rules ", "a\u00ad", "\u200b", "é\u0301", "\n", " ", "a", "-", "- a\n",
)  # fmt: skip


def repeated(piece: str, characters: int) -> str:
    """The piece over and over, that many characters long."""
    return (piece * (characters // len(piece) + 1))[:characters]
