"""What a number counts or measures: a unit, a currency, or the noun that it counts."""

from __future__ import annotations

import re
from functools import lru_cache

from lemminflect import getLemma

from rag.language import lexicons
from rag.language.words import STOP_WORDS

LONGEST_PHRASE_WORDS = 6
CURRENCY_OF = lexicons.meanings("units.currencies")
MEASURE_OF = lexicons.meanings("units.measures")
CURRENCIES = frozenset(CURRENCY_OF.values())
MEASURES = frozenset({*MEASURE_OF.values(), *CURRENCIES, "clock", "ordinal"})
LONGEST_MEASURE = 40  # characters
# Each measure in the singular and the plural, which its first word or its last has; "5 in Homs" is no length.
_MEASURE_FORMS = {
    form: unit
    for name, unit in MEASURE_OF.items()
    if name not in ("in", "f")
    for form in (name, f"{name}s", name.replace(" ", "s ", 1))
}
_NAMES = "|".join(one.replace(" ", r"[\s-]{1,2}") for one in sorted(_MEASURE_FORMS, key=len, reverse=True))
_MEASURE = re.compile(rf"[\s-]{{0,3}}(?P<name>{_NAMES})(?:[’']s?)?(?!\w)(?:-[^\W_][\w’'-]*)?", re.IGNORECASE)
_PHRASE_ENDS = STOP_WORDS - lexicons.words("counting.counted") | lexicons.words("counting.phrase_ends")
_FILLERS = lexicons.words("counting.fillers")
_IRREGULAR_PLURALS = lexicons.words("counting.irregular_plurals")
_PEOPLE = lexicons.words("counting.people")
_OF_WHOM = re.compile(r"(?:\s+[^\W\d_][\w’'-]*)??\s+of\s+(?:[\w’'-]+\s){0,3}?[\w’'-]+s\b")
_NOUN_WORD = re.compile(r"(?<![\w’'])[^\W\d_](?:[\w’']|\.(?=\w)|(?<=\.\w)\.)*(?:-[^\W_][\w’']*)*")


def counted(text: str, place: int, *, many: bool) -> tuple[str | None, int]:
    """What the number before `place` counts: a measure right behind it, the first plural noun, or the last noun."""
    if measure := measure_behind(text, place):
        return measure
    last: tuple[str | None, int] = (None, place)
    reached = place
    for count, word in enumerate(_NOUN_WORD.finditer(text, place, place + 100)):
        gap, reached = text[reached : word.start()], word.end()
        plain = word[0].lower().replace("’", "'").removesuffix("'s").rstrip("'.")
        if count >= LONGEST_PHRASE_WORDS or re.search(r"[^\s-]", gap):
            break
        if plain in _PHRASE_ENDS and not (count == 0 and plain in _FILLERS):
            if _goes_on(text, word):
                continue
            break
        stem = singular(plain)
        if stem in CURRENCY_OF and stem.isalpha():
            return CURRENCY_OF[stem], word.end()
        if _is_aside(word[0]):
            continue
        if many and _is_plural(word[0]):
            return stem, word.end()
        if word[0][0].islower():
            last = (stem, word.end())
    return last if last[0] else (None, place)


def measure_behind(text: str, place: int) -> tuple[str, int] | None:
    """The unit of measure right behind a place, and where it ends: "km", "-year-old", "degrees Celsius"."""
    found = _MEASURE.match(text, place, place + LONGEST_MEASURE)
    if found is None:
        return None
    is_letter = len(found["name"]) == 1 and found["name"].isalpha()
    if is_letter and (text[place] == found["name"] or (found["name"].isupper() and found["name"] != "C")):
        return None  # "5m" is five million, "5 K" anything
    return _MEASURE_FORMS[re.sub(r"[\s-]+", " ", found["name"].lower())], found.end()


def _is_aside(word: str) -> bool:
    """A participle or an adverb, which counts nothing: "14 wounded soldiers", "200 newly built homes"."""
    lower = word.lower()
    return lower.endswith(("ly", "ed", "ing", "-strong")) or lower in _FILLERS or lower == "old"


def _is_plural(word: str) -> bool:
    lower = word.lower().rstrip(".")
    return lower in _IRREGULAR_PLURALS or (not word.isupper() and singular(lower) != lower)


def _goes_on(text: str, word: re.Match[str]) -> bool:
    """Whether a linking word joins parts of what is counted: "14 Iranian and Iraqi fighters"."""
    return word[0].lower() == "and" and re.match(r"\s+[A-Z]", text[word.end() : word.end() + 20]) is not None


@lru_cache(maxsize=50_000)
def singular(word: str) -> str:
    """The singular of a lower-case noun, by the dictionary or, for words it lacks, by rule."""
    return "person" if word in ("people", "persons") else getLemma(word, upos="NOUN")[0]


def end_of_counted_people(text: str, end: int, unit: str | None) -> int:
    """Where what a number of people counts ends, also behind "of": 14 members of pro-Iranian militias."""
    found = _OF_WHOM.match(text, end) if unit in _PEOPLE else None
    return found.end() if found else end
