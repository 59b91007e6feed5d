"""Makes text plain: removes invisible characters and replaces look-alike letters; offsets can be mapped back.

Text is made plain before it is compared or shown to a model. Invisible are control characters and those with
Unicode's property Default_Ignorable_Code_Point (soft hyphen, zero-width, direction marks, tags); look-alikes are
Unicode's confusables (UTS 39).
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
    """A plain text; `span` maps its offsets back to the original."""

    text: str
    _starts: tuple[int, ...] = ()  # offsets in the plain text at which characters were removed
    _moved: tuple[int, ...] = ()  # the number of characters removed up to each

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The offsets in the original of `text[start:end]`."""
        if not self._starts:
            return start, end
        if start >= end:
            return (place := self._place(start)), place
        return self._place(start), self._place(end - 1) + 1

    def _place(self, offset: int) -> int:
        gaps = bisect_right(self._starts, offset)
        return offset + (self._moved[gaps - 1] if gaps else 0)


def plain(text: str) -> Plain:
    """Makes text plain, and keeps the mapping of its offsets to the original."""
    if text.isascii() and text.isprintable():
        return Plain(text)
    gaps = [match.span() for match in _INVISIBLE.finditer(text)]
    moved = tuple(accumulate(end - start for start, end in gaps))
    starts = tuple(end - left_out for (_, end), left_out in zip(gaps, moved, strict=True))
    visible = _INVISIBLE.sub("", text)
    return Plain(visible if visible.isascii() else _WORD.sub(_repaired, visible), starts, moved)


def plain_text(text: str) -> str:
    """Makes text plain."""
    return plain(text).text


def folded(text: str) -> str:
    """Makes text plain for security checks, and replaces accented and look-alike letters by ASCII ones."""
    if text.isascii():
        return plain_text(text)
    spread = unicodedata.normalize("NFKD", plain_text(text))
    return "".join(one for one in spread if not unicodedata.combining(one)).translate(_look_alikes())


def _repaired(match: re.Match[str]) -> str:
    """Replaces a word's styled letters, and letters of another script in a Latin word, by ASCII ones.

    A word wholly in another script is kept. The word keeps its length.
    """
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
    """Letters → the ASCII letter that each looks like, of the same case if possible."""
    from confusable_homoglyphs.confusables import confusables_data  # 0.9 MB, loaded at first use

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
