"""Finds what the articles say differently, and groups it by who says what. Called through `rag.comparing`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.articles import Passage, Span
from rag.comparing.days import day_rivals, days_part, saying_rivals
from rag.comparing.matching import LEAST_SHARED_WORDS, NEARLY_THE_SAME, SAME_MATTER, Pair, Rival, pair_up
from rag.comparing.named import name_rivals, names_part
from rag.comparing.numbers import number_rivals
from rag.comparing.readings import read, sentences, stems
from rag.comparing.wording import are_opposed, cause_rivals, character_rivals, denial_rivals, word_rivals
from rag.facts import quantities

LEAST_SHARED_STEMS = 2
_SORTS_OF_DAY = ("weekday", "date", "month", "year")
WIDTH = (8, 6)  # words before and behind a value that tell what it is about
_AHEAD = re.compile(
    r"\b(?:will|would|shall|expect\w*|plans?|planned|planning|due|scheduled|set\s+to|propos\w+|forecast\w*|predict\w*|"
    r"aims?|hopes?|seeks?|intends?|to\s+be|going\s+to|wants?|calls?\s+(?:for|on)|urg\w+|pledg\w+|threat\w+|vow\w*|could|"
    r"might|if|unless|considers?|considering|warn\w*|attempt\w*|tr(?:y|ied|ying)\s+to)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One value that articles give for a matter, with the sentences that give it."""

    value: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One matter of which articles tell different values; the newest first where a newer report supersedes."""

    about: str
    kind: Literal["differ", "updated"]
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence of a passage."""

    span: Span
    passage: Passage
    text: str


def differences(spans: Iterable[Span], pool: Sequence[Passage]) -> tuple[Difference, ...]:
    """What other sentences of the pool say otherwise than the sentences cited in `spans`."""
    said = [_said(span, pool) for span in dict.fromkeys(spans)]
    others = [_said(span, pool) for span in _sentences(pool)]
    around = _around(pool)
    found: list[Difference] = []
    for one in said:
        told = [
            (other, rival)
            for other in others
            if _may_meet(one, other)
            for rival in _rivals(_pair(one, other, around))
            if rival.kind in _SORTS_OF_DAY or not _is_known(rival.mine, around[other.passage.source.id])
        ]
        for kind, place in dict.fromkeys((rival.kind, rival.place) for _, rival in told):
            these = [(other, rival) for other, rival in told if (rival.kind, rival.place) == (kind, place)]
            found.append(_difference(one, these, _agreeing(one, these[0][1], others, around)))
    return tuple(_each_once(found))


def _said(span: Span, pool: Sequence[Passage]) -> _Said:
    passage = pool[span.passage]
    return _Said(span, passage, passage.text[span.start - passage.start : span.end - passage.start])


def _sentences(pool: Sequence[Passage]) -> list[Span]:
    return [
        Span(index, passage.start + start, passage.start + end)
        for index, passage in enumerate(pool)
        for start, end in sentences(passage.text)
    ]


def _around(pool: Sequence[Passage]) -> dict[str, str]:
    """What each article says in all that is at hand of it."""
    found: dict[str, list[str]] = {}
    for passage in pool:
        found.setdefault(passage.source.id, [passage.source.title]).append(passage.text)
    return {key: "\n".join(dict.fromkeys(texts)) for key, texts in found.items()}


def _may_meet(one: _Said, other: _Said) -> bool:
    if one.passage.source.id == other.passage.source.id:
        return False
    return len(stems(one.text) & stems(other.text)) >= LEAST_SHARED_STEMS


def _pair(one: _Said, other: _Said, around: dict[str, str]) -> Pair:
    return _paired(
        one.text,
        one.passage.source.published,
        other.text,
        other.passage.source.published,
        around[one.passage.source.id],
        around[other.passage.source.id],
    )


@lru_cache(maxsize=4_096)
def _paired(one: str, day: date | None, other: str, other_day: date | None, around: str, around_other: str) -> Pair:
    return pair_up(read(one, day), read(other, other_day), around, around_other)


def _rivals(pair: Pair) -> list[Rival]:
    """What the two sentences tell differently, where they tell of one fact and differ in one thing alone."""
    found = saying_rivals(pair) if pair.share >= NEARLY_THE_SAME else []
    return found + [
        rival
        for rival in _rivals_within(pair)
        if _is_ahead(pair.one.text, rival.place) == _is_ahead(pair.other.text, rival.there)
    ]


def _rivals_within(pair: Pair) -> list[Rival]:
    """What they tell differently of the matter itself, whoever says it and when."""
    apart = names_part(pair), days_part(pair)
    if all(apart) or pair.shared < _least(pair) or pair.share < SAME_MATTER:
        return []
    numbers = number_rivals(pair)
    if not any(apart) and (numbers or (others := cause_rivals(pair) or character_rivals(pair))):
        return numbers or others
    if numbers or (pair.share < NEARLY_THE_SAME and not _is_all_shared(pair)):
        return []
    worded = word_rivals(pair)
    if any(apart):
        return [] if worded or are_opposed(pair) else name_rivals(pair) + day_rivals(pair)
    return denial_rivals(pair) or worded


