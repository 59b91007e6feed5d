"""Text that a web page prints around an article: buttons, bylines, captions, credits, days, calls to its reader."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.language import lexicons
from rag.language.dates import MONTHS, WEEKDAYS
from rag.language.lemmas import remembered, verb_lemmas
from rag.language.quotations import without_quotations
from rag.language.speech import ADDRESSING, CLAIMING, SAYING

MARKS = lexicons.words("web_pages.marks")
CALLS = lexicons.words("web_pages.calls")
ROLES = lexicons.words("web_pages.roles")
SECTIONS = lexicons.words("web_pages.sections")
TITLE_LABEL = re.compile(r"^(?:title|headline)\s*:\s*", re.IGNORECASE)
_BETWEEN = lexicons.words("web_pages.between")
_SELF = lexicons.words("web_pages.self_references")
_SUPPORT = lexicons.words("web_pages.support")
_TIME_WORDS = frozenset("ago am at bst days est gmt hours min mins minutes of on pm utc".split())
_RARE_MARKS = MARKS - frozenset("ago by date read".split())  # without those that news are full of
_TELLING = SAYING | CLAIMING | ADDRESSING | {"write"}
MOST_WORDS = 45
WE = re.compile(r"\b(?:[Ww]e|[Uu]s|[Oo]urs?|WE|OUR)\b")  # US is a country
US_OR_HERE = re.compile(r"[WwuOoh](?<=\b.)(?:(?<=[Ww])e|(?<=u)s|(?<=[Oo])ur|(?<=h)ere)\b")
YOU = re.compile(r"[Yy](?<=\b.)our?\b")

ADDRESS = re.compile(r"(?:(?:url|link|source|web)\s*:\s*)?(?P<url>https?://[^\s<>\"]+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]++(?:['’-][^\W_]++)*+")
_TOKEN = re.compile(rf"https?://\S+|(?<![\w.+-])[\w.+-]++@[\w.-]+|{_WORD.pattern}")
_PIECE = re.compile(r"[^\W_]+")
_GLUED = re.compile(r"[A-Z](?<=[a-z]{2}.)")
_DAY_NAMES = MONTHS.keys() | WEEKDAYS.keys() | frozenset("mon tue tues wed thu thurs fri sat sun".split())
_NUMBER = re.compile(r"\d[\d-]*(?:st|nd|rd|th|[ap]m|T\d+Z?|[kmz])?|T\d+Z?", re.IGNORECASE)
_DIGITS_OF_A_DAY = re.compile(r"\d[-/.]\d{1,2}[-/.]\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_QUOTES = re.compile(r"[“”\"«»„‘’]")
_ENDED = re.compile(r"[.!?…]$")

LONGEST_CAPTION = 500
_OPENING, _SIGNED = lexicons.pattern("captions.opening", 0), lexicons.pattern("captions.signed", 0)
_CREDIT_LABEL = lexicons.pattern("captions.credit_label")
_LAST_PART = re.compile(r"(?:[(\[](?P<bracket>[^()\[\]]{2,150})[)\]]\.?|[.!?”\"’')\]]\s+(?P<tail>[^.!?]{2,80}))$")


def tokens(line: str) -> list[str]:
    """The words of a line in lower case; those glued together by their capitals are parted."""
    return [token.lower().replace("’", "'") for token in _tokens(_parted(line))]


@lru_cache(maxsize=4)  # several questions are asked of one line after another
def _tokens(line: str) -> list[str]:
    return (_TOKEN if "@" in line or "://" in line else _WORD).findall(line)


def is_page_text(line: str) -> bool:
    """Whether a line is nothing but words of a page, names, days and numbers: "By Jane Doe | 3 min read"."""
    if line[:1] in ("-", "*", "•"):
        return False
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(_parted(line)):  # most lines of news end this loop within a few words
        token, word = match[0], _lowered(match[0])
        if not (token[0].isupper() or word in MARKS or word in _BETWEEN or _is_time(word) or _is_address(word)):
            return False
        found.append((token, word))
    if not 0 < len(found) <= MOST_WORDS:
        return False
    words = [word for _, word in found]
    if all(map(_is_time, words)):
        return any(word[0].isalpha() for word in words) or _DIGITS_OF_A_DAY.search(line) is not None
    dated = not _DAY_NAMES.isdisjoint(words) and any(map(_YEAR.fullmatch, words))
    if words[0] in MARKS or _is_address(words[0]) or (dated and not _ENDED.search(line)):
        return True
    marked = any(word in MARKS or _is_address(word) for word in words)
    speaks_of_itself = any(word in _SELF and token != "US" for token, word in found)
    return marked and (speaks_of_itself or not _ENDED.search(line))


def marks(line: str) -> int:
    """How many words of a line are marks of a page: share, newsletter, photo; none is a name."""
    found = _tokens(line)
    if not found:
        return 0
    words = [found[0].lower(), *found[1:]]  # only the first word has a capital and is no name
    return 0 if _RARE_MARKS.isdisjoint(words) else sum(word in _RARE_MARKS for word in words)


def is_call(line: str) -> bool:
    """Whether a line opens by asking its reader to do something on the page, and reports nothing that happened."""
    found = _TOKEN.search(line)
    if found is None:
        return False
    first = _lowered(_parted(found[0]).split(" ")[0])
    if first not in CALLS and not _QUOTES.search(line, 0, found.start()):
        return False
    opening = without_quotations(line).split(":")[0]
    words = tokens(opening)
    return bool(words) and words[0] in CALLS and not any(map(is_past, words)) and not is_attributed(opening)


@remembered
def is_past(word: str) -> bool:
    """Whether a word may be a verb's past: left, said, was."""
    inflected = not word.endswith(("ing", "s")) or word in ("has", "was")
    return inflected and bool(verb_lemmas(word) - {word})


