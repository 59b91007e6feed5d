"""The words and marks of a sentence, and which of them are its verbs. `clauses` alone calls it.

A verb is told by its forms and its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.checking.lexicon import SAYING
from rag.lemmas import is_participle, is_past, parts_of_speech, verb_lemmas
from rag.words import STOP_WORDS

_COMMON = frozenset(("NOUN", "VERB", "ADJ", "ADV"))  # may open a sentence without being a name
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.’'-](?=[^\W_])[^\W_]+)*|[,;:()—–“”\"]|(?<=\s)-(?=\s)"
)
MARKS = frozenset(',;:()—–“”".!?-')
_BE = frozenset("be is are was were been being get gets got".split())
_AUXILIARIES = _BE | frozenset(
    "has have had having do does did will would shall should can could may might must to".split()
)
PRESENT = frozenset("is are am".split())
POSSIBLE = frozenset("may might could would should can must".split())
_NEGATIVE = frozenset("not never no nor neither cannot without hardly n't".split())
_BETWEEN = frozenset("before even also yet ever again still just".split())  # "had never before seen"
DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december""".split()
)
PREPOSITIONS = frozenset(
    """of in on at for with by from into over under against about during near among between through within without
    toward towards despite amid across around outside inside per via to including regarding concerning
    following""".split()
)
DETERMINERS = frozenset(
    """the a an this that these those his her its their our my your some any no each every another several two three
    four five six seven eight nine ten""".split()
)
_PLURALS = frozenset("people police men women children".split())
PRONOUNS = frozenset("he she it they we i you who".split())
# Stop words that are verbs here
_FULL = frozenset(
    """said says saying say according reported reports know known knew give gave given go goes went gone let
    happened""".split()
)


@dataclass(frozen=True, slots=True)
class Token:
    low: str
    start: int
    end: int
    capital: bool
    name: bool = False
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb at `place`, with its auxiliaries, negations and adverbs from `first` on."""

    first: int
    place: int
    passive: bool


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The words and marks of a sentence, at their places in the text; "didn't" is two."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        low = match[0].lower().replace("’", "'").replace(".", "")
        if low.endswith("n't") and low != "n't":  # tokenised text has the second word alone: "had n't"
            whole = {"won't": "will", "can't": "can", "shan't": "shall"}.get(low, low[:-3])
            found += [Token(whole, *match.span(), False), Token("n't", *match.span(), False)]
        else:
            bare = low.removesuffix("'s")
            capital = match[0][0].isupper()
            name = capital and bare not in DAYS and (bool(found) or not parts_of_speech(bare) & _COMMON)
            found.append(Token(bare, *match.span(), capital, name, bare != low))
    return found


def is_denied(chain: Sequence[str], before: Sequence[Token]) -> bool:
    """Whether a verb with these auxiliaries is denied: "was not found", "no evidence was found"."""
    nobody = any(token.low in ("no", "none", "nobody", "neither", "nothing") for token in before[-8:])
    return any(word in _NEGATIVE for word in chain) or (nobody and bool(set(chain) - {"to"}))


def verb_at(tokens: Sequence[Token], place: int) -> Verb:
    first = place
    while first and _is_helper(tokens[first - 1]):
        first -= 1
    while first < place and tokens[first].low in _BETWEEN:  # "before" as a link begins nothing
        first += 1
    chain = {token.low for token in tokens[first:place]}
    return Verb(first, place, bool(chain & _BE) and is_participle(tokens[place].low))


def is_planned(chain: Sequence[str]) -> bool:
    """Whether a verb with these auxiliaries tells what will be: "will close", "is to close"."""
    before_to = chain[: chain.index("to")] if "to" in chain else ()
    return bool({"will", "shall"} & set(chain) or PRESENT & set(before_to))


def is_told_as_past(chain: Sequence[str], verb: str) -> bool:
    """Whether a verb with these auxiliaries tells what has been; a form that may be present as well does not."""
    if {"will", "shall", "would", "to", *POSSIBLE} & set(chain) or verb.endswith("ing"):
        return False
    if {"has", "have", "had", "was", "were", "did", "been"} & set(chain):
        return True
    return not PRESENT & set(chain) and is_past(verb) and verb not in verb_lemmas(verb)


def _is_helper(token: Token) -> bool:
    adverb = token.low.endswith("ly") and not token.capital and len(token.low) > 4
    return token.low in _AUXILIARIES or token.low in _NEGATIVE or adverb or token.low in _BETWEEN


def is_verb(tokens: Sequence[Token], place: int) -> bool:
    """Whether the word is used as a full verb, as far as its form and its neighbours show."""
    token = tokens[place]
    if token.low == "according":
        return True
    plain = (
        token.low in _AUXILIARIES or token.low in PREPOSITIONS or (token.low in STOP_WORDS and token.low not in _FULL)
    )
    if plain or token.capital or not verb_lemmas(token.low):
        return False
    before = tokens[place - 1] if place else None
    if before is None:
        return token.low.endswith("ed")
    counted = before.low[0].isdigit() and token.low.endswith("s")  # "70 fans"
    if before.low in DETERMINERS or before.possessive or counted:
        return False
    if before.low in _AUXILIARIES or before.low in _NEGATIVE:
        return True
    if before.low in PREPOSITIONS:
        return token.low.endswith("ing")
    if token.low.endswith(("ed", "ing")) or is_participle(token.low) or before.low in PRONOUNS:
        return True
    return not parts_of_speech(token.low) & {"NOUN", "ADJ"} or _has_sides(tokens, place)


def _has_sides(tokens: Sequence[Token], place: int) -> bool:
    """Whether a form that may be a noun as well stands behind what may be its subject and before an object."""
    before, after = tokens[place - 1], tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.low == "that" and verb_lemmas(tokens[place].low) & SAYING:
        return tokens[place].low.endswith("s") and "NOUN" in parts_of_speech(before.low)  # "the union claims that"
    is_bare = tokens[place].low in verb_lemmas(tokens[place].low) and not is_past(tokens[place].low)
    if is_bare and not before.low.endswith("s") and before.low not in _PLURALS:
        return False  # "a fertiliser plant in Ely"
    if before.low in MARKS or after is None or parts_of_speech(before.low) & {"ADJ", "VERB"}:
        return False
    return after.capital or after.low[0].isdigit() or after.low in DETERMINERS | PREPOSITIONS | {"that"}
