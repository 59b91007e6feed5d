"""The articles' own words: whether a text is made of them, and which of them stand in a sentence's place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.articles import Checked, Passage, squeeze
from rag.language.certainty import denies
from rag.language.passage_references import without_references
from rag.language.quotations import quotations
from rag.language.tokens import tokens
from rag.language.words import pieces
from rag.marks import without_markers, without_markup
from rag.verification.evidence import covering, sentences

MOST_QUOTES, ENOUGH = 3, 0.75  # sentences that stand for one, and the share of its words that they cover
LEAST_SHARED = 2  # content words that quotations share with a sentence of more than a few
VERBATIM_SCORE = 0.99
SHOWN_CHARACTERS = 60  # of a quotation that no source has
_BRACKETED = re.compile(r"\[([^\]]*)\]")
_LEFT_OUT = re.compile(r"\[[^\]]*\]|\(?(?:\.{3}|…)\)?")


def quotes(text: str, passages: Sequence[Passage], cited: Sequence[int]) -> tuple[Checked, ...]:
    """The sentences of the cited passages nearest to a sentence; empty where none shares enough of its words."""
    own = tokens(without_references(text))
    known = sentences(passages, cited)
    chosen = covering(own, known, MOST_QUOTES, ENOUGH)
    held = frozenset().union(*(one.tokens.known for one in chosen))
    shared = [form for form in own.content if form in held]
    if not shared or (len(shared) < LEAST_SHARED and 2 * len(shared) < len(own.content)):
        return ()
    score = VERBATIM_SCORE * len(shared) / len(own.content)
    words = [(one.span, squeeze(without_markers(without_markup(one.text)))) for one in chosen]
    return tuple(Checked(text, (span,), score, verbatim=True) for span, text in words if text)


def is_verbatim(statement: str, evidence: str) -> bool:
    """Whether the statement's words are the evidence's, in order; what stands in brackets was put in for clarity."""
    mine = pieces(_BRACKETED.sub(" ", statement))
    put_in = pieces(" ".join(_BRACKETED.findall(statement)).casefold())
    known = {*pieces(evidence.casefold()), "the"}
    are_known = all(word in known or len(word) < 3 for word in put_in)
    return bool(mine) and are_known and _are_in_order(mine, _BRACKETED.sub(" ", evidence))


def missing_quotation(claim: str, texts: Sequence[str]) -> str | None:
    """The reason where a quotation of the claim is not in the texts; None where all are."""
    for quotation in quotations(claim):
        if not any(_is_quoted(quotation, text) for text in texts):
            return f"the quotation “{quotation[:SHOWN_CHARACTERS]}” is not in its sources"
    return None


def _is_quoted(quotation: str, text: str) -> bool:
    """Whether the words of a quotation stand in a row in the text; an ellipsis or a bracketed word may part them."""
    parts = [part for part in _LEFT_OUT.split(quotation) if pieces(part)]
    return any(_are_in_order(parts, words) for words in (text, _BRACKETED.sub(" ", text)))


def _are_in_order(parts: Sequence[str], text: str) -> bool:
    """Whether the parts, each of words in a row, follow one another in a text, no denial left out between them."""
    words, place = _in_a_row(text), 0
    for number, part in enumerate(map(_in_a_row, parts)):
        found = words.find(part, place)
        if found < 0 or (number and denies(words[place:found].split())):
            return False
        place = found + len(part) - 1  # one space parts two words
    return True


def _in_a_row(text: str) -> str:
    return f" {' '.join(pieces(text.casefold()))} "
