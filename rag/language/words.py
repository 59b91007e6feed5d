"""Words as they are compared: which carry meaning, and which are forms of one another. Any room may use it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.cancellation import check_cancelled

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_PIECE = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    """a about above across after again against all almost also although am among an and any anyone anything are
    around as at away be became because been before being between both but by can could did do does doing done down
    during each either else ever every exactly few for from further get gets give given gave go goes got had has
    have having he her here hers herself him himself his how however i if in into is it its itself just let like
    many may me might more most much must my myself no nor not now of off often on once one only onto or other
    others our ours out over own per please quite rather really said same say saying says she should since so some
    someone something such tell than that the their theirs them themselves then there these they thing things this
    those though through thus to too under until up upon us very was we were what whatever when where whether
    which while who whom whose why will with within without would yes yet you your yours long far old big according
    article articles news report reports reported reportedly know known mention mentioned happen happened
    isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't
    """.split()
)


def content_words(text: str) -> tuple[str, ...]:
    """The words that carry the meaning, in order, each once; names keep their capitals."""
    check_cancelled()
    words = (word for word in WORD.findall(text) if word.lower().replace("’", "'") not in STOP_WORDS)
    return tuple({word.lower(): word for word in words}.values())


def pieces(text: str) -> list[str]:
    """Words cut at every mark, as the tokenizer of an embedding model cuts them."""
    check_cancelled()
    return _PIECE.findall(text)


def same_stem(one: str, other: str) -> bool:
    """Whether two lower-case words are forms of one another, near enough: spending/spends, Iran/Iranian."""
    if one == other:
        return True
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared >= 4 and max(len(one), len(other)) - shared <= min(3, shared)


def stem(word: str) -> str:
    """A word cut to what its forms share, near enough."""
    return re.sub(r"\W", "", word.casefold())[:5]


# Stems of words that exclude one another. A stem of five letters or more stands for all the words that begin with it.
_OPPOSITES = (
    (
        "increas rise rising rose grew grow expand intensif escalat surge climb soar step",
        "decreas reduc fall fell drop declin shrink shrank cut lower diminish eas",
    ),
    ("enter entered enters", "leave leaves left withdraw withdrew withdrawing depart retreat pull pulling"),
    ("before", "after"),
    ("win wins won victory", "lose loses lost defeat"),
    ("support back endors", "oppos condemn"),
    ("open opens opened", "close clos closed closing shut"),
    ("accept approv agree agreed", "reject refus deny denied denies"),
    ("confirm", "deny denied denies"),
    ("asset", "burden"),
    ("innocent acquit", "guilty convict"),
    ("alive surviv", "dead dies died killed"),
    ("first", "last"),
    ("buy buys bought", "sell sells sold"),
    ("north", "south"),
    ("east", "west"),
    ("male men man", "female women woman"),
    ("success", "fail fails failed failure"),
    ("begin begins began start", "end ended ends finish stop stops stopped"),
    ("more most", "less least fewer"),
    ("all every", "some few none"),
    ("hot warm", "cold cool"),
    ("legal lawful", "illegal unlawful"),
    ("army", "navy"),
    ("wounded injured", "dead died dies killed"),
    ("import imports imported", "export exports exported"),
    ("buyer", "seller"),
    ("mother daughter wife sister", "father son husband brother"),
)


def are_opposed(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one text's lower-case words hold a word whose opposite, and not itself, is in the other's."""
    mine, theirs = _beginnings(one), _beginnings(other)
    return any(
        not (mine.isdisjoint(here) or theirs.isdisjoint(there)) and mine.isdisjoint(there) and theirs.isdisjoint(here)
        for left, right in _OPPOSITE_STEMS
        for here, there in ((left, right), (right, left))
    )


_OPPOSITE_STEMS = tuple((left.split(), right.split()) for left, right in _OPPOSITES)
_LONGEST_STEM = max(len(stem) for pair in _OPPOSITE_STEMS for stems in pair for stem in stems)


def _beginnings(words: Sequence[str]) -> frozenset[str]:
    """The words, and how those of more than five letters begin: a stem of five or more stands for what begins so."""
    begun = {word[:length] for word in set(words) for length in range(5, min(len(word), _LONGEST_STEM + 1))}
    return frozenset(begun.union(words))
