"""Whether a statement's numbers go with the deeds and the things that they go with in its evidence.

The checker calls it. It objects only where the evidence tells the same number of something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.checking.clauses import Clause, clauses
from rag.checking.frames import are_other_deeds
from rag.checking.lexicon import SAYING, same_word, sides_of
from rag.checking.nearest import nearest_sentence, shared
from rag.checking.spelling import same_name
from rag.facts import Quantity, quantities
from rag.lemmas import parts_of_speech
from rag.synonyms import are_synonyms
from rag.words import STOP_WORDS, content_words, pieces

OTHER_THING = 0.6  # cosine of two nouns, below which they are not names of one thing; docs/measurements.md#support
_FOLLOWING_WORDS = 8


def objection(statement: str, evidence: str) -> str | None:
    """Which number of the statement goes with something else in the evidence, for a reader; None where none does."""
    own, theirs = clauses(statement), clauses(evidence)
    return (
        _counted_otherwise(statement, own, evidence, theirs)
        or _counts_another(statement, nearest_sentence(statement, evidence))
        or _other_deed(statement, own, evidence, theirs)
    )


def other_thing(statement: str, evidence: str, likeness: Callable[[str, Sequence[str]], float]) -> str | None:
    """A number that counts one thing here and quite another there: 14 civilians, 14 fighters.

    `likeness` is the greatest cosine of a word and some others.
    """
    known = quantities(evidence)
    for quantity in quantities(statement):
        same = [one for one in known if one.value == quantity.value]
        if not same:
            continue
        if any(one.unit == quantity.unit for one in same):
            if all(_is_qualified_otherwise(quantity.text, one.text) for one in same):
                return f"“{quantity.text.strip()}” goes with something else in its sources"
            continue
        mine = _counted(quantity, statement)
        phrases = [words for one in same if (words := _counted(one, evidence))]
        theirs = [word for words in phrases for word in words]
        if not mine or not theirs or mine[-1] in _ANYTHING:
            continue
        if set(theirs) & _ANYTHING:  # "14 people": who they were may be told elsewhere in it
            theirs, phrases = (words := [word.lower() for word in content_words(evidence)]), [words]
        if any(same_word(one, other) or are_synonyms(one, other) for one in mine for other in theirs):
            continue
        if likeness(mine[-1], theirs if len(phrases) == 1 else [words[-1] for words in phrases]) < OTHER_THING:
            return f"“{quantity.text.strip()}” goes with something else in its sources"
    return None


def _is_qualified_otherwise(mine: str, theirs: str) -> bool:
    """Whether as many are called the opposite: 350 permanent workers, 350 temporary workers."""
    here, there = ({place for word in pieces(text.lower()) for place in sides_of(word)} for text in (mine, theirs))
    return any(group == other and side != another for group, side in here - there for other, another in there - here)


def _counted(quantity: Quantity, text: str) -> list[str]:
    """The plain nouns behind a number that say what it counts: 61 dates, a 61-date tour.

    They go as far as the next mark, verb or preposition.
    """
    found = [part for part in pieces(quantity.text.split()[0].lower())[1:] if "NOUN" in parts_of_speech(part)]
    for word in _WORD_OR_MARK.findall(text[_digits_end(quantity, text) :])[:_FOLLOWING_WORDS]:
        low = word.lower()
        if low in _WITHIN and not found:
            continue
        if not word[0].isalpha() or low in STOP_WORDS or (found and not parts_of_speech(low) & {"NOUN", "ADJ"}):
            break
        if word[0].islower() and "NOUN" in parts_of_speech(low) and low not in _SCALES:
            found.append(low)
    return found


_WORD_OR_MARK = re.compile(r"[^\W_]+(?:[’'-][^\W_]+)*|[^\w\s]")
_WITHIN = frozenset("of the and or more other further".split())
_SCALES = frozenset("million billion thousand hundred dozen percent trillion".split())
# What nearly anything may be called, and what is counted otherwise in the same event
_ANYTHING = frozenset(
    """people person man men woman women victim victims body bodies life lives case cases piece pieces item items
    work works thing things seat seats place places goal goals point points medal medals launch launches test tests
    flight flights time times occasion occasions member members resident residents one ones others day days year
    years month months week weeks hour hours unit units individual individuals total part parts share crew""".split()
)


def _other_deed(statement: str, own: Sequence[Clause], evidence: str, theirs: Sequence[Clause]) -> str | None:
    """A number that is spent there and earned here: under verbs that cannot tell of one deed."""
    known = quantities(evidence)
    for quantity in quantities(statement):
        here = _narrowest(quantity, own)
        there = [
            clause for one in known if one.value == quantity.value if (clause := _narrowest(one, theirs)) is not None
        ]
        if here is not None and there and all(_is_other_deed(here, clause) for clause in there):
            return f"“{quantity.text.strip()}” goes with something else in its sources"
    return None


def _is_other_deed(here: Clause, there: Clause) -> bool:
    if here.verbs & SAYING or there.verbs & SAYING or not are_other_deeds(here.verbs, there.verbs):
        return False
    one_side = not here.agents or not there.agents
    return one_side or any(same_name(one, other) for one in here.agents for other in there.agents)


def _narrowest(quantity: Quantity, told: Sequence[Clause]) -> Clause | None:
    """The narrowest clause that a number stands in."""
    around = [one for one in told if one.start <= quantity.start and quantity.end <= one.end + 1]
    around = [one for one in around if not one.verbs & SAYING] or around
    return min(around, key=lambda one: one.end - one.start, default=None)


def _counted_otherwise(statement: str, own: Sequence[Clause], evidence: str, theirs: Sequence[Clause]) -> str | None:
    """Whether a number stands with a verb that goes with another number in the evidence: "14 died, 20 were hurt"."""
    known = quantities(evidence)
    for quantity in quantities(statement):
        verbs = _verbs_at(quantity, own)
        here = [one for one in known if one.value == quantity.value]
        if not verbs or not here or any(_verbs_at(one, theirs) & verbs for one in here):
            continue
        rivals = [one for one in known if one.value != quantity.value and one.unit == here[0].unit]
        if any(_verbs_at(one, theirs) & verbs for one in rivals):
            return f"“{quantity.text.strip()}” goes with something else in its sources"
    return None


def _counts_another(statement: str, nearest: str) -> str | None:
    """Whether a number stands with words that tell apart another number of the sentence: 3 in Asia, 5 in Europe."""
    theirs = _parts(nearest)
    if len(theirs) < 2:
        return None
    for quantity, words in _parts(statement):
        own = next((part for known, part in theirs if known.value == quantity.value), None)
        if own is None:
            continue
        rivals = [part for known, part in theirs if known.value != quantity.value]
        only_own = [word for word in own if not any(shared([word], rival) for rival in rivals)]
        for rival in rivals:
            only_there = [word for word in rival if not shared([word], own)]
            for ours, others in ((only_own, only_there), (_capital(only_own), _capital(only_there))):
                if ours and shared(others, words) and not shared(ours, words):
                    return f"“{quantity.text.strip()}” goes with something else in its sources"
    return None


def _capital(words: Sequence[str]) -> list[str]:
    return [word for word in words if word[0].isupper()]


def _parts(text: str) -> list[tuple[Quantity, tuple[str, ...]]]:
    """Each number of a sentence with the content words from it to the next."""
    found = quantities(text)
    ends = [one.start for one in found[1:]] + [len(text)] * bool(found)
    return [(one, content_words(text[_digits_end(one, text) : end])) for one, end in zip(found, ends, strict=True)]


def _digits_end(quantity: Quantity, text: str) -> int:
    """Where the number itself ends and what it counts begins."""
    return quantity.start + len(text[quantity.start : quantity.end].split(maxsplit=1)[0])


def _verbs_at(quantity: Quantity, told: Sequence[Clause]) -> frozenset[str]:
    """The verbs that the number may go with: of the narrowest clause that it stands in."""
    clause = _narrowest(quantity, told)
    return frozenset() if clause is None else clause.verbs
