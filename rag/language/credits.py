"""Finds the outlets that a sentence or an article credits with its report.

A credit is to an outlet, or to a report that an institution has published. Who merely speaks in an article, a
minister or the police, is no origin of it. `known`: keys of names that are outlets, though nothing in them says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from rag.articles import squeeze
from rag.language import lexicons
from rag.language.datelines import BYLINE_PARTS, COPYRIGHT, agency_of
from rag.language.dates import WEEKDAYS
from rag.language.outlets import KIND, NAME, NAMING, bare, is_outlet, leading, outlet_key, trailing
from rag.language.sentences import sentence_spans
from rag.language.speech import PUBLISHING, SPOKE, inflected

LONGEST_ARTICLE, LONGEST_LINE, LONGEST_PARAGRAPH = 100_000, 2_000, 8_000  # characters that are read
FARTHEST_CREDIT, FARTHEST_SPEAKER = 10, 3  # paragraphs from a sentence to the credit that it refers to
HEAD_LINES, TAIL_LINES = 8, 12
LONGEST_BYLINE, LONGEST_NOTICE = 80, 200  # characters

Chain = tuple[str, ...]  # names of outlets, each of which has the report from the next


# -- in a sentence ----------------------------------------------------------------------------------

_PARTS = {
    "name": NAME,
    "kind": KIND,
    "spoke": SPOKE,
    "report": rf"{lexicons.any_of('credits.reports')}s?",
    "study": lexicons.any_of("credits.studies"),
    "speakers": rf"{lexicons.any_of('people.speakers')}|people|person",
    "published": inflected(PUBLISHING | {"see"}, "VBN"),
    "publishes": inflected(PUBLISHING | {"say"}, "VBD", "VBZ"),
}


def _pattern(name: str, **parts: str) -> re.Pattern[str]:
    return lexicons.pattern(f"credits.{name}", 0, **_PARTS, **parts)


# By how many steps behind the article the outlet is.
_CUES_BEFORE, _CUES_BEHIND = (
    tuple((int(steps), _pattern(f"named_{place}", cue=cue)) for steps, (cue,) in table)
    for place in ("before", "behind")
    for table in [lexicons.pattern_table(f"credits.{place}", **_PARTS)]
)
_CALLED = re.compile(rf"\b{KIND} $")
_INSTITUTION, _DENIED = _pattern("institution"), _pattern("denied")
_ANY_WORD = re.compile(r"[^\W_]+")


def sentence_credits(sentence: str, known: Collection[str] = ()) -> Chain:
    """The outlets that a sentence credits, each before the one that it has the report from."""
    found: dict[str, tuple[int, int, str]] = {}
    for depth, place, name in _mentions(squeeze(sentence), frozenset(known)):
        key = outlet_key(name)
        if key not in found or found[key][0] < depth:
            found[key] = (depth, place, name)
    return tuple(name for _, _, name in sorted(found.values()))


@lru_cache(maxsize=128)
def all_credits(text: str, known: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Every outlet that an article credits with anything, in its first 100,000 characters."""
    lines = text[:LONGEST_ARTICLE].split("\n")
    found = [name for line in lines for name in sentence_credits(line[:LONGEST_LINE], known)]
    return tuple({outlet_key(name): name for name in found}.values())


@lru_cache(maxsize=8192)
def _mentions(sentence: str, known: frozenset[str]) -> tuple[tuple[int, int, str], ...]:
    """Every credit: how deep it lies, where it stands, the name."""
    words = set(_ANY_WORD.findall(sentence))
    found: list[tuple[int, int, str]] = []
    if not words.isdisjoint(NAMING) or any(key.startswith(word.casefold()) for key in known for word in words):
        found += _outlets_named(sentence, known)
    if not words.isdisjoint(lexicons.words("credits.studies")):
        found += _institutions_named(sentence, known)
    return tuple(one for one in found if not _DENIED.search(sentence[: one[1]]))


def _outlets_named(sentence: str, known: Collection[str]) -> Iterator[tuple[int, int, str]]:
    for depth, cue in _CUES_BEFORE:
        for match in cue.finditer(sentence):
            name = leading(match["name"], known)
            if name is None and (match["kind"] or match["is"]):
                name = bare(match["name"])
            if name:
                yield depth, match.start(), name
    for depth, cue in _CUES_BEHIND:
        for match in cue.finditer(sentence):
            name = trailing(match["name"], known)
            if name is None and _CALLED.search(sentence[: match.start("name")]):
                name = bare(match["name"])
            if name:
                yield depth, match.start("name"), name


