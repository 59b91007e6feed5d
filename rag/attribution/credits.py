"""Whom a sentence says that it has its news from, itself or by leaning on one before it. Called inside the room.

A credit is to an outlet, or to a report that somebody has published; whoever merely speaks in an article, a minister
or the police, is no origin of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from rag.articles import squeeze
from rag.attribution.wording import LONGEST_ARTICLE
from rag.language.outlets import DAYS, KIND, NAME, NAMING, bare, leading, outlet_key, trailing
from rag.language.sentences import sentence_spans

LONGEST_LINE, LONGEST_PARAGRAPH = 2_000, 8_000  # characters that are read
FARTHEST_CREDIT, FARTHEST_SPEAKER = 10, 3  # paragraphs from a sentence to the credit that it leans on

Chain = tuple[str, ...]  # names of outlets, each of which has the report from the next


def credited(sentence: str, known: Collection[str] = ()) -> Chain:
    """The outlets that a sentence credits, whoever has it from another before that other.

    `known` are keys of names that are outlets, though nothing in them says so.
    """
    found: dict[str, tuple[float, int, str]] = {}
    for rank, place, name in _mentions(squeeze(sentence), frozenset(known)):
        key = outlet_key(name)
        if key not in found or found[key][0] < rank:
            found[key] = (rank, place, name)
    return tuple(name for _, _, name in sorted(found.values()))


@lru_cache(maxsize=128)
def credited_anywhere(text: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Every outlet that an article credits with anything, in its first 100,000 characters."""
    lines = text[:LONGEST_ARTICLE].split("\n")
    found = [name for line in lines for name in credited(line[:LONGEST_LINE], known)]
    return tuple({outlet_key(name): name for name in found}.values())


def leant_on(text: str, paragraph: int, start: int, end: int, known: Collection[str] = ()) -> Chain:
    """Whom a sentence at `start:end` credits, or leans on: "the officials added" means those of the credit before.

    `paragraph` is where the sentence's paragraph begins.
    """
    sentence = squeeze(text[start:end])
    if own := credited(sentence, known):
        return own
    if _BACK_TO_A_REPORT.search(sentence):
        return _last_credit(_before(text, start, FARTHEST_CREDIT), known)
    if speaker := _BACK_TO_A_SPEAKER.search(sentence):
        return _credit_of(_noun(speaker), _before(text, start, FARTHEST_CREDIT), known)
    if _BACK_TO_SOMEBODY.search(sentence):
        return _credit_in_force(_before(text, start, FARTHEST_SPEAKER), known)
    return () if _speaks(sentence) else _credit_in_force(_before(text, start, 0, paragraph), known)


# -- in a sentence ----------------------------------------------------------------------------------

