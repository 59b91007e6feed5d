"""What two sentences tell differently in words: causes, characters, outcomes, denials. Called inside the room."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.articles import squeeze
from rag.conflicts.matching import Pair, Rival, is_used_as_verb, meet
from rag.conflicts.numbers import counted
from rag.conflicts.readings import Reading, Word
from rag.language.kinds_of_things import CAUSELESS, exclude
from rag.language.lemmas import is_participle, lemmas, parts_of_speech, verb_lemmas
from rag.language.opposites import sides_of
from rag.language.quantities import Quantity
from rag.language.sameness import same_country
from rag.language.words import STOP_WORDS, WORD, content_words

_CAUSED = re.compile(
    r"(?:\b(?:was|were|been|is|are)\s+)?\b(?:caused\s+by|due\s+to|because\s+of|died\s+(?:of|from)|blamed\s+on|triggered\s+by|"
    r"sparked\s+by|resulted\s+from|killed\s+by|started\s+by|owing\s+to)\s+(?P<cause>[^,.;“”\"]{3,70})"
)
_CAUSES = re.compile(
    r"^(?P<cause>[^,.;“”\"]{3,60}?)\s+(?:has\s+|have\s+|had\s+)?(?:caused|triggered|sparked|started)\s+(?!by\b)"
)
_CAUSE_ENDS = re.compile(r"\s+(?:at|on|in|when|while|after|during|near|last|said|that|which|who)\b")
_NO = re.compile(
    r"\b(?:not|never|no(?!\.)|nor|neither|none|nobody|nothing|without|denied|denies|deny|\w+n['’]t)\b", re.I
)
_HELPERS = frozenset("be been being have had yet ever even also".split())
_PEOPLE = frozenset("people person man woman member victim individual other one body".split())
_PEOPLE_OF = re.compile(
    r"(?:ian|ean|rican|xican|ish|ese|aeli|aqi|stani|emeni|ite|rench|utch|erman|fghan|wiss|reek|urd)s?$"
)
_REFUSING = frozenset("refuse fail deny decline".split())
_OPINION = frozenset("call describe praise hail slam dub label brand".split())


def cause_rivals(pair: Pair) -> list[Rival]:
    """The causes that the sentences give for one thing."""
    one, other = _cause(pair.one), _cause(pair.other)
    if one is None or other is None:
        return []
    mine, theirs = _content(one[0]), _content(other[0])
    if not mine or not theirs or meet(mine, theirs) or set(mine) & CAUSELESS or set(theirs) & CAUSELESS:
        return []
    return [Rival("cause", squeeze(one[0]), squeeze(other[0]), one[1], other[1])]


def character_rivals(pair: Pair) -> list[Rival]:
    """What they say that as many people or things are: fighters or villagers, of one nation or of two."""
    for one in counted(pair.one.text):
        for other in counted(pair.other.text):
            if one.value != other.value or one.value < 2 or one.unit is None or other.unit is None:
                continue
            mine, theirs = _counted_phrase(pair.one, one), _counted_phrase(pair.other, other)
            if _name_others(pair, one.start + len(mine), other.start + len(theirs), (one.start, other.start)):
                continue
            if _exclude(_content(mine), _content(theirs)) or _of_other_nations(mine, theirs):
                return [Rival("characterisation", squeeze(mine), squeeze(theirs), one.start, other.start)]
    return []


def word_rivals(pair: Pair) -> list[Rival]:
    """Words that exclude one another, in one place of both sentences: upheld and overturned."""
    for one in pair.one.words:
        for other in pair.other.words:
            if exclude(one.low, other.low) and not _is_elsewhere(pair, one, other):
                return [_in_phrases(pair, one, other)]
    return _modified(pair)


def denial_rivals(pair: Pair) -> list[Rival]:
    """What the one sentence says and the other denies."""
    mine, theirs = _denied(pair.one), _denied(pair.other)
    if bool(mine) == bool(theirs):
        return []
    denial, said = (pair.one, pair.other) if mine else (pair.other, pair.one)
    verb = _denied_verb(denial, said)
    if verb is None:
        return []
    phrases = _clause_at(said, verb[1]), _clause_at(denial, verb[0])
    ours, others = phrases[::-1] if mine else phrases
    here, there = (verb[0], verb[1]) if mine else (verb[1], verb[0])
    return [Rival("denial", ours, others, here.start, there.start)]


def are_opposed(pair: Pair) -> bool:
    """Whether the sentences have words that stand for alternatives: they may tell of two deeds."""
    mine, theirs = ({place for word in words for place in sides_of(word.low)} for words in (pair.mine, pair.theirs))
    return any(group == there and side != other for group, side in mine for there, other in theirs)


# -- causes -----------------------------------------------------------------------------------------


def _cause(reading: Reading) -> tuple[str, int] | None:
    match = _CAUSED.search(reading.text) or _CAUSES.search(reading.text)
    if match is None:
        return None
    cause = _CAUSE_ENDS.split(match["cause"])[0]
    return cause, match.start("cause")


# -- who and what -----------------------------------------------------------------------------------


def _name_others(pair: Pair, end: int, other_end: int, starts: tuple[int, int]) -> bool:
    """Whether each sentence has a name, outside of what is counted, that the other's article does not know."""
    mine = [name for name in pair.my_names if not starts[0] <= name.start < end]
    theirs = [name for name in pair.their_names if not starts[1] <= name.start < other_end]
    return bool(mine and theirs)