def _institutions_named(sentence: str, known: Collection[str]) -> Iterator[tuple[int, int, str]]:
    for match in _INSTITUTION.finditer(sentence):
        words = [word for word in (match["by"] or match["name"]).split() if word.casefold() not in WEEKDAYS]
        if len(words) > 1 and not leading(" ".join(words), known):
            yield 2, match.start(), bare(" ".join(words))


# -- by reference to an earlier credit ----------------------------------------------------------------

_REPORT_SAYS, _SPEAKERS_SAY = _pattern("report_says"), _pattern("speakers_say")
_PRONOUN_SAYS, _ANYONE_SAYS = _pattern("pronoun_says"), _pattern("anyone_says")


def credits_of(text: str, paragraph: int, start: int, end: int, known: Collection[str] = ()) -> Chain:
    """The outlets that a sentence at `start:end` credits itself or by reference: "the officials added", "it said".

    `paragraph` is where the sentence's paragraph begins.
    """
    sentence = squeeze(text[start:end])
    if own := sentence_credits(sentence, known):
        return own
    if _REPORT_SAYS.search(sentence):
        earlier = _sentences_before(text, start, FARTHEST_CREDIT)
        return next((chain for one in earlier if (chain := sentence_credits(one, known))), ())
    if speakers := _SPEAKERS_SAY.search(sentence):
        return _earlier_credit(_sentences_before(text, start, FARTHEST_CREDIT), known, speakers)
    if _PRONOUN_SAYS.search(sentence):
        return _earlier_credit(_sentences_before(text, start, FARTHEST_SPEAKER), known)
    if _ANYONE_SAYS.search(sentence):
        return ()
    return _earlier_credit(_sentences_before(text, start, 0, paragraph), known)


def _sentences_before(text: str, place: int, paragraphs: int, begin: int = 0) -> Iterator[str]:
    """The sentences before a place, the nearest first, of its own paragraph and of so many before it."""
    end = place
    for _ in range(paragraphs + 1):
        start = max(text.rfind("\n", 0, end) + 1, begin, end - LONGEST_PARAGRAPH)
        for first, last in reversed(sentence_spans(text[start:end])):
            yield squeeze(text[start + first : start + last])
        end = len(text[: max(0, start)].rstrip())
        if end <= begin:
            return


def _earlier_credit(sentences: Iterator[str], known: Collection[str], speakers: re.Match[str] | None = None) -> Chain:
    """The credit of the last sentence that says who speaks, or of the one that introduces the speakers."""
    for sentence in sentences:
        noun = (speakers["before"] or speakers["behind"]).casefold() if speakers else ""
        again = _SPEAKERS_SAY.search(sentence)
        if noun and (again or noun not in sentence.casefold()):
            continue
        if (chain := sentence_credits(sentence, known)) or (not again and _names_a_speaker(sentence)):
            return chain
        speakers = again or speakers
    return ()


def _names_a_speaker(sentence: str) -> bool:
    return bool(_ANYONE_SAYS.search(sentence)) and not _PRONOUN_SAYS.search(sentence)


# -- for a whole article ----------------------------------------------------------------------------

_BYLINE, _FIRST_IN = _pattern("byline"), _pattern("first_in")


@lru_cache(maxsize=128)
def article_credit(text: str, known: frozenset[str] = frozenset()) -> str | None:
    """The outlet whose report a whole article is, by its dateline, its byline or a notice at its end."""
    lines = [line for part in text.split("\n") if (line := squeeze(part[:LONGEST_LINE]))]
    found = [name for line in lines[:HEAD_LINES] for name in _at_the_head(line, known)]
    found += [name for line in lines[-TAIL_LINES:] for name in _at_the_end(line, known)]
    return found[-1] if found else None


def is_credited(outlet: str | None, text: str) -> bool:
    """Whether an article says that the whole of it is that outlet's report."""
    key = outlet_key(outlet or "")
    credit = article_credit(text, frozenset({key})) if key else None
    return credit is not None and outlet_key(credit) == key


def _at_the_head(line: str, known: Collection[str]) -> Iterator[str]:
    if agency := agency_of(line):
        yield from filter(None, [leading(agency, known)])
    elif len(line) <= LONGEST_BYLINE and (byline := _BYLINE.fullmatch(line)):
        parts = BYLINE_PARTS.split(byline["names"] or byline["alone"])
        named = [name for part in parts if (name := trailing(part, known))]
        if byline["names"] or all(is_outlet(part, known) for part in parts):
            yield from named[-1:]


def _at_the_end(line: str, known: Collection[str]) -> Iterator[str]:
    for pattern in (_FIRST_IN, COPYRIGHT):
        if len(line) <= LONGEST_NOTICE and (notice := pattern.search(line)):
            name = leading(notice["outlet"], known)
            if name or pattern is _FIRST_IN:
                yield name or bare(notice["outlet"])
