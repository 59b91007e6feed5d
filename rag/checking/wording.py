"""Words that turn a statement's meaning and that its evidence must hold: denials, "all", opposites, causes, roles.

The checker calls it. It looks at words alone; who does what is read by `deeds`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.checking.lexicon import NARROWING, RANKS, same_word, sides_of
from rag.checking.spelling import same_name
from rag.facts import dates, names
from rag.lemmas import is_superlative, lemmas
from rag.words import STOP_WORDS, are_opposed, content_words, pieces

_NEGATION = re.compile(
    r"\b(?:not|never|no|nor|neither|none|nobody|nothing|nowhere|cannot|without|denied|denies|deny|denying|refus\w+|fail\w*|"
    r"reject\w*|hardly|declin\w+|unable|lack\w*|avoid\w*|stay\w* out|ruled out|\w+n['’]t)\b",
    re.IGNORECASE,
)
_EVERY = frozenset("all every each entire whole everyone nationwide".split())
_ALONE = frozenset("only sole solely alone just exclusively single".split())
_ABSOLUTE = {
    **dict.fromkeys(("all", "every", "everyone", "entire", "whole"), _EVERY),
    **dict.fromkeys(("only", "sole", "solely", "exclusively"), _ALONE),
    "always": frozenset("always ever every constantly consistently".split()),
    "unanimously": frozenset("unanimously unanimous all every".split()),
}
_NAMED_NOUN = re.compile(r"\b([A-Z][^\W\d_]{3,}|(?:[A-Z]\.?){2,})\s(?:[a-z]{3,}\s)?([a-z]{4,})\b")
_CAUSED = (
    r"because|(?<!is )(?<!are )(?<!was )(?<!were )due to|owing to|thanks to|caus(?:ed|es|ing)|as a result|"
    r"prompt(?:ed|ing)|trigger(?:ed|ing)|led .{1,40} to\b"
)
_CAUSE = re.compile(rf"\b(?:{_CAUSED})", re.IGNORECASE)
_REASON = re.compile(
    rf"\b(?:{_CAUSED}|after|following|as|since|amid|over|for|with|so|when|citing|blam\w+|reason|why|forc\w+|mean\w*|"
    r"from|through|saying|explain\w+|response|results? of|attribut\w+)\b",
    re.IGNORECASE,
)
_NEAR = 4
_BEFORE_NAME = 4
_FAR, _NEXT = 50, 2
_PIVOTS = (  # here, in the sources, and how many content words either side of them are looked at
    ("than", "than", _FAR), ("before", "before", _FAR), ("after", "after", _FAR), ("before", "after", _FAR),
    ("after", "before", _FAR), ("rather than", "rather than", _NEXT), ("instead of", "instead of", _NEXT),
    ("into", "into", _NEXT),
)  # fmt: skip


def objection(statement: str, evidence: str, *, turned: bool = False) -> str | None:
    """Why the evidence's words do not bear the statement's, for a reader; None where nothing is found.

    `turned`: the statement tells a deed from its other side (buy for sell), so that opposites are to be expected.
    """
    mine, theirs = pieces(statement.lower()), pieces(evidence.lower())
    return (
        _denial(statement, evidence)
        or _absolute(mine, theirs)
        or (None if turned else _excluded(mine, theirs))
        or _cause(statement, evidence)
        or _role(statement, mine, evidence, theirs)
        or _modifier(statement, evidence, theirs)
        or _turned(statement, evidence)
    )


def is_negative(text: str) -> bool:
    """Whether anything is denied in the text."""
    return _NEGATION.search(text) is not None


def _denial(statement: str, evidence: str) -> str | None:
    if is_negative(statement) and not is_negative(evidence):
        return "its sources do not deny it"
    return None


def _absolute(mine: Sequence[str], theirs: Sequence[str]) -> str | None:
    """A word that leaves nothing out ("all", "only", "the largest") where the sources have none."""
    has_superlative = any(is_superlative(word) for word in theirs)
    for word in mine:
        if word in _ABSOLUTE and not _ABSOLUTE[word] & set(theirs):
            return _missing(word)
        if is_superlative(word) and not has_superlative:
            return _missing(word)
    return None


def _excluded(mine: Sequence[str], theirs: Sequence[str]) -> str | None:
    """A word of which the sources have the opposite, or the alternative, in its place."""
    if are_opposed(mine, theirs):
        return "its sources say the opposite"
    known = {place for word in theirs for place in sides_of(word)}
    for word in mine:
        if any(same_word(word, other) for other in theirs):
            continue
        for group, side in sides_of(word):
            if (group, side) not in known and any(other == group for other, _ in known):
                return _missing(word)
    return None


def _cause(statement: str, evidence: str) -> str | None:
    """A cause that the statement names where the sources name none."""
    told = _CAUSE.search(statement)
    if told is None or _REASON.search(evidence):
        return None
    return f"its sources name no cause, as “{told[0]}” does"


def _role(statement: str, mine: Sequence[str], evidence: str, theirs: Sequence[str]) -> str | None:
    """A role without the word that narrows it in the sources (deputy, former), or another rank before a name."""
    for place, word in enumerate(theirs[:-1]):
        role = _role_behind(theirs, place) if word in NARROWING else None
        if role and role in mine and word not in mine and _is_narrowed(theirs, role):
            return f"its sources say “{word} {role}”"
    for name, ranks in _ranked(statement):
        there = [other for known, other in _ranked(evidence) if same_name(name, known)]
        if ranks and there and not any(ranks <= other or not other for other in there):
            return _missing(f"{' '.join(sorted(ranks))} {name.title()}")
    return None


def _role_behind(words: Sequence[str], place: int) -> str | None:
    """The noun that a narrowing word goes with: deputy prime minister."""
    return next((word for word in words[place + 1 : place + 3] if word not in RANKS and word not in STOP_WORDS), None)


def _is_narrowed(words: Sequence[str], role: str) -> bool:
    """Whether every mention of the role has a narrowing word shortly before it."""
    places = [place for place, word in enumerate(words) if word == role]
    return all(NARROWING & set(words[max(0, place - 3) : place]) for place in places)


def _ranked(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The last word of each name in lower case, with the ranks in the few words before the name."""
    for name in names(text):
        before = pieces(text[: name.start].lower())[-_BEFORE_NAME:]
        yield pieces(name.text.lower())[-1], RANKS & frozenset(before)


