"""Decodes the bytes of a file, in whatever encoding it was written."""

from __future__ import annotations

import codecs
import re

from rag.errors import UnreadableFile

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 100_000
MOST_WESTERN = 0.15  # of French letters about one in twenty-five has an accent; of Russian ones every one is foreign
# Signs inside or behind a word that other encodings' letters look like when they are read as Western ones.
_NOT_WESTERN = re.compile(r"[^\W\d_][¡¢¤¥¦¨ª¬¯±³´¶¸¹º¼½¾¿×÷þðÞÐ†‡ˆ‰˜]")


def decode(data: bytes) -> str:
    """The text. A mark or valid UTF-8 decides; then the bytes themselves and what a page declares."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x00" in data:
        raise UnreadableFile("This is a binary file, not text; save the article as UTF-8 text.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = _damaged_utf8(data) or _western(data) or _guessed(data)
        if text is None:
            raise UnreadableFile("The text is in no known encoding; save it as UTF-8.") from error
        return text


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few bad bytes (cut in the middle of a letter, say) is still UTF-8."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(not character.isascii() for character in text) - bad
    return text if good >= 4 * bad else None


def _western(data: bytes) -> str | None:
    """Mostly ASCII, and otherwise the letters, quotes and dashes of Western Europe: Windows' own encoding."""
    if sum(byte > 127 for byte in data) > MOST_WESTERN * len(data) + 8:
        return None
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if _NOT_WESTERN.search(text) or not _is_text(text) else text


def _guessed(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    if best is None:
        return None
    text = data.decode(best.encoding, "replace")
    return text if _is_text(text) else None


def _is_text(text: str) -> bool:
    """Whether hardly any character is a control or an unknown one: letters that a wrong encoding gives are not."""
    odd = sum(not character.isprintable() and not character.isspace() for character in text)
    return odd + text.count("\ufffd") <= 0.005 * len(text)
