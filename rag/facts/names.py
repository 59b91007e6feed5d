"""The proper names of a text. Called through `rag.facts`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name as it stands in the text, without a possessive's ending."""

    text: str
    start: int
    end: int


# "U.S.", "O’Brien", "al-Assad" and "F-16" are words; of "Iran-backed" only the first part is.
_WORD = re.compile(r"[^\W_](?:[\w&]|[’'.](?=[^\W_])|-(?=[^\W_a-zß-ÿ])|(?<=\.\w)\.)*")
_PARTICLES = frozenset("of the al bin ibn de la le du da di del della der den dos das van von y e".split())
_PREFIXED = re.compile(r"^(?:al|el|as|an|ad|ar|ash|ez|ibn|d|l|o)[-’'](?=\w)", re.IGNORECASE)
_ABBREVIATION = re.compile(r"^(?:St|Mt|Ft|Mr|Mrs|Ms|Dr|Gen|Sen|Rep|Gov|Maj|Lt|Col|Sgt|Capt|Prof|Jr|Sr|Rev|\w)$")
_TITLES = frozenset("mr mrs ms dr gen sen rep gov maj lt col sgt capt prof jr sr rev".split())
_NOT_NAMES = frozenset(
    """
    the a an this that these those there here it its he she they we you i his her their our your my one two three four
    five six seven eight nine ten eleven twelve dozens hundreds thousands millions in on at for from to of by with as
    if when while where what who whom whose which why how and or but not no yes so is are was were be been do does did
    has have had can could may might must shall should will would after before during since until although though
    because despite some many most more all any each both few several also however meanwhile moreover then now today
    yesterday tomorrow tonight according over under about between into later earlier last next first second third once
    still even just only perhaps such another other others monday tuesday wednesday thursday friday saturday sunday
    january february march april june july august september october november december almost nearly recent give tell
    say says said please let us nor neither either every everyone nobody nothing none than too very never always often
    well yet again against among across through without within around near amid along like unlike unless whether
    police officials experts sources analysts scientists researchers authorities residents witnesses people doctors
    i'm i've it's he's she's we're they're that's there's don't
    """.split()
)
_SPEAKS = re.compile(
    r"(?:[’']s\s+[^\W\d_]|\s+(?:said|says|told|has|had|have|is|was|are|were|will|would|can|could|may|plans|wants|"
    r"denied|denies|confirmed|announced|accused|reported|launched|and\s+[A-Z])\b)"
)
_NATIONALITY = re.compile(r"(?:[a-z]ian|ish|[nm]ese|aeli|aqi|stani)s?$")


def names(text: str) -> tuple[Name, ...]:
    """The capitalised runs of a text that are names; a word is not one merely for opening a sentence."""
    words = list(_WORD.finditer(text))
    return tuple(name for run in _runs(text, words) if (name := _name(text, run)) is not None)


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
    if re.search(r"[’']s?$", one[0]) or not gap or "\n\n" in gap:
        return False
    return not gap.strip() or (gap.strip() == "." and _ABBREVIATION.match(one[0]) is not None)


def _is_capital(word: str) -> bool:
    return _PREFIXED.sub("", word)[:1].isupper()


def _is_number_of_a_name(text: str, word: re.Match[str]) -> bool:
    """A number between capitals: "Boeing 737 Max"."""
    return word[0].isdigit() and re.match(r"\s[A-Z]\w", text[word.end() :]) is not None


def _name(text: str, run: list[re.Match[str]]) -> Name | None:
    words = list(run)
    while words and (_is_plain(words[0][0]) or _opening_may(text, words)):
        words.pop(0)
    while words and (_is_plain(words[-1][0]) or words[-1][0].isdigit()):
        words.pop()
    if not words:
        return None
    start, end = words[0].start(), words[-1].end()
    name = re.sub(r"[’']s?$", "", text[start:end])
    if not re.search(r"\.\w\.$", name):
        name = name.rstrip(".,")
    if len(words) == 1 and _opens_a_sentence(text, start) and not _is_name_there(text, name, start):
        return None
    return Name(name, start, start + len(name)) if len(name) > 1 else None


def _is_plain(word: str) -> bool:
    bare = re.sub(r"[’']s$|\.$", "", word).lower()
    return bare in _NOT_NAMES or bare in _TITLES


def _opening_may(text: str, words: Sequence[re.Match[str]]) -> bool:
    """The month or the verb, not a person of that name: it stands alone and nothing that people do follows."""
    alone = words[0][0] == "May" and len(words) == 1
    return alone and re.match(r"\s+(?:said|says|told|has|was|will|resigned|won)\b", text[words[0].end() :]) is None


def _opens_a_sentence(text: str, place: int) -> bool:
    return re.search(r"(?:^|[.!?:][”\"’')\]]*\s+|[“\"(]\s*|\n)$", text[:place]) is not None


def _is_name_there(text: str, name: str, place: int) -> bool:
    """Whether an opening word is a name all the same: capitals inside, or capitalised in mid-sentence too."""
    if re.search(r"[A-Z0-9]", name[1:]) or _NATIONALITY.search(name):
        return True
    others = (match.start() for match in re.finditer(rf"\b{re.escape(name)}\b", text) if match.start() != place)
    if any(not _opens_a_sentence(text, other) for other in others):
        return True
    return _SPEAKS.match(text[place + len(name) :]) is not None and not name.endswith("ing")