def _least(pair: Pair) -> int:
    """How many words must be shared: fewer where a short sentence has nothing else to say."""
    return LEAST_SHARED_WORDS - 1 if _is_all_shared(pair) else LEAST_SHARED_WORDS


def _is_all_shared(pair: Pair) -> bool:
    """Whether all words of the one sentence but one, or a name, are in the other, and a name with them."""
    spare = [
        {word.low for word in left if not any(name.start <= word.start < name.end for name in names)}
        for left, names in ((pair.mine, pair.my_names), (pair.theirs, pair.their_names))
    ]
    apart = bool(pair.my_names or pair.their_names)
    return pair.shared_names > 0 and pair.shared >= 2 and min(len(words) for words in spare) <= (0 if apart else 1)


def _is_ahead(text: str, place: int) -> bool:
    """Whether what stands at a place is still to come, or only wanted, as far as its clause shows."""
    start = max((mark.end() for mark in _CLAUSE_ENDS.finditer(text, 0, place)), default=0)
    end = next((mark.start() for mark in _CLAUSE_ENDS.finditer(text, place)), len(text))
    return _AHEAD.search(text, start, end) is not None


_CLAUSE_ENDS = re.compile(r"[,;:—–“”]\s|\s-\s|\.\s(?=[A-Z])")


def _is_known(value: str, around: str) -> bool:
    """Whether an article has the value itself: it then tells two things, or a change from one to the other."""
    return re.search(rf"(?<![\w.,]){re.escape(value)}(?!\w)", around, re.IGNORECASE) is not None


def _agreeing(one: _Said, rival: Rival, others: Sequence[_Said], around: dict[str, str]) -> list[Span]:
    """The sentences of other articles that tell it as the one does."""
    found = []
    for other in others:
        if not _may_meet(one, other) or not _is_known(rival.mine, other.text):
            continue
        pair = _pair(one, other, around)
        if pair.share >= SAME_MATTER and pair.shared >= LEAST_SHARED_WORDS:
            found.append(other.span)
    return found


def _difference(one: _Said, told: Sequence[tuple[_Said, Rival]], agree: Sequence[Span]) -> Difference:
    first = told[0][1]
    tellings: dict[str, Telling] = {first.mine.lower(): Telling(first.mine, (one.span, *agree))}
    newest: dict[str, date | None] = {first.mine.lower(): one.passage.source.published}
    for other, rival in told:
        key = next((key for key in tellings if _is_one_value(key, rival.theirs.lower())), rival.theirs.lower())
        earlier = tellings.get(key, Telling(rival.theirs, ()))
        tellings[key] = Telling(earlier.value, (*earlier.spans, other.span))
        newest[key] = max(filter(None, (newest.get(key), other.passage.source.published)), default=None)
    about = _about(one.text, first.place, first.mine)
    days = [day for day in newest.values() if day is not None]
    if first.changes and len(days) == len(tellings) == len(set(days)):
        ordered = sorted(tellings, key=lambda key: newest[key] or date.min, reverse=True)
        return Difference(about, "updated", tuple(tellings[key] for key in ordered))
    return Difference(about, "differ", tuple(tellings.values()))


def _is_one_value(one: str, other: str) -> bool:
    """Whether two values are told as one: the same number of the same."""
    if one == other:
        return True
    mine, theirs = quantities(one), quantities(other)
    return (
        bool(mine and theirs)
        and [(each.value, each.unit) for each in mine] == [(each.value, each.unit) for each in theirs]
        and len(one.split()) == len(other.split()) == 2
    )


def _each_once(found: Sequence[Difference]) -> list[Difference]:
    """The differences, of those that tell the same values the one that has most of them."""
    kept: list[Difference] = []
    for difference in sorted(found, key=lambda each: -len(each.tellings)):
        values = {telling.value.lower() for telling in difference.tellings}
        if not any(values <= {telling.value.lower() for telling in other.tellings} for other in kept):
            kept.append(difference)
    return sorted(kept, key=found.index)


def _about(sentence: str, place: int, value: str) -> str:
    """The words of the sentence around the value: "The flood … destroyed … in the valley of Ely"."""
    before = _SENTENCE_ENDS.split(sentence[:place])[-1].split()[-WIDTH[0] :]
    behind = _SENTENCE_ENDS.split(sentence[place + len(value) :])[0].split()[: WIDTH[1]]
    return _trimmed(f"{' '.join(before)} … {' '.join(behind)}")


def _trimmed(text: str) -> str:
    return text.strip(" ,.;:“”\"'–—-")


_SENTENCE_ENDS = re.compile(r"[.!?][”\"’')]*(?:\s|$)|\n")
