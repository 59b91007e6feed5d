"""The proper names of a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.cancellation import check_cancelled
from rag.language import lexicons
from rag.language.countries import ADJECTIVE_ENDING
from rag.language.words import STOP_WORDS, without_possessive


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as it stands in the text, without a possessive's ending."""

    text: str
    start: int
    end: int


# "U.S.", "O’Brien", "al-Assad" and "F-16" are words; of "Iran-backed" only the first part is.
_WORD = re.compile(r"[^\W_](?:[\w&]|[’'.](?=[^\W_])|-(?=[^\W_a-zß-ÿ])|(?<=\.\w)\.)*")
_PARTICLES = lexicons.words("names.particles")
_PREFIXED = re.compile(r"^(?:al|el|as|an|ad|ar|ash|ez|ibn|d|l|o)[-’'](?=\w)", re.IGNORECASE)
_ABBREVIATION = re.compile(r"^(?:St|Mt|Ft|Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Maj|Lt|Col|Sgt|Capt|Prof|Jr|Sr|Rev|\w)$")
_TITLES = lexicons.words("names.titles")
_NOT_NAMES = STOP_WORDS - lexicons.words("names.in_names") | lexicons.words("names.not_names")
_SPEAKS = re.compile(
    r"(?:[’']s\s+[^\W\d_]|\s+(?:said|says|told|has|had|have|is|was|are|were|will|would|can|could|may|plans|wants|"
    r"denied|denies|confirmed|announced|accused|reported|launched|and\s+[A-Z])\b)"
)
_NATIONALITY = re.compile(rf"{ADJECTIVE_ENDING}s?$")


# What a word may stand behind to open a sentence. It is looked for in the characters before the word alone: from the
# text's beginning, for every word anew, the search took 30 s over 2,000 characters.
_OPENING = re.compile(r"(?:^|[.!?:][”\"’')\]]*\s+|[“\"(]\s*|\n)$")
_OPENING_CHARACTERS = 24
_NUMBERED_ON = re.compile(r"\s[A-Z]\w")


def names(text: str) -> tuple[Name, ...]:
    """The capitalised runs of a text that are names; a word is not one merely for opening a sentence."""
    check_cancelled()
    words = list(_WORD.finditer(text))
    found = _Names(text, words)
    return tuple(name for run in _runs(text, words) if (name := found.of(run)) is not None)


def _runs(text: str, words: Sequence[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Capitalised words in a row, with the particles between them."""
    run: list[re.Match[str]] = []
    held: list[re.Match[str]] = []
    for word in words:
        before = (held or run or [word])[-1]
        if run and not _adjoin(text, before, word):
            yield run
            run, held = [], []
        if _is_capital(word[0]):
            run += [*held, word] if run else [word]
            held = []
        elif run and word[0] in _PARTICLES:
            held.append(word)
        elif run and _is_number_of_a_name(text, word):
            run.append(word)
        elif run:
            yield run
            run, held = [], []
    if run:
        yield run


def _adjoin(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether white space alone parts two words of one name; a full stop may stand behind an abbreviation."""
    gap = text[one.end() : other.start()]
    if without_possessive(one[0]) != one[0] or not gap or "\n\n" in gap:
        return False
    return not gap.strip() or (gap.strip() == "." and _ABBREVIATION.match(one[0]) is not None)


def _is_capital(word: str) -> bool:
    return _PREFIXED.sub("", word)[:1].isupper()


def _is_number_of_a_name(text: str, word: re.Match[str]) -> bool:
    """A number between capitals: "Boeing 737 Max"."""
    return word[0].isdigit() and _NUMBERED_ON.match(text, word.end()) is not None


class _Names:
    """Tells which runs of one text are names."""

    def __init__(self, text: str, words: Sequence[re.Match[str]]) -> None:
        self._text = text
        self._words = words

    def of(self, run: Sequence[re.Match[str]]) -> Name | None:
        text, first, last = self._text, 0, len(run)
        while first < last and _is_plain(run[first][0]):
            first += 1
        while first < last and (_is_plain(run[last - 1][0]) or run[last - 1][0].isdigit()):
            last -= 1
        if first == last:
            return None
        start, end = run[first].start(), run[last - 1].end()
        name = without_possessive(text[start:end])
        if last - first == 1 and _opens_a_sentence(text, start) and not self._is_name_there(name, start):
            return None
        return Name(name, start, start + len(name)) if len(name) > 1 else None

    def _is_name_there(self, name: str, place: int) -> bool:
        """Whether an opening word is a name all the same: capitals inside, or capitalised in mid-sentence too."""
        if re.search(r"[A-Z0-9]", name[1:]) or _NATIONALITY.search(name) or name in self._in_mid_sentence:
            return True
        return _SPEAKS.match(self._text, place + len(name)) is not None and not name.endswith("ing")

    @cached_property
    def _in_mid_sentence(self) -> frozenset[str]:
        """The words, and the parts of them between marks, that stand in mid-sentence."""
        found: set[str] = set()
        for word in self._words:
            pieces = re.findall(r"\w+", word[0])
            if not _opens_a_sentence(self._text, word.start()):
                found |= {word[0], without_possessive(word[0]).rstrip(".,"), *pieces}
            else:
                found |= set(pieces[1:])
        return frozenset(found)


def _is_plain(word: str) -> bool:
    bare = re.sub(r"[’']s$|\.$", "", word).lower()
    return bare in _NOT_NAMES or bare in _TITLES


def _opens_a_sentence(text: str, place: int) -> bool:
    return _OPENING.search(text, max(0, place - _OPENING_CHARACTERS), place) is not None
