"""The articles' own words: whether a statement is made of them, and which of them stand in a sentence's place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.articles import Checked, Passage, squeeze
from rag.language.passage_references import without_references
from rag.language.speech import NEGATIVE
from rag.language.tokens import tokens
from rag.language.words import pieces
from rag.marks import without_markers, without_markup
from rag.verification.evidence import covering, sentences

MOST_QUOTES, ENOUGH = 3, 0.75  # sentences that stand for one, and the share of its words that they cover
LEAST_SHARED = 2  # content words that quotations share with a sentence of more than a few
VERBATIM_SCORE = 0.99
_DENYING = NEGATIVE | {"t"}  # of "don't"
_BRACKETED = re.compile(r"\[[^\]]*\]")


def quotes(text: str, passages: Sequence[Passage], cited: Sequence[int]) -> tuple[Checked, ...]:
    """What the cited passages say on the matter of a sentence, in their words; empty where nothing bears on it."""
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
    mine = pieces(_BRACKETED.sub(" ", statement).casefold())
    theirs = pieces(_BRACKETED.sub(" ", evidence).casefold())
    put_in = pieces(" ".join(re.findall(r"\[([^\]]*)\]", statement)).casefold())
    known = set(pieces(evidence.casefold()))
    return (
        bool(mine)
        and _is_kept_in_order(mine, theirs)
        and all(word in known or len(word) < 3 for word in put_in if word != "the")
    )


def _is_kept_in_order(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the words follow one another in the others, and no denial between them is left out."""
    place = 0
    for number, word in enumerate(mine):
        start = place
        while place < len(theirs) and theirs[place] != word:
            place += 1
        if place == len(theirs) or (number and _DENYING & set(theirs[start:place])):
            return False
        place += 1
    return True
