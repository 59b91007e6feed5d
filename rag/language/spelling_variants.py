"""One spelling for each word: British and American, transliterated names, contractions in full."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.language import lexicons

# A rule stands here only where no two words that differ in meaning become the same by it.
_RULES = (
    (re.compile(r"(?<=[a-z]{2})our"), "or"),
    (re.compile(r"(?<=[a-z]{3})is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=[a-z]{2})ys(?=(?:e|ed|es|er|ers|ing)$)"), "yz"),
    (re.compile(r"(?<=[a-z]{2})([bt])re(s?)$"), r"\1er\2"),
    (re.compile(r"(?<=[a-z]{3})(?<=[fc]en)ce(?=s?$|less)"), "se"),
    (
        re.compile(
            r"^(travel|cancel|label|model|counsel|fuel|signal|level|marvel|quarrel|tunnel|rival|total|dial|channel"
            r"|panel|shovel|jewel|equal|medal|duel|spiral|funnel)l(?=[aeio])"
        ),
        r"\1",
    ),
    (re.compile(r"(?<=p)ae(?=d)|(?<=h)ae(?=m)|(?<=an)ae(?=[ms])|(?<=ch)ae(?=o)|(?<=k)ae(?=m)|(?<=yn)ae(?=c)"), "e"),
    (re.compile(r"(?<=f)oe(?=t)|^oe(?=s)|(?<=rrh)oe(?=a)"), "e"),
    (re.compile(r"(?<=[a-z]{2})ogue(?=s?$)"), "og"),
    (re.compile(r"(?<=programm)e(?=s?$)|(?<=ag)e(?=ing$)|(?<=dg)e(?=ment)"), ""),
    (re.compile(r"(?<=to)wards$|(?<=after)wards$|(?<=back)wards$"), "ward"),
)
_VARIANTS = lexicons.meanings("spelling_variants.variants")
_CONTRACTION = re.compile(
    r"(?:(?P<not>ca|wo|sha|[a-z]+)(?P<nt>n['’‘ʼ`´]t)|(?P<can>can)not"
    r"|(?P<first>[a-z]+)['’‘ʼ`´](?P<short>m|re|ve|ll)|(?P<be>it|he|she|that|there|here|what|who)['’‘ʼ`´]s)",
    re.IGNORECASE,
)
_FULL = {"ca": "can", "wo": "will", "sha": "shall", "m": "am", "re": "are", "ve": "have", "ll": "will"}


def standard_spelling(word: str) -> str:
    """The spelling by which all variants of a lower-case word are compared."""
    for pattern, replacement in _RULES:
        word = pattern.sub(replacement, word)
    return _VARIANTS.get(word, word)


@lru_cache(maxsize=65_536)
def expand_contraction(written: str) -> tuple[int, str, str] | None:
    """Where the second word of a contraction begins, and both words in full: of "didn't" (3, "did", "not")."""
    found = _CONTRACTION.fullmatch(written)
    if found is None:
        return None
    if first := found["not"] or found["can"]:
        return len(first), _FULL.get(first.lower(), first.lower()), "not"
    if first := found["be"]:
        return len(first), first.lower(), "is"
    return len(found["first"]), standard_spelling(found["first"].lower()), _FULL[found["short"].lower()]
