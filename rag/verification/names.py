"""Checks that the sources of a claim have its names, in some spelling."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.language.dates import dates
from rag.language.lemmas import parts_of_speech
from rag.language.names import Name, names
from rag.language.quantities import quantities
from rag.language.sameness import same_country, same_name, same_stem
from rag.language.words import STOP_WORDS, pieces

OUTLET_ENDS = 2  # words
NAME_PARTS = 4  # words that may stand between the parts of one name: "Nasrallah, as Hassan's followers call him"
_COMMON = frozenset(("NOUN", "VERB", "ADJ", "ADV"))
_ACRONYM = re.compile(r"\b(?:[A-Z]\.?){2,}(?![a-z])")


def missing_name(claim: str, texts: Sequence[str], titles: Sequence[str], outlets: Sequence[str]) -> str | None:
    """The reason where the sources lack a name of the claim; None where they have all.

    A name is in the texts, is all of an outlet's name, or is in a title: one word of it, or more where the texts have
    one of them.
    """
    known, more = pieces("\n".join(texts)), pieces("\n".join((*texts, *titles)))
    acronyms = {found.replace(".", "").lower() for found in _ACRONYM.findall("\n".join((*texts, *outlets)))}
    words = {word.lower() for word in known}
    for name in _proper_names(claim):
        parts = [part.lower() for part in pieces(name.text) if part.lower() not in STOP_WORDS]
        begun = len(parts) < 2 or any(part in words for part in parts)
        if (
            not _named(name.text, known, acronyms)
            and not (begun and _named(name.text, more, acronyms))
            and not any(_is_outlet(name.text, outlet) for outlet in outlets)
        ):
            return f"“{name.text}” is not in its sources"
    return None


def _is_outlet(name: str, outlet: str) -> bool:
    """Whether a name is all of an outlet's, but for what ends it: BBC of "BBC News"."""
    return _named(name, pieces(outlet), ()) and len(pieces(outlet)) <= len(pieces(name)) + OUTLET_ENDS


def _proper_names(claim: str) -> list[Name]:
    """The names of a claim, without those of units and hours, and without a first word that may be no name."""
    taken = [(one.start, one.end) for one in quantities(claim)]
    return [
        name
        for name in names(claim)
        if not any(start < name.end and name.start < end for start, end in taken)
        and not _opens_with_a_common_word(claim, name)
    ]


def _opens_with_a_common_word(claim: str, name: Name) -> bool:
    """Whether a capital may only be that of a claim's first word: "Allegations have surfaced"."""
    before = claim[: name.start].rstrip(" “\"'(")
    is_first = not any(letter.isalnum() for letter in before) or before.endswith((":", " -", "–", "—"))
    return is_first and len(pieces(name.text)) == 1 and bool(parts_of_speech(name.text.lower()) & _COMMON)


def _without_day(name: str) -> str:
    """The name without a date that stands right before it: "On 3 June 2025 Chile's president"."""
    return next((name[day.end :] for day in dates(name, None) if day.start == 0), name)


def _named(name: str, around: Sequence[str], acronyms: Collection[str]) -> bool:
    """Whether a name is there, in some spelling of it: its last two parts near each other, or its initials.

    Parts that are common words too (Government, Senator, Allegations) are not asked for beside others that are not.
    """
    parts = [part.lower() for part in pieces(_without_day(name)) if part.lower() not in STOP_WORDS]
    if len(parts) > 1 and "".join(part[0] for part in parts) in acronyms:
        return True
    proper = [part for part in parts if not parts_of_speech(part) & _COMMON] or parts
    places = [[place for place, word in enumerate(around) if _spells(part, word)] for part in proper[-2:]]
    if len(places) < 2 or not all(places) or "-" in name:
        return all(places)
    return any(abs(one - other) <= NAME_PARTS for one in places[0] for other in places[1])


def _spells(part: str, word: str) -> bool:
    """Whether a word is that part of a name, in another spelling only with a capital: Homs is not in "homes"."""
    low = word.lower()
    return same_name(part, low) if low != word else low == part or same_country(part, low) or same_stem(part, low)
