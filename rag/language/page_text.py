"""Text that a web page prints around an article: buttons, by-lines, credits, days, calls to its reader."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.dates import MONTHS, WEEKDAYS
from rag.language.lemmas import verb_lemmas
from rag.language.pronouns import WE
from rag.language.quotations import without_quotations
from rag.language.speech import ADDRESSING, CLAIMING, SAYING
from rag.language.words import pieces

MARKS = lexicons.words("web_pages.marks")
CALLS = lexicons.words("web_pages.calls")
ROLES = lexicons.words("web_pages.roles")
SECTIONS = lexicons.words("web_pages.sections")
TITLE_LABEL = re.compile(r"^(?:title|headline)\s*:\s*", re.IGNORECASE)
_BETWEEN = lexicons.words("web_pages.between")
_SELF = lexicons.words("web_pages.self_references")
_SUPPORT = lexicons.words("web_pages.support")
_TIME_WORDS = frozenset("ago am at bst days est gmt hours min mins minutes of on pm utc".split())
_COMMON = frozenset("ago by date read".split())  # marks that news are full of
_TELLING = SAYING | CLAIMING | ADDRESSING | {"write"}
MOST_WORDS = 45

ADDRESS = re.compile(r"(?:(?:url|link|source|web)\s*:\s*)?(?P<url>https?://[^\s<>\"]+)", re.IGNORECASE)
_TOKEN = re.compile(r"https?://\S+|(?<![\w.+-])[\w.+-]+@[\w.-]+|[^\W_]+(?:['’-][^\W_]+)*")
_GLUED = re.compile(r"(?<=[a-z]{2})(?=[A-Z])")
_DAY_NAMES = MONTHS.keys() | WEEKDAYS.keys() | frozenset("mon tue tues wed thu thurs fri sat sun".split())
_NUMBER = re.compile(r"\d[\d-]*(?:st|nd|rd|th|[ap]m|T\d+Z?|[kmz])?|T\d+Z?", re.IGNORECASE)
_DIGITS_OF_A_DAY = re.compile(r"\d[-/.]\d{1,2}[-/.]\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDED = re.compile(r"[.!?…]$")


def tokens(line: str) -> list[str]:
    """The words of a line in lower case; those glued together by their capitals are parted."""
    return [token.lower().replace("’", "'") for token in _TOKEN.findall(_GLUED.sub(" ", line))]


def is_page_text(line: str) -> bool:
    """Whether a line is nothing but words of a page, names, days and numbers: "By Jane Doe | 3 min read"."""
    found = _TOKEN.findall(_GLUED.sub(" ", line))
    if not 0 < len(found) <= MOST_WORDS or line[0] in "-*•":
        return False
    words = [token.lower().replace("’", "'") for token in found]
    if all(_is_time(word) for word in words):
        return any(word[0].isalpha() for word in words) or _DIGITS_OF_A_DAY.search(line) is not None
    if not all(
        word in MARKS or word in _BETWEEN or _is_time(word) or _is_address(word) or token[0].isupper()
        for token, word in zip(found, words, strict=True)
    ):
        return False
    dated = not _DAY_NAMES.isdisjoint(words) and any(map(_YEAR.fullmatch, words))
    if words[0] in MARKS or _is_address(words[0]) or (dated and not _ENDED.search(line)):
        return True
    marked = any(word in MARKS or _is_address(word) for word in words)
    speaks_of_itself = any(word in _SELF and token != "US" for token, word in zip(found, words, strict=True))
    return marked and (speaks_of_itself or not _ENDED.search(line))


def marks(line: str) -> int:
    """How many words of a line are marks of a page: share, newsletter, photo; none is a name."""
    found = _TOKEN.findall(line)
    return sum(word.lower() in MARKS - _COMMON and (word.islower() or place == 0) for place, word in enumerate(found))


def is_call(line: str) -> bool:
    """Whether a line opens by asking its reader to do something on the page, and reports nothing that happened."""
    opening = without_quotations(line).split(":")[0]
    words = tokens(opening)
    return bool(words) and words[0] in CALLS and not any(map(is_past, words)) and not is_attributed(opening)


def is_past(word: str) -> bool:
    """Whether a word may be a verb's past: left, said, was."""
    inflected = not word.endswith(("ing", "s")) or word in ("has", "was")
    return inflected and bool(verb_lemmas(word) - {word})


def tells_of_past_or_future(line: str) -> bool:
    """Whether a word of the line, in lower case, is a verb's past, or "will"."""
    return any(word == "will" or (word.islower() and is_past(word)) for word in pieces(line))


def is_attributed(line: str) -> bool:
    """Whether someone other than the outlet is said to say something, as in news."""
    words = tokens(line)
    return any(
        verb_lemmas(word) & _TELLING and "we" not in words[max(0, place - 2) : place]
        for place, word in enumerate(words)
        if place and word not in ("report", "note") and words[place - 1] != "to"
    )


def speaks_of_us(line: str) -> bool:
    """Whether the outlet speaks of itself as "we", outside any quotation."""
    return WE.search(without_quotations(line)) is not None


def asks_for_support(line: str) -> bool:
    """Whether the outlet asks its readers for money, or says what it does with it."""
    bare = without_quotations(line)
    words = set(tokens(bare))
    return bool(WE.search(bare)) and not words.isdisjoint(_SUPPORT) and not is_attributed(bare)


def _is_time(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None or word in _DAY_NAMES or word in _TIME_WORDS


def _is_address(word: str) -> bool:
    return "@" in word or word.startswith(("http:", "https:"))
