"""Makes a sentence understandable without the ones before it.

"He said" becomes "[Naftali Bennett] said" where one person can be meant; a sentence that opens with "This" or
"They" and cannot be resolved is shown together with the sentence before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language import lexicons
from rag.language.names import names
from rag.language.quotations import without_quotations
from rag.language.speech import SPOKE
from rag.language.words import STOP_WORDS, pieces

LOOK_BACK_SENTENCES = 3
_PERSONAL = re.compile(r"\b(?P<subject>he|she)\b|\b(?P<possessive>his|her)\b(?=\s+\w)", re.IGNORECASE)
_OPENS_WITH_THEY = re.compile(r"^they\b", re.IGNORECASE)
_OPENS_BACKWARDS = re.compile(rf"^{lexicons.any_of('connectives.backwards')}\b", re.IGNORECASE)
_EXPLETIVE = lexicons.pattern("connectives.expletive")
_SPEAKERS = re.compile(
    rf"\b(?:[\w-]+\s+){{0,3}}?(?:{lexicons.any_of('people.speakers')}e?s|police|authorities)\b", re.IGNORECASE
)
_SUBORDINATING = lexicons.words("clauses.conditions") | {"while", "during", "despite"}
_TITLE = rf"(?:{lexicons.any_of('titles.words', 'names.titles')}\.?)"
_TITLED = re.compile(rf"\b{_TITLE}$", re.IGNORECASE)
_TITLE_IN_NAME = re.compile(rf"^.*\b{_TITLE}\s+(?=[A-Z])", re.IGNORECASE)
_SPOKE = re.compile(rf"\W{{0,3}}{SPOKE}\b")
_SPOKEN_OF = re.compile(rf"\b(?:{SPOKE}|according to)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A sentence that stands before the one in question, nearest last; `key` is the caller's handle on it."""

    text: str
    key: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """A sentence that can stand alone. `leans_on`: the keys of the earlier sentences from which it was completed.

    `widened`: the nearest of them must be shown before it.
    """

    text: str
    leans_on: tuple[int, ...] = ()
    widened: bool = False


def resolve(sentence: str, earlier: Sequence[Earlier]) -> Resolved:
    """The sentence with its first dangling pronoun resolved, or marked as one to be widened."""
    bare = without_quotations(sentence)
    pronoun = _PERSONAL.search(bare)
    if pronoun is not None and not _people(bare[: pronoun.start()] + _after_comma(bare, pronoun.start())):
        found = _one_person(earlier)
        if found is not None:
            name, key = found
            if name.split()[-1] in pieces(sentence[: pronoun.start()]):
                return Resolved(sentence)
            put = f"[{name}’s]" if pronoun.group("possessive") else f"[{name}]"
            return Resolved(sentence[: pronoun.start()] + put + sentence[pronoun.end() :], (key,))
        return _widened(sentence, earlier)
    if _OPENS_WITH_THEY.match(sentence):
        speakers = _speakers(earlier[-1].text) if earlier else None
        if speakers is not None:
            return Resolved(f"[{speakers[:1].upper()}{speakers[1:]}]{sentence[4:]}", (earlier[-1].key,))
    if _OPENS_BACKWARDS.match(bare.lstrip()) and not _EXPLETIVE.match(sentence):
        return _widened(sentence, earlier)
    return Resolved(sentence)


def _widened(sentence: str, earlier: Sequence[Earlier]) -> Resolved:
    return Resolved(sentence, (earlier[-1].key,), widened=True) if earlier else Resolved(sentence)


def _after_comma(text: str, place: int) -> str:
    """The main clause after an opening one, whose subject a pronoun may announce: "As he left, Bennett said"."""
    is_opening = text.partition(" ")[0].lower() in _SUBORDINATING
    comma = text.find(",", place)
    return " " + text[comma + 1 :].lstrip()[:40] if is_opening and comma >= 0 else ""


def _one_person(earlier: Sequence[Earlier]) -> tuple[str, int] | None:
    """The one person whom the nearest earlier sentences name, and where; None where none or several can be meant."""
    for one in reversed(earlier[-LOOK_BACK_SENTENCES:]):
        people = {name.split()[-1]: name for name in _people(one.text)}
        if len(people) == 1:
            return next(iter(people.values())), one.key
        if people:
            return None
    return None


def _people(text: str) -> list[str]:
    """The names that are people's, as far as their setting tells: a speaker's, or one with a title."""
    found = []
    for name in names(text):
        bare = _TITLE_IN_NAME.sub("", name.text)
        before, after = text[: name.start].rstrip(), text[name.end : name.end + 24]
        if bare and (bare != name.text or _SPOKE.match(after) or _SPOKEN_OF.search(before) or _TITLED.search(before)):
            found.append(bare)
    return found


def _speakers(text: str) -> str | None:
    """The last group of speakers of a sentence: "the defense officials"."""
    groups = _SPEAKERS.findall(text)
    if not groups:
        return None
    words = groups[-1].split()
    begin = max((place for place, word in enumerate(words, 1) if word.lower() in STOP_WORDS), default=0)
    return f"the {' '.join(words[begin:])}"
