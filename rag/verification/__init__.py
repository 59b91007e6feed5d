"""Checks every drafted sentence, of a model or of Byline, before anyone sees it.

A sentence is split into claims. Words decide facts: a number, day, name or quotation that its sources lack stops a
claim. Near copies are borne. What is between is undecided: a second opinion decides, or the article's own words stand
in its place.
"""

from rag.language.orders import is_addressed, is_turned_round
from rag.verification.asserted import is_asserted
from rag.verification.checker import Checker, Examined, Refused
from rag.verification.opinions import SecondOpinion, load_opinion
from rag.verification.review import Review

__all__ = [
    "Checker",
    "Examined",
    "Refused",
    "Review",
    "SecondOpinion",
    "is_addressed",
    "is_asserted",
    "is_turned_round",
    "load_opinion",
]