def tells_of_past_or_future(line: str) -> bool:
    """Whether a word of the line, in lower case, is a verb's past, or "will"."""
    words = (match[0] for match in _PIECE.finditer(line))
    return any(word == "will" or (word.islower() and is_past(word)) for word in words)


def is_attributed(line: str) -> bool:
    """Whether someone other than the outlet is said to say something, as in news."""
    words = tokens(line)
    return any(
        _says(word) and words[place - 1] != "to" and "we" not in words[max(0, place - 2) : place]
        for place, word in enumerate(words)
        if place
    )


@remembered
def _says(word: str) -> bool:
    """Whether a word may be a verb of saying; reports and notes are more often things."""
    return word not in ("report", "note") and not verb_lemmas(word).isdisjoint(_TELLING)


def _parted(line: str) -> str:
    """The line with a space between words that are glued together by a capital: "shareTweet"."""
    return _GLUED.sub(r" \g<0>", line)


def _lowered(token: str) -> str:
    return token.lower().replace("’", "'")


def speaks_of_us(line: str) -> bool:
    """Whether the outlet speaks of itself as "we", outside any quotation."""
    return WE.search(without_quotations(line)) is not None


def asks_for_support(line: str) -> bool:
    """Whether the outlet asks its readers for money, or says what it does with it."""
    bare = without_quotations(line)
    return WE.search(bare) is not None and not _SUPPORT.isdisjoint(tokens(bare)) and not is_attributed(bare)


def is_caption(line: str) -> bool:
    """Whether a line describes a picture."""
    if len(line) > LONGEST_CAPTION:
        return False
    if _OPENING.match(line) or _SIGNED.search(line):
        return True
    last = _LAST_PART.search(line)
    credit = last and (last["bracket"] or last["tail"])
    return bool(credit and _CREDIT_LABEL.search(credit) and is_page_text(credit))


def _is_time(word: str) -> bool:
    return _NUMBER.fullmatch(word) is not None or word in _DAY_NAMES or word in _TIME_WORDS


def _is_address(word: str) -> bool:
    return "@" in word or word.startswith(("http:", "https:"))
