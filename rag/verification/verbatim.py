"""The articles' own words: whether a statement is made of them, and which of them stand in a sentence's place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.articles import Checked, Passage, squeeze
from rag.marks import without_markers, without_markup
from rag.verification.evidence import covering, sentences
from rag.verification.frames import without_references
from rag.verification.tokens import tokens
from rag.words import pieces

MOST_QUOTES, ENOUGH = 3, 0.75  # sentences that stand for one, and the share of its words that they cover
VERBATIM_SCORE = 0.99
_BRACKETED = re.compile(r"\[[^\]]*\]")


def quotes(text: str, passages: Sequence[Passage], cited: Sequence[int]) -> tuple[Checked, ...]:
    """What the cited passages say on the matter of a sentence, in their words; empty where nothing bears on it."""
    own = tokens(without_references(text))
    known = sentences(passages, cited)
    chosen = covering(own, known, MOST_QUOTES, ENOUGH)
    if not any(form in one.tokens.known for one in chosen for form in own.content):
        return ()
    told = [(one.span, squeeze(without_markers(without_markup(one.text)))) for one in chosen]
    return tuple(Checked(words, (span,), VERBATIM_SCORE, verbatim=True) for span, words in told if words)


def is_verbatim(statement: str, evidence: str) -> bool:
    """Whether the statement's words are the evidence's, in order; what stands in brackets was put in for clarity."""
    mine = pieces(_BRACKETED.sub(" ", statement).casefold())
    theirs = iter(pieces(_BRACKETED.sub(" ", evidence).casefold()))
    put_in = pieces(" ".join(re.findall(r"\[([^\]]*)\]", statement)).casefold())
    known = set(pieces(evidence.casefold()))
    return (
        bool(mine)
        and all(word in theirs for word in mine)
        and all(word in known or len(word) < 3 for word in put_in if word != "the")
    )
