"""What two sentences say differently in words: causes, sorts of people and things, outcomes, denials."""

from __future__ import annotations

import re

from rag.articles import squeeze
from rag.conflicts.numbers import counts
from rag.conflicts.overlap import Mismatch, SentencePair, meet
from rag.conflicts.parsing import ContentWord, ParsedSentence, is_verb
from rag.language import lexicons
from rag.language.lemmas import is_participle, lemmas, verb_lemmas
from rag.language.opposites import exclude
from rag.language.quantities import Quantity
from rag.language.sameness import same_country
from rag.language.words import STOP_WORDS, content_words

_CAUSED = re.compile(
    r"\b(?:caused\s+by|due\s+to|because\s+of|died\s+(?:of|from)|blamed\s+on|triggered\s+by|sparked\s+by|resulted\s+from|"
    r"killed\s+by|started\s+by|owing\s+to)\s+(?P<cause>[^,.;“”\"]{3,70})"
    r"|^(?P<causing>[^,.;“”\"]{3,60}?)\s+(?:has\s+|have\s+|had\s+)?(?:caused|triggered|sparked|started)\s+(?!by\b)"
)
_CAUSE_ENDS = re.compile(r"\s+(?:at|on|in|when|while|after|during|near|last|said|that|which|who)\b")
_NO_CAUSE = lexicons.words("conflict_words.no_cause")
_NO = re.compile(
    r"\b(?:not|never|no(?!\.)|nor|neither|none|nobody|nothing|without|den(?:y|ies|ied)|\w+n['’]t)\b", re.I
)
_HELPERS = lexicons.words("conflict_words.helpers")
_COUNTED_PEOPLE = lexicons.words("conflict_words.people")
_NATIONALITY = re.compile(
    r"(?:ian|ean|rican|xican|ish|ese|aeli|aqi|stani|emeni|ite|rench|utch|erman|fghan|wiss|reek|urd)s?$"
)
_OPINION_OR_REFUSAL = lexicons.words("conflict_words.opinions_and_refusals")


# -- causes -----------------------------------------------------------------------------------------


def cause_mismatches(pair: SentencePair) -> list[Mismatch]:
    """The causes that the sentences give for one thing."""
    one, other = _cause(pair.one.text), _cause(pair.other.text)
    if one is None or other is None:
        return []
    mine, theirs = _content(one[0]), _content(other[0])
    if not mine or not theirs or meet(mine, theirs) or _NO_CAUSE & {*mine, *theirs}:
        return []
    return [Mismatch("cause", squeeze(one[0]), squeeze(other[0]), one[1], other[1])]


def _cause(text: str) -> tuple[str, int] | None:
    match = _CAUSED.search(text)
    if match is None:
        return None
    group = "cause" if match["cause"] else "causing"
    return _CAUSE_ENDS.split(match[group])[0], match.start(group)


# -- sorts ------------------------------------------------------------------------------------------


def counted_mismatches(pair: SentencePair) -> list[Mismatch]:
    """What they say that as many people or things are: fighters or villagers, of one nation or of two."""
    for one in counts(pair.one.text):
        for other in counts(pair.other.text):
            if one.value != other.value or one.value < 2 or one.unit is None or other.unit is None:
                continue
            mine, theirs = _counted_phrase(pair.one.text, one), _counted_phrase(pair.other.text, other)
            if _name_others(pair, (one.start, len(mine)), (other.start, len(theirs))):
                continue
            if _are_other_sorts(_content(mine), _content(theirs)) or _are_of_other_nations(mine, theirs):
                return [Mismatch("sort", squeeze(mine), squeeze(theirs), one.start, other.start)]
    return []


def _counted_phrase(text: str, quantity: Quantity) -> str:
    """The number with all that it counts, also behind "of": 14 members of pro-Iranian militias."""
    behind = re.match(r"(?:\s+[^\W\d_][\w’'-]*)??\s+of\s+(?:[\w’'-]+\s){0,3}?[\w’'-]+s\b", text[quantity.end :])
    end = quantity.end + (behind.end() if behind and quantity.unit in _COUNTED_PEOPLE else 0)
    return text[quantity.start : end]


