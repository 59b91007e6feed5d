"""Tokenizes an excerpt and an article for comparing: normalized words with their offsets.

Normalized are case, accents, apostrophes, thousands separators, the dots of initials, spellings, contractions
("didn't" is "did not") and numbers in words ("three" is "3"). Symbols that change a meaning (currency, per cent,
a minus) are tokens.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rag.cancellation import check_cancelled
from rag.language.numerals import SPELLED, spelled
from rag.language.spelling import expand_contraction, standard_spelling

ELLIPSIS = "…"

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_LETTERS = rf"[^\W_{_UNSPACED}]+"
_THOUSANDS = ",\u00a0\u2009\u202f"
_TOKEN = re.compile(
    rf"""
    (?P<ellipsis> [\[(]?(?:…|\.{{3,}}|\.\ \.\ \.)[\])]? )
  | (?P<number> \d{{1,3}}(?:[{_THOUSANDS}]\d{{3}})+(?![\d])(?:\.\d+)? | \d+(?:\.\d+)? | (?<![\w.])\.\d+ )
  | (?P<initials> (?:[^\W\d_]\.)+[^\W\d_](?![^\W_])\.? )
  | (?P<unspaced> [{_UNSPACED}] )
  | (?P<spelled> (?i:{SPELLED})(?![\w'’‘ʼ`´]) )
  | (?P<word> {_LETTERS}(?:['’‘ʼ`´]{_LETTERS})* )
  | (?P<minus> (?<![\w.,)\]–—-])[-−](?=[\d.$€£¥]) )
  | (?P<mark> [$€£¥₹₽₩₪%‰°&] )
    """,
    re.VERBOSE,
)
_MARKS = {"%": "percent", "&": "and", "−": "-"}


class Token(NamedTuple):  # a thousand for each article: created twice as fast as a dataclass
    """A normalized word; it is written at `text[start:end]`."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of a text in order; an ellipsis, also of three dots, is the token `ELLIPSIS`."""
    check_cancelled()
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        if contraction := expand_contraction(match[0]):
            middle = match.start() + contraction[0]
            found += [Token(contraction[1], match.start(), middle), Token(contraction[2], middle, match.end())]
        elif word := _normalized(match[0], match.lastgroup):
            found.append(Token(word, *match.span()))
    return found


@lru_cache(maxsize=65_536)
def _normalized(written: str, kind: str | None) -> str:
    if kind == "ellipsis":
        return ELLIPSIS
    if kind in ("mark", "minus"):
        return _MARKS.get(written, written)
    if kind == "spelled":
        return f"{spelled(written):g}"
    if kind == "number":
        plain = re.sub(rf"[{_THOUSANDS}]", "", written)
        return f"0{plain}" if plain.startswith(".") else plain
    letters = unicodedata.normalize("NFKD", written.casefold())
    return standard_spelling("".join(one for one in letters if one.isalnum()))