def _modifier(statement: str, evidence: str, theirs: Sequence[str]) -> str | None:
    """A noun with a name before it where the sources have another name there: Syrian aircraft for Israeli ones."""
    known = [(_bare(name), noun) for name, noun in _NAMED_NOUN.findall(evidence)]
    for name, noun in _NAMED_NOUN.findall(_without_days(statement)):
        there = [other for other, same in known if lemmas(same) & lemmas(noun)]
        if there and not any(same_name(_bare(name), other) for other in there) and not _near(name, noun, theirs):
            return _missing(f"{name} {noun}")
    return None


def _bare(name: str) -> str:
    return name.lower().replace(".", "")


def _without_days(text: str) -> str:
    for day in reversed(dates(text, None)):
        text = text[: day.start] + text[day.end :]
    return text


def _near(name: str, noun: str, words: Sequence[str]) -> bool:
    """Whether the name stands within a few words of the noun: aircraft of Israel, Iraqi and Iranian fighters."""
    places = [place for place, word in enumerate(words) if lemmas(word) & lemmas(noun)]
    return any(
        same_name(_bare(name), word) for place in places for word in words[max(0, place - _NEAR) : place + _NEAR + 1]
    )


def _turned(statement: str, evidence: str) -> str | None:
    """What stands before a pivot ("than", "before", "into") in the sources stands behind it here."""
    for pivot, against, reach in _PIVOTS:
        here, there = _around(statement, pivot, reach), _around(evidence, against, reach)
        if here is None or there is None:
            continue
        if pivot != against:
            there = there[1], there[0]
        kept = _shared(here[0], there[0]) + _shared(here[1], there[1])
        turned = _shared(here[0], there[1]) + _shared(here[1], there[0])
        if turned > kept:
            return "its sources tell it the other way round"
    return None


def _around(text: str, pivot: str, reach: int) -> tuple[set[str], set[str]] | None:
    """The nearest content words before and behind the first pivot, without those on both sides; None without one."""
    found = re.search(rf"\b{pivot}\b", text, re.IGNORECASE)
    if found is None:
        return None
    before, behind = text[: found.start()], text[found.end() :]
    if not content_words(before):  # "After nine days, they signed"
        behind, _, before = behind.partition(",")
    one = {word.lower() for word in content_words(before)[-reach:]}
    other = {word.lower() for word in content_words(behind)[:reach]}
    return one - other, other - one


def _shared(one: set[str], other: set[str]) -> int:
    return sum(any(same_word(word, known) for known in other) for word in one)


def _missing(text: str) -> str:
    return f"“{text.strip()}” is not in its sources"
