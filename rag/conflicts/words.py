"""What two sentences say differently in words: causes, sorts of people and things, outcomes, denials."""

from __future__ import annotations

import re

from rag.articles import squeeze
from rag.conflicts.numbers import counts
from rag.conflicts.overlap import Mismatch, SentencePair, meet
from rag.conflicts.parsing import ContentWord, ParsedSentence
from rag.language import lexicons
from rag.language.certainty import denial_start, is_negative
from rag.language.counting import end_of_counted_people
from rag.language.countries import nations_of
from rag.language.lemmas import lemmas, verb_lemmas
from rag.language.opposites import exclude
from rag.language.quantities import Quantity
from rag.language.words import content_words

_CAUSE_PARTS = {name: lexicons.any_of(f"causes.{name}") for name in ("links", "verbs", "ends")}
_CAUSED, _CAUSE_END = (lexicons.pattern(f"causes.{name}", 0, **_CAUSE_PARTS) for name in ("caused", "end"))
_NO_CAUSE = lexicons.words("causes.no_cause")
OBJECT_WORDS, CLAUSE_WORDS = 3, 5  # behind a verb, that are shown with it


def cause_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The causes that the sentences give for one thing."""
    one, other = cause_of(pair.one.text), cause_of(pair.other.text)
    if one is None or other is None or meet(_content(one[0]), _content(other[0])):
        return []
    return [Mismatch("cause", squeeze(one[0]), squeeze(other[0]), one[1], other[1])]


def cause_of(sentence: str) -> tuple[str, int] | None:
    """The words of the cause and where they begin; None where the sentence names none."""
    found = _CAUSED.search(sentence)
    if found is None:
        return None
    group = "cause" if found["cause"] else "causing"
    words = _CAUSE_END.split(found[group])[0]
    named = {word.lower() for word in content_words(words)}
    return (words, found.start(group)) if named and named.isdisjoint(_NO_CAUSE) else None


# -- sorts ------------------------------------------------------------------------------------------


def counted_mismatches(pair: SentencePair) -> list[Mismatch]:
    """What they say that as many people or things are: fighters or villagers, of one nation or of two."""
    for one in counts(pair.one.text):
        for other in counts(pair.other.text):
            if one.value != other.value or one.value < 2 or one.unit is None or other.unit is None:
                continue
            mine, theirs = _counted_phrase(pair.one.text, one), _counted_phrase(pair.other.text, other)
            if _are_other_sorts(_content(mine), _content(theirs)) or _are_of_other_nations(mine, theirs):
                return [Mismatch("sort", squeeze(mine), squeeze(theirs), one.start, other.start)]
    return []


def _counted_phrase(text: str, quantity: Quantity) -> str:
    return text[quantity.start : end_of_counted_people(text, quantity.end, quantity.unit)]


def _are_other_sorts(mine: list[str], theirs: list[str]) -> bool:
    return not meet(mine[-1:], theirs[-1:]) and any(exclude(one, other) for one in mine for other in theirs)


def _are_of_other_nations(mine: str, theirs: str) -> bool:
    """Whether both name whose people they are, and not the same: Iranian, Iranian and Iraqi, pro-Iranian."""
    one, other = nations_of(mine), nations_of(theirs)
    return bool(one and other) and one != other


# -- outcomes ---------------------------------------------------------------------------------------


def word_mismatches(pair: SentencePair) -> list[Mismatch]:
    """Words that exclude one another, in one place of both sentences: upheld and overturned."""
    if is_negative(pair.one.text) or is_negative(pair.other.text):
        return []
    for one in pair.one.words:
        for other in pair.other.words:
            if exclude(one.low, other.low) and _are_in_one_place(pair, one, other):
                mine, theirs = _phrase(pair.one, one), _phrase(pair.other, other)
                return [Mismatch("wording", mine, theirs, one.start, other.start)]
    return []


def _are_in_one_place(pair: SentencePair, one: ContentWord, other: ContentWord) -> bool:
    """Whether neither sentence has the other word too, and both are verbs of one subject or objects of one verb."""
    for sentence, word in ((pair.one, other), (pair.other, one)):
        if any(lemmas(word.low) & lemmas(known.low) for known in sentence.words):
            return False
    verbs = pair.one.is_verb(one), pair.other.is_verb(other)
    if verbs[0] != verbs[1]:
        return False
    if verbs[0]:
        return meet(_content(pair.one.text[: one.start]), _content(pair.other.text[: other.start]))
    mine, theirs = pair.one.governing(one.start), pair.other.governing(other.start)
    return not mine or not theirs or meet(mine, theirs)


def _phrase(sentence: ParsedSentence, word: ContentWord) -> str:
    """The verb with its object, or the noun with the words right beside it: "rebel fighters"."""
    text = sentence.text
    if sentence.is_verb(word):
        return _with_words_behind(text, word.start, word, OBJECT_WORDS)
    place = sentence.words.index(word)
    near = [
        one
        for one in sentence.words[max(0, place - 1) : place + 2]
        if one is word
        or (text[min(one.end, word.end) : max(one.start, word.start)] == " " and not sentence.is_verb(one))
    ]
    return text[near[0].start : near[-1].end]


# -- denials ----------------------------------------------------------------------------------------


def denial_mismatches(pair: SentencePair) -> list[Mismatch]:
    """What the one sentence says and the other denies."""
    is_mine = is_negative(pair.one.text)
    if is_mine == is_negative(pair.other.text):
        return []
    denial, said = (pair.one, pair.other) if is_mine else (pair.other, pair.one)
    for word in filter(denial.is_verb, denial.words):
        begins = denial_start(denial.text, word.start)
        same = next((other for other in said.words if verb_lemmas(other.low) & verb_lemmas(word.low)), None)
        if begins is not None and same is not None:
            denied = _with_words_behind(denial.text, begins, word, CLAUSE_WORDS)
            told = _with_words_behind(said.text, same.start, same, CLAUSE_WORDS)
            if is_mine:
                return [Mismatch("denial", denied, told, word.start, same.start)]
            return [Mismatch("denial", told, denied, same.start, word.start)]
    return []


def _with_words_behind(text: str, start: int, verb: ContentWord, most: int) -> str:
    """The text from a place to a verb, and so many words behind it, up to the next mark."""
    behind = re.match(rf"(?:\s[\w’'-]+){{0,{most}}}", text[verb.end :])
    return squeeze(text[start : verb.end] + (behind[0] if behind else ""))


def _content(text: str) -> list[str]:
    return [word.lower() for word in content_words(text) if not word[0].isdigit()]