def _content(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text) if word.lower() not in STOP_WORDS and not word[0].isdigit()]


def _counted_phrase(reading: Reading, quantity: Quantity) -> str:
    """The number with all that it counts, also behind "of": 14 members of pro-Iranian militias."""
    text = reading.text[quantity.start : quantity.end]
    behind = re.match(
        r"(?:\s+(?:[^\W\d_][\w’'-]*)){0,1}?\s+of\s+((?:[\w’'-]+\s){0,3}?[\w’'-]+s)\b", reading.text[quantity.end :]
    )
    if behind is not None and {quantity.unit} & _PEOPLE:
        return reading.text[quantity.start : quantity.end + behind.end()]
    return text


def _exclude(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    if meet(mine[-1:], theirs[-1:]):
        return False
    return any(exclude(one, other) for one in mine for other in theirs)


def _of_other_nations(mine: str, theirs: str) -> bool:
    """Whether both name whose people they are, and not the same: Iranian, Iranian and Iraqi, pro-Iranian."""
    one, other = _nations(mine), _nations(theirs)
    if not one or not other:
        return False
    return not (_covers(one, other) and _covers(other, one))


def _nations(phrase: str) -> list[str]:
    found = [part.lower() for part in re.findall(r"(?:pro-|anti-)?[A-Z][^\W\d_]+(?:’[a-z]+)?", phrase)]
    return [part for part in found if _PEOPLE_OF.search(part)]


def _covers(one: Sequence[str], other: Sequence[str]) -> bool:
    return all(any(left == right or same_country(left, right) for right in other) for left in one)


# -- words ------------------------------------------------------------------------------------------


def _is_elsewhere(pair: Pair, one: Word, other: Word) -> bool:
    """Whether the words stand in different parts of their sentences, or one is only planned or somebody's opinion."""
    if _has_sort(pair.one, other.low) or _has_sort(pair.other, one.low):
        return True
    verbs = {lemma for word in (*pair.one.words, *pair.other.words) for lemma in verb_lemmas(word.low)}
    if verbs & (_OPINION | _REFUSING) or _denied(pair.one) or _denied(pair.other):
        return True
    verbs_there = _is_verb_there(pair.one.text, one), _is_verb_there(pair.other.text, other)
    if verbs_there[0] != verbs_there[1]:
        return True
    return all(verbs_there) and not _of_one_subject(pair, one, other)


def _has_sort(reading: Reading, word: str) -> bool:
    """Whether the sentence says the other's word, or one like it, as well."""
    return any(lemmas(word) & lemmas(known.low) for known in reading.words)


def _of_one_subject(pair: Pair, one: Word, other: Word) -> bool:
    """Whether words that stand before the two verbs are the same."""
    mine, theirs = (
        [word.lower() for word in content_words(reading.text[: word.start])]
        for reading, word in ((pair.one, one), (pair.other, other))
    )
    return meet(mine, theirs)


def _in_phrases(pair: Pair, one: Word, other: Word) -> Rival:
    return Rival("wording", _phrase(pair.one, one), _phrase(pair.other, other), one.start, other.start)


def _phrase(reading: Reading, word: Word) -> str:
    """The word with its noun or object: "upheld the ruling", "rebel fighters", "critical condition"."""
    text = reading.text
    if _is_verb_there(text, word):
        behind = re.match(r"(?:\s+(?:the|an?|its|his|her|their))?(?:\s[^\W\d_][\w’'-]*){1,2}", text[word.end :])
        return squeeze(text[word.start : word.end + (behind.end() if behind else 0)])
    start, end = word.start, word.end
    for part in reversed(list(re.finditer(r"\S+\s+", text[max(0, start - 40) : start]))[-2:]):
        plain = part[0].strip().lower()
        if plain in STOP_WORDS or not plain.isalpha() or verb_lemmas(plain) & {"hit", "strike", "kill", "target"}:
            break
        start -= len(part[0])
    behind = re.match(r"\s([a-z]{3,})(?!\w)", text[end:])
    if behind is not None and behind[1] not in STOP_WORDS and not is_participle(behind[1]):
        end += behind.end()
    return squeeze(text[start:end])


def _is_verb_there(text: str, word: Word) -> bool:
    """Whether a word that may be a verb is one at its place: not behind "the" or an adjective."""
    if not verb_lemmas(word.low):
        return False
    if not parts_of_speech(word.low) & {"NOUN", "ADJ"}:
        return True
    if word.low.endswith("s") and re.search(
        r"\b(?:is|are|was|were|as|of|by|the|suspected|alleged)\s+$", text[: word.start]
    ):
        return False
    if word.low in verb_lemmas(word.low):  # "a grain store"
        return re.search(r"\b(?:the|an?|its|his|her|their|of|in|at|on)\s+(?:[\w-]+\s)?$", text[: word.start]) is None
    return True


def _modified(pair: Pair) -> list[Rival]:
    """One noun with different words before it, behind a "was": a weather balloon and a spy balloon."""
    if len(pair.mine) != 1 or len(pair.theirs) != 1:
        return []
    one, other = pair.mine[0], pair.theirs[0]
    mine, theirs = _said_to_be(pair.one, one), _said_to_be(pair.other, other)
    if mine is None or theirs is None or mine[1] != theirs[1]:
        return []
    return [Rival("characterisation", mine[0], theirs[0], one.start, other.start)]


def _said_to_be(reading: Reading, word: Word) -> tuple[str, str] | None:
    """The noun phrase behind "was" that begins with the word, and its noun."""
    before = re.search(r"\b(?:is|was|are|were)\s+(?:an?\s+)?$", reading.text[: word.start])
    behind = re.match(r"\s([a-z]{3,})\b", reading.text[word.end :])
    if before is None or behind is None or behind[1] in STOP_WORDS:
        return None
    return reading.text[word.start : word.end + behind.end()], behind[1]


# -- denials ----------------------------------------------------------------------------------------


def _denied(reading: Reading) -> list[re.Match[str]]:
    return list(_NO.finditer(reading.text))


def _denied_verb(denial: Reading, said: Reading) -> tuple[Word, Word] | None:
    """The verb that the one denies and the other says."""
    marks = _denied(denial)
    for word in denial.words:
        if not is_used_as_verb(denial.text, word) or not any(_governs(denial.text, mark, word) for mark in marks):
            continue
        for other in said.words:
            if verb_lemmas(other.low) & verb_lemmas(word.low):
                return word, other
    return None


def _governs(text: str, mark: re.Match[str], word: Word) -> bool:
    """Whether a denial reaches a verb: right before it, "denied that they crossed", "no water leaked"."""
    if mark.end() > word.start:
        return False
    between = text[mark.end() : word.start].split()
    low = mark[0].lower()
    if low.startswith("den"):
        return len(between) <= 6
    if low in ("no", "none", "nobody", "nothing"):
        return len(between) <= 4 and not re.search(r"[,;:]", text[mark.end() : word.start])
    return len(between) <= 2 and all(part.endswith("ly") or part in _HELPERS for part in between)


def _clause_at(reading: Reading, word: Word) -> str:
    """The verb with what denies it and with its object."""
    text = reading.text
    before = re.search(
        r"((?:did|does|do|was|were|has|have|had|is|are)\s+)?(?:not|never)\s+(?:\w+\s)?$|\bNo\s(?:[\w-]+\s){1,3}$|"
        r"\bden\w+\s(?:[\w-]+\s){0,5}$",
        text[: word.start],
    )
    start = before.start() if before else word.start
    behind = re.match(r"(?:\s[\w’'-]+){0,5}", text[word.end :])
    return squeeze(text[start : word.end + (behind.end() if behind else 0)])
