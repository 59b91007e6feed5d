"""Normalises text: removes invisible characters, replaces look-alike letters.

Everything that compares text or shows it to a model reads it so; offsets are mapped back to the text as it is stored.
Which characters are invisible is Unicode's property Default_Ignorable_Code_Point (soft hyphen, zero-width, direction
marks, tags), and the control characters; which look alike is told by Unicode's confusables (UTS 39).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import regex

_INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}[\p{Cc}--\s]]+", regex.V1)
_WORD = re.compile(r"[^\W_]+")
_ASCII_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text made plain. `span` tells where a stretch of it stands in the text that it was made of."""

    text: str
    _starts: tuple[int, ...] = ()  # in the plain text, of what stands behind each gap
    _moved: tuple[int, ...] = ()  # how many characters were left out before it

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `text[start:end]`, from its first character to its last."""
        if not self._starts:
            return start, end
        if start >= end:
            return (place := self._place(start)), place
        return self._place(start), self._place(end - 1) + 1

    def _place(self, offset: int) -> int:
        gaps = bisect_right(self._starts, offset)
        return offset + (self._moved[gaps - 1] if gaps else 0)


def plain(text: str) -> Plain:
    """The text as it reads, with the places of its characters in the original."""
    if text.isascii() and text.isprintable():
        return Plain(text)
    gaps = [match.span() for match in _INVISIBLE.finditer(text)]
    moved = tuple(accumulate(end - start for start, end in gaps))
    starts = tuple(end - left_out for (_, end), left_out in zip(gaps, moved, strict=True))
    return Plain(_repaired(_INVISIBLE.sub("", text)), starts, moved)


def plain_text(text: str) -> str:
    """The text as it reads."""
    return plain(text).text


def folded(text: str) -> str:
    """The text for what guards: plain, without accents, look-alike letters made those of ASCII."""
    if text.isascii():
        return plain_text(text)
    spread = unicodedata.normalize("NFKD", plain_text(text))
    return "".join(one for one in spread if not unicodedata.combining(one)).translate(_look_alikes())


def _repaired(text: str) -> str:
    """The text with letters in another style made plain ones, and those of another script inside a Latin word.

    A word that is wholly of another script is that script's; the text keeps its length.
    """
    return text if text.isascii() else _WORD.sub(_repaired_word, text)


def _repaired_word(match: re.Match[str]) -> str:
    word = match[0] if match[0].isascii() else match[0].translate(_styled())
    if word.isascii() or not _ASCII_LETTER.search(word):
        return word
    return word.translate(_foreign_look_alikes())


@cache
def _styled() -> dict[int, str]:
    """Mathematical and full-width letters and digits → those of ASCII."""
    blocks = (range(0x1D400, 0x1D800), range(0xFF10, 0xFF5B))
    found = {code: unicodedata.normalize("NFKC", chr(code)) for block in blocks for code in block}
    return {code: plain for code, plain in found.items() if len(plain) == 1 and plain.isalnum() and plain.isascii()}


@cache
def _look_alikes() -> dict[int, str]:
    """Letters → the ASCII letter that each looks like, of the same case where there is one."""
    from confusable_homoglyphs.confusables import confusables_data  # 0.9 MB, read where it is first needed

    found: dict[int, str] = {}
    for one, alike in confusables_data.items():
        letters = [other["c"] for other in alike if len(other["c"]) == 1 and _ASCII_LETTER.match(other["c"])]
        if letters and len(one) == 1 and not one.isascii() and one.isalpha():
            letters += ["I"] if letters == ["l"] else []  # the confusables fold I to l
            found[ord(one)] = next((letter for letter in letters if letter.isupper() == one.isupper()), letters[0])
    return found | _styled()


@cache
def _foreign_look_alikes() -> dict[int, str]:
    return {
        code: letter
        for code, letter in _look_alikes().items()
        if not unicodedata.name(chr(code), "").startswith("LATIN")
    }
