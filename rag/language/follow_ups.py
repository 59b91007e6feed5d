"""Makes a follow-up question readable alone: what its pronouns stand for, and what "When?" and "And in Homs?" ask."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.names import names
from rag.language.questions import OPENING, kind_of
from rag.language.words import WORD

SHORT_WORDS = 4  # of a question that leans on the one before it for want of words
_POINTS_BACK = lexicons.pattern("follow_ups.points_back")
_POINTS_AT_THE_ANSWER = lexicons.pattern("follow_ups.points_at_the_answer")
_PERSONAL = lexicons.pattern("follow_ups.personal")
_PERSON = {"he", "she", "him", "her", "his", "hers"}
_POSSESSIVE = {"his", "hers", "its", "their", "theirs"}
_QUESTION_WORD = lexicons.pattern("follow_ups.question_word")
_BARE = lexicons.pattern("follow_ups.bare")
_ELSEWHERE = lexicons.pattern("follow_ups.elsewhere")


def leans_back(text: str) -> bool:
    """Whether a question points back to what was said before it, or has few words."""
    return bool(OPENING.match(text) or _POINTS_BACK.search(text) or is_elliptic(text))


def is_elliptic(text: str) -> bool:
    """Whether a question has too few words to stand alone."""
    return len(WORD.findall(text)) <= SHORT_WORDS


def points_at_the_answer(text: str) -> bool:
    """Whether a question speaks of the answer before it, as a whole: that, it."""
    return _POINTS_AT_THE_ANSWER.search(text) is not None


def asked_anew(text: str, earlier: str) -> str | None:
    """The earlier question with another question word ("When?") or of another place ("And in Homs?"); else None."""
    told = _QUESTION_WORD.sub("", earlier)
    if bare := _BARE.match(text):
        return f"{bare['asks']} {told}"
    if elsewhere := _ELSEWHERE.match(text):
        preposition = elsewhere["where"].split()[0]
        kept = re.sub(rf"\s\b{preposition}\s+(?:the\s+)?[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*", "", earlier)
        return f"{kept.rstrip(' ?')} {elsewhere['where']}?"
    return None


def resolved(text: str, earlier: str, answer: str) -> str:
    """The text with its first personal pronoun replaced by the name it most likely stands for."""
    pronoun = _PERSONAL.search(text)
    if pronoun is None:
        return text
    word = pronoun.group().lower()
    asked, answered = ([name.text for name in names(one)] for one in (earlier, answer))
    said = asked or answered
    if word in _PERSON:
        who = [name for name in answered if name not in asked] if kind_of(earlier) == "who" else []
        said = [name for name in (*who, *asked, *answered) if " " in name] or said
    if not said:
        return text
    name = f"{said[0]}'s" if word in _POSSESSIVE else said[0]
    return text[: pronoun.start()] + name + text[pronoun.end() :]