_REPORT = r"(?:report|story|article|investigation|interview|reporting|dispatch|account|scoop|analysis|piece)s?"
_STUDY = r"(?:report|study|survey|investigation|analysis|research|paper|poll)"
_APPOSED = rf"(?P<kind>(?:(?:the|a|an|[\w’'-]+)\s+){{0,4}}?{KIND}\s+)?"
_SAID = (
    r"(?:reports?|reported|said|says|wrote|writes|quot(?:es|ed)|cit(?:es|ed)|reveal(?:s|ed)|disclosed|learned|"
    r"published|broadcast|aired|noted)"
)
# How deep behind the article a mention lies, the more the deeper: what is carried by one is reported by another, who
# cites a third, to whom somebody told it.
_AFTER: tuple[tuple[float, str], ...] = (
    (0, r"(?:carried|republished|reprinted|relayed|picked up|translated|syndicated) (?:by|in|on)"),
    (0.9, r"[Aa]ccording to(?: an? \w+ (?:in|by|from))?|[Pp]er"),
    (
        1,
        r"(?:reported|quoted|cited|published|revealed|seen|obtained|reviewed|disclosed|broadcast|aired) (?:by|in|on)",
    ),
    (2, rf"{_REPORT}(?: (?!carried|republished|reprinted|relayed)\w+)? (?:in|by|from|of|on)"),
    (3, r"(?:[Cc]iting|[Qq]uoting|cited|quoted|cites|quotes)(?: an? \w+ (?:in|by|from))?"),
    (3.5, r"(?:told|tells|(?:interview(?:ed)?|spoke|speaking|comments|remarks)(?: \w+)? (?:with|to|by|in))"),
    (4, r"(?:first|originally|initially) (?:reported|published|revealed|disclosed) (?:by|in|on)"),
)
_AFTER_CUES = tuple(
    (
        rank,
        re.compile(
            rf"\b(?:{cue})\s+(?:the\s+(?=[A-Z]))?{_APPOSED}(?P<name>{NAME})(?P<is>(?:,? an?)? (?:[\w-]+ )?{KIND}\b)?"
        ),
    )
    for rank, cue in _AFTER
)
_ADVERBS = r"(?:(?:also|first|later|has|had|have|on|earlier|previously|this|week|\w+day)\s+){0,4}"
_BEFORE_CUES = (
    (1.0, re.compile(rf"\b(?P<name>{NAME})(?:,[^,.]{{1,60}},)?\s+{_ADVERBS}{_SAID}\b")),
    (4.0, re.compile(rf"\b(?P<name>{NAME})\s+(?:was the )?first (?:to report|reported)\b")),
    (2.0, re.compile(rf"\b(?P<name>{NAME})\s+(?:\w+\s+)?{_REPORT}\b")),
)
_CALLED = re.compile(rf"\b{KIND} $")
_OF_AN_INSTITUTION = (
    re.compile(rf"\b{_STUDY}(?: \w+)? (?:by|from)\s+(?P<name>{NAME})"),
    re.compile(rf"(?P<name>{NAME})\s+(?:said|says|wrote|found)(?: [^,.]{{1,20}})? in an? (?:[\w-]+ )?{_STUDY}\b"),
)
_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject\w*|dismiss\w*|disput\w*|refut\w*|contradict\w*|[Cc]ontrary to)"
    r"\s+(?:[\w’']+\s+){0,3}$"
)


_ANY_WORD = re.compile(r"[^\W_]+")
_STUDIES = frozenset("report study survey investigation analysis research paper poll".split())


@lru_cache(maxsize=8192)
def _mentions(sentence: str, known: frozenset[str]) -> tuple[tuple[float, int, str], ...]:
    """Every credit: how deep it lies, where it stands, the name."""
    words = set(_ANY_WORD.findall(sentence))
    found: list[tuple[float, int, str]] = []
    if not words.isdisjoint(NAMING) or any(key.startswith(word.casefold()) for key in known for word in words):
        found += _named(sentence, known)
    if not words.isdisjoint(_STUDIES):
        found += _institutions(sentence, known)
    return tuple(one for one in found if not _DENIED.search(sentence[: one[1]]))


def _named(sentence: str, known: Collection[str]) -> Iterator[tuple[float, int, str]]:
    for rank, cue in _AFTER_CUES:
        for match in cue.finditer(sentence):
            name = leading(match["name"], known)
            if name is None and (match["kind"] or match["is"]):
                name = bare(match["name"])
            if name:
                yield rank, match.start(), name
    for rank, cue in _BEFORE_CUES:
        for match in cue.finditer(sentence):
            name = trailing(match["name"], known)
            if name is None and _CALLED.search(sentence[: match.start("name")]):
                name = bare(match["name"])
            if name:
                yield rank, match.start("name"), name


def _institutions(sentence: str, known: Collection[str]) -> Iterator[tuple[float, int, str]]:
    for cue in _OF_AN_INSTITUTION:
        for match in cue.finditer(sentence):
            words = [word for word in match["name"].split() if word.casefold() not in DAYS]
            if len(words) > 1 and not leading(match["name"], known):
                yield 2.0, match.start(), bare(" ".join(words))