def _name_others(pair: SentencePair, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether each sentence has a name, outside of what is counted, that the other's article does not know."""
    return all(
        any(not start <= name.start < start + length for name in names)
        for names, (start, length) in ((pair.my_names, one), (pair.their_names, other))
    )


def _are_other_sorts(mine: list[str], theirs: list[str]) -> bool:
    return not meet(mine[-1:], theirs[-1:]) and any(exclude(one, other) for one in mine for other in theirs)


def _are_of_other_nations(mine: str, theirs: str) -> bool:
    """Whether both name whose people they are, and not the same: Iranian, Iranian and Iraqi, pro-Iranian."""
    one, other = _nations(mine), _nations(theirs)
    return bool(one and other) and not (_covers(one, other) and _covers(other, one))


def _nations(phrase: str) -> list[str]:
    found = [part.lower() for part in re.findall(r"(?:pro-|anti-)?[A-Z][^\W\d_]+(?:’[a-z]+)?", phrase)]
    return [part for part in found if _NATIONALITY.search(part)]


def _covers(one: list[str], other: list[str]) -> bool:
    return all(any(left == right or same_country(left, right) for right in other) for left in one)


def complement_mismatches(pair: SentencePair) -> list[Mismatch]:
    """One noun with different words before it, behind "was": a weather balloon and a spy balloon."""
    if len(pair.mine) != 1 or len(pair.theirs) != 1:
        return []
    one, other = _complement(pair.one.text, pair.mine[0]), _complement(pair.other.text, pair.theirs[0])
    if one is None or other is None or one["noun"] != other["noun"]:
        return []
    return [Mismatch("sort", one["all"], other["all"], one.start("all"), other.start("all"))]


def _complement(text: str, word: ContentWord) -> re.Match[str] | None:
    written = re.escape(text[word.start : word.end])
    return re.search(rf"\b(?:is|was|are|were)\s+(?:an?\s+)?(?P<all>{written}\s(?P<noun>[a-z]{{3,}}))\b", text)


# -- outcomes ---------------------------------------------------------------------------------------


def word_mismatches(pair: SentencePair) -> list[Mismatch]:
    """Words that exclude one another, in one place of both sentences: upheld and overturned."""
    verbs = {lemma for word in (*pair.one.words, *pair.other.words) for lemma in verb_lemmas(word.low)}
    if verbs & _OPINION_OR_REFUSAL or _NO.search(pair.one.text) or _NO.search(pair.other.text):
        return []
    for one in pair.one.words:
        for other in pair.other.words:
            if exclude(one.low, other.low) and _are_in_one_place(pair, one, other):
                mine, theirs = _phrase(pair.one.text, one), _phrase(pair.other.text, other)
                return [Mismatch("wording", mine, theirs, one.start, other.start)]
    return []


def _are_in_one_place(pair: SentencePair, one: ContentWord, other: ContentWord) -> bool:
    """Whether neither sentence has the other word too, and both are verbs of one subject or objects of one verb."""
    for sentence, word in ((pair.one, other), (pair.other, one)):
        if any(lemmas(word.low) & lemmas(known.low) for known in sentence.words):
            return False
    verbs = is_verb(pair.one.text, one), is_verb(pair.other.text, other)
    if verbs[0] != verbs[1]:
        return False
    if verbs[0]:
        return meet(_content(pair.one.text[: one.start]), _content(pair.other.text[: other.start]))
    mine, theirs = pair.one.governing(one.start), pair.other.governing(other.start)
    return not mine or not theirs or meet(mine, theirs)


def _phrase(text: str, word: ContentWord) -> str:
    """The word with its noun or object: "upheld the ruling", "rebel fighters", "critical condition"."""
    if is_verb(text, word):
        behind = re.match(r"(?:\s+(?:the|an?|its|his|her|their))?(?:\s[^\W\d_][\w’'-]*){1,2}", text[word.end :])
        return squeeze(text[word.start : word.end + (behind.end() if behind else 0)])
    start, end = word.start, word.end
    for part in reversed(list(re.finditer(r"\S+\s+", text[max(0, start - 40) : start]))[-2:]):
        plain = part[0].strip().lower()
        if plain in STOP_WORDS or not plain.isalpha() or is_participle(plain):
            break
        start -= len(part[0])
    behind = re.match(r"\s([a-z]{3,})(?!\w)", text[end:])
    if behind is not None and behind[1] not in STOP_WORDS and not is_participle(behind[1]):
        end += behind.end()
    return squeeze(text[start:end])


# -- denials ----------------------------------------------------------------------------------------


def denial_mismatches(pair: SentencePair) -> list[Mismatch]:
    """What the one sentence says and the other denies."""
    if bool(_NO.search(pair.one.text)) == bool(_NO.search(pair.other.text)):
        return []
    is_mine = bool(_NO.search(pair.one.text))
    denial, said = (pair.one, pair.other) if is_mine else (pair.other, pair.one)
    for word in denial.words:
        same = [other for other in said.words if verb_lemmas(other.low) & verb_lemmas(word.low)]
        if same and is_verb(denial.text, word) and _is_denied(denial, word):
            told = [(_clause(denial.text, word), word.start), (_clause(said.text, same[0]), same[0].start)]
            (mine, place), (theirs, there) = told if is_mine else told[::-1]
            return [Mismatch("denial", mine, theirs, place, there)]
    return []


def _is_denied(sentence: ParsedSentence, word: ContentWord) -> bool:
    """Whether a denial reaches a verb: right before it, "denied that they crossed", "no water leaked"."""
    for mark in _NO.finditer(sentence.text, 0, word.start):
        between = sentence.text[mark.end() : word.start]
        parts, low = between.split(), mark[0].lower()
        if low.startswith("den"):
            reaches = len(parts) <= 6
        elif low in ("no", "none", "nobody", "nothing"):
            reaches = len(parts) <= 4 and not re.search(r"[,;:]", between)
        else:
            reaches = len(parts) <= 2 and all(part.endswith("ly") or part in _HELPERS for part in parts)
        if reaches:
            return True
    return False


def _clause(text: str, word: ContentWord) -> str:
    """The verb with what denies it and with its object."""
    before = re.search(
        r"((?:did|does|do|was|were|has|have|had|is|are)\s+)?(?:not|never)\s+(?:\w+\s)?$|\bNo\s(?:[\w-]+\s){1,3}$|"
        r"\bden\w+\s(?:[\w-]+\s){0,5}$",
        text[: word.start],
    )
    behind = re.match(r"(?:\s[\w’'-]+){0,5}", text[word.end :])
    return squeeze(text[before.start() if before else word.start : word.end + (behind.end() if behind else 0)])


def _content(text: str) -> list[str]:
    return [word.lower() for word in content_words(text) if not word[0].isdigit()]
