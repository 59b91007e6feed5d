"""Names of news outlets: which names are, and when two name the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache

from rag.articles import squeeze
from rag.language import lexicons

MOST_WORDS = 6  # of an outlet's name


@lru_cache(maxsize=4096)
def outlet_key(name: str) -> str:
    """An outlet's name as names are compared: the Associated Press, AP and apnews.com are one."""
    plain = _plain(name)
    if domain := _DOMAIN.fullmatch(plain):
        plain = re.sub(r"^the(?=\w{4})", "", domain["name"].replace("-", ""))
    key = re.sub(r"[^\w&]", "", _ALIASES.get(plain, plain))
    return _ALIASES.get(key, key)


def _plain(name: str) -> str:
    """In lower case, without accents, article, possessive or what says that it is an agency or a paper."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    plain = re.sub(r"^the\s+|[’']s?$|[.,]+$", "", squeeze(plain)).replace("’", "'")
    return re.sub(r"\s+(?:news agency|newspaper|staff|wire|news service)$", "", plain)


def without_staff(name: str) -> str:
    """An outlet's name without the staff behind it: "TIMES OF ISRAEL STAFF" is Times of Israel."""
    name = re.sub(r"\s+(?:staff(?: writer)?|correspondent|reporter)$", "", name.strip(), flags=re.IGNORECASE)
    if name.isupper() and " " in name:
        return re.sub(r"\b(?:Of|And|The)\b", lambda match: match.group().lower(), name.title())
    return name


def is_outlet(name: str, known: Collection[str] = ()) -> bool:
    """Whether the name is that of an outlet: well known, known here, or called a paper, an agency and the like."""
    plain = _plain(name)
    if plain in _WELL_KNOWN or outlet_key(name) in known:
        return True
    words = plain.split()
    named = 1 < len(words) <= MOST_WORDS and bool(re.fullmatch(NAME, name))
    return named and (words[-1] in _PRESS or (words[0] in _PRESS and words[1] == "of"))


def leading(name: str, known: Collection[str]) -> str | None:
    """The longest beginning of the words that names an outlet: of "Reuters Tuesday" the first."""
    words = name.split()
    return _first_outlet(name, (" ".join(words[:count]) for count in range(len(words), 0, -1)), known)


def trailing(name: str, known: Collection[str]) -> str | None:
    """The longest end of the words that names an outlet."""
    words = name.split()
    return _first_outlet(name, (" ".join(words[place:]) for place in range(len(words))), known)


def _first_outlet(name: str, parts: Iterable[str], known: Collection[str]) -> str | None:
    if _plain(name) in _ALONE:
        return bare(name)
    return next((bare(part) for part in parts if is_outlet(part, known)), None)


def bare(name: str) -> str:
    name = re.split(r"(?<=[a-z]{2})\. ", name)[0]
    name = re.sub(r"^(?:An?|In|On|But|And|That|As|When|While)\s+|[’']s?$|[.,]+$", "", name)
    return f"T{name[1:]}" if name.startswith("the ") else name


_DOMAIN = re.compile(r"(?:www\.)?(?P<name>[\w-]+)\.(?:com|org|net|co|news|info|[a-z]{2})(?:\.[a-z]{2})?")
_ALIASES = lexicons.meanings("outlets.aliases")
_WELL_KNOWN = lexicons.words("outlets.well_known")
_PRESS = lexicons.words("outlets.press")
KIND = lexicons.any_of("outlets.kinds")
_WORD = r"(?:[A-Z][\w&’'.-]*|dpa\b)"
NAME = rf"(?:[Tt]he\s+)?{_WORD}(?:\s+(?:(?:of|de|della|for)\s+(?:the\s+)?)?(?:{_WORD}|24))*"

_ALONE = lexicons.words("outlets.alone")
_WORDS = frozenset(word for key in _WELL_KNOWN | _ALONE | _ALIASES.keys() for word in key.split())

# A sentence without any of these words names no outlet: a glance at it spares the reading.
NAMING = frozenset(
    {
        *(form for word in _WORDS | _PRESS for form in (word.title(), word.upper())),
        *(word for kind in lexicons.words("outlets.kinds") for word in kind.split()),
        *("dpa", "ProPublica", "BuzzFeed", "País", "Clarín"),
    }
    - {"The", "La", "Le", "El", "Al", "De", "Die", "Der", "Of", "New", "United", "International", "Global", "news"}
)