# -- before a sentence ------------------------------------------------------------------------------

_SPEAKING = (
    r"(?:said|says|say|added|adds|claimed|claims|told|noted|stressed|warned|explained|stated|insisted|argued|"
    r"reported|continued|wrote|announced|alleged|confirmed)"
)
_PEOPLE = (
    r"(officials?|sources?|diplomats?|officers?|managers?|aides?|experts?|analysts?|witnesses|traders?|lawyers?|"
    r"employees|workers|mechanics|executives?|ministers?|spokes(?:man|woman|person)|person|people|insiders?|members?)"
)
_HINTS = r"(?:[Tt]he|[Tt]hese|[Tt]hose|[Bb]oth)\s+(?:[\w-]+\s+){0,3}?"
_BACK_TO_A_REPORT = re.compile(
    rf"\b(?:[Tt]he|[Tt]hat|[Tt]his|[Ii]ts?)\s+(?:(?:same|Israeli|state|\w+)\s+)?"
    rf"(?:{KIND}|report|article|story)\s+(?:also\s+|further\s+)?(?:{_SPEAKING}|quoted|cited)\b"
    rf"|\b[Ii]t\s+(?:also\s+)?(?:reported|added|quoted|cited)\b"
    rf"|[Aa]ccording to (?:the|that|this) (?:{KIND}|report|article|story)\b"
)
_BACK_TO_A_SPEAKER = re.compile(
    rf"\b{_HINTS}{_PEOPLE}\s+(?:also\s+|further\s+|then\s+)?{_SPEAKING}\b"
    rf"|\b{_SPEAKING}\s+{_HINTS}{_PEOPLE}\b|[Aa]ccording to {_HINTS}{_PEOPLE}\b"
)
_BACK_TO_SOMEBODY = re.compile(rf"\b(?:[Hh]e|[Ss]he|[Tt]hey)\s+(?:also\s+|further\s+|then\s+)?{_SPEAKING}\b")
_ANY_SPEAKING = re.compile(rf"\b{_SPEAKING}\b|\b[Aa]ccording to\b")


def _before(text: str, place: int, farthest: int, begin: int = 0) -> Iterator[str]:
    """The sentences before the place, the nearest first, of its own paragraph and of so many before it."""
    end = place
    for _ in range(farthest + 1):
        start = max(text.rfind("\n", 0, end) + 1, begin, end - LONGEST_PARAGRAPH)
        for first, last in reversed(sentence_spans(text[start:end])):
            yield squeeze(text[start + first : start + last])
        end = len(text[: max(0, start)].rstrip())
        if end <= begin:
            return


def _last_credit(sentences: Iterator[str], known: Collection[str]) -> Chain:
    return next((chain for sentence in sentences if (chain := credited(sentence, known))), ())


def _noun(speaker: re.Match[str]) -> str:
    return next(group for group in speaker.groups() if group).casefold().rstrip("s")


def _credit_of(noun: str, sentences: Iterator[str], known: Collection[str]) -> Chain:
    """The credit with which those speakers were brought in; none where they were brought in without one."""
    for sentence in sentences:
        if noun in sentence.casefold() and not _BACK_TO_A_SPEAKER.search(sentence):
            chain = credited(sentence, known)
            if chain or _speaks(sentence):
                return chain
    return ()


def _credit_in_force(sentences: Iterator[str], known: Collection[str]) -> Chain:
    """The credit of the last sentence that tells who says so."""
    for sentence in sentences:
        if chain := credited(sentence, known):
            return chain
        if speaker := _BACK_TO_A_SPEAKER.search(sentence):
            return _credit_of(_noun(speaker), sentences, known)
        if _speaks(sentence):
            break
    return ()


def _speaks(sentence: str) -> bool:
    return bool(_ANY_SPEAKING.search(sentence)) and not _BACK_TO_SOMEBODY.search(sentence)
