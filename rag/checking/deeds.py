"""Whether a statement tells who did what, how surely, and who said so as its evidence does. Called by the checker.

It objects only where the evidence holds the same deed told otherwise: a verb with its sides changed about, denied,
planned or alleged, said by another, or counted with another number. What it cannot read, it lets pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rag.checking.clauses import CLAIMING, SAYING, WEIGHING, Clause, clauses
from rag.checking.lexicon import same_word
from rag.checking.spelling import same_name
from rag.checking.wording import is_negative
from rag.facts import Quantity, quantities
from rag.lemmas import verb_lemmas
from rag.sentences import sentence_spans
from rag.synonyms import are_synonyms
from rag.words import content_words

_MOST = 2 / 3

# Verbs that say the same with their sides changed about
_MUTUAL = frozenset(
    """meet marry play fight face join merge clash agree talk negotiate match equal resemble debate divorce trade
    border cooperate sign discuss ally collide rival""".split()
)
_CONVERSE = (
    ("win beat defeat edge rout thrash", "lose"),
    (
        "buy purchase acquire pay receive get inherit import borrow rent",
        "sell give cede send export lend transfer lease",
    ),
    ("employ hire appoint name", "join work"),
    ("follow succeed replace", "precede"),
    ("lead top outnumber exceed", "trail"),
)


# Who does one of these makes the claim a fact.
_OWNING_UP = frozenset("admit acknowledge confirm confess reveal concede".split())


def objection(statement: str, evidence: str) -> str | None:
    """Why the evidence tells the statement's deeds otherwise, for a reader; None where it does not."""
    own, theirs = clauses(statement), clauses(evidence)
    nearest = _nearest(statement, evidence)
    return (
        next((reason for clause in own if (reason := _told_otherwise(clause, own, theirs))), None)
        or _denied(statement, own, nearest)
        or _only_weighed(own, clauses(nearest))
        or _only_claimed(own, clauses(nearest))
        or _said_by_another(statement, own, evidence)
        or _counted_otherwise(statement, own, evidence, theirs)
        or _counts_another(statement, nearest)
    )


def _nearest(statement: str, evidence: str, without: Collection[str] = ()) -> str:
    """The sentence of the evidence that shares the most words with the statement, those left out aside."""
    sentences = [evidence[start:end] for start, end in sentence_spans(evidence)]
    mine = [word for word in content_words(statement) if word.lower() not in without]
    return max(sentences, key=lambda one: _common(mine, content_words(one)), default="")


def _common(mine: Sequence[str], theirs: Sequence[str]) -> int:
    return sum(any(_is_said(word.lower(), other.lower()) for other in theirs) for word in mine)


def _is_said(one: str, other: str) -> bool:
    return same_name(one, other) or same_word(one, other) or are_synonyms(one, other)


def _told_otherwise(clause: Clause, own: Sequence[Clause], theirs: Sequence[Clause]) -> str | None:
    if clause.verbs & SAYING - _OWNING_UP:
        return None
    same = [other for other in theirs if other.verbs & clause.verbs]
    if same:
        if all(other.negated is not clause.negated for other in same):
            return "its sources do not deny it" if clause.negated else "its sources deny it"
        if all(_is_surer(clause, own, other) for other in same):
            return "its sources are less sure of it"
        if all(_is_swapped(clause, other) for other in same):
            return "its sources tell it the other way round"
        if all(_is_anothers(clause, other, theirs) for other in same):
            return "its sources tell it of another"
        if all(_is_elsewhere(clause, other) for other in same):
            return f"“{next(iter(clause.places)).title()}” goes with something else in its sources"
    elif clause.verbs & _OWNING_UP and not any(other.verbs & _OWNING_UP for other in theirs):
        return f"its sources do not {min(clause.verbs)} it"
    elif any(_is_reversed(clause, other) for other in theirs):
        return "its sources tell it the other way round"
    return None


def _is_surer(clause: Clause, own: Sequence[Clause], other: Clause) -> bool:
    """Whether the statement tells as done what is planned or possible, or as known what is claimed."""
    if other.certainty == "told":
        return other.ahead and not clause.ahead and clause.certainty == "told" and not _is_bare(clause, own)
    if clause.certainty != "told":
        return False
    if other.certainty == "wished":
        return True
    if other.certainty == "possible":
        return not clause.ahead
    return not any(one.verbs & SAYING - _OWNING_UP for one in own)


def _is_bare(clause: Clause, own: Sequence[Clause]) -> bool:
    """Whether the verb depends on another of the statement's own, which says how sure it is."""
    return any(one.end <= clause.end and one is not clause and one.start <= clause.start for one in own)


def _is_swapped(clause: Clause, other: Clause) -> bool:
    """Whether the one that does it there has it done to it here, or the other way about."""
    if clause.verbs & _MUTUAL or not (clause.agents and other.patients):
        return False
    acts = _met(clause.agents, other.patients) > _met(clause.agents, other.agents)
    suffers = _met(clause.patients, other.agents) > _met(clause.patients, other.patients)
    if not clause.patients or not other.agents:
        return False  # "rates rose" where a bank raised them
    return (acts and suffers) or (acts and not _meet(clause.patients, other.patients))


def _is_anothers(clause: Clause, other: Clause, theirs: Sequence[Clause]) -> bool:
    """Whether somebody else does it there, and the one who does it here does something else."""
    if not (clause.adjoins and other.adjoins):
        return False
    if clause.named and other.named:
        return not _meet(clause.named, other.agents) and not _meet(clause.agents, other.named)
    if not clause.agents or not other.agents or _meet(clause.agents, other.agents):
        return False
    if any(are_synonyms(one, another) for one in clause.agents for another in other.agents):
        return False
    return any(_meet(clause.agents, one.agents) for one in theirs if one is not other)


def _is_elsewhere(clause: Clause, other: Clause) -> bool:
    """Whether all the names behind the verb are other ones there."""
    return bool(clause.places and other.places) and not _meet(
        clause.places, other.places | other.agents | other.patients
    )


def _is_reversed(clause: Clause, other: Clause) -> bool:
    """Whether both sides stand changed about, under another verb that is not the converse of this one."""
    if clause.verbs & _MUTUAL or other.verbs & _MUTUAL or other.verbs & SAYING or _are_converse(clause, other):
        return False
    return (
        _meet(clause.agents, other.patients)
        and _meet(clause.patients, other.agents)
        and not _meet(clause.agents, other.agents)
        and not _meet(clause.patients, other.patients)
    )


def _are_converse(one: Clause, other: Clause) -> bool:
    return any(
        (one.verbs & set(left.split()) and other.verbs & set(right.split()))
        or (one.verbs & set(right.split()) and other.verbs & set(left.split()))
        for left, right in _CONVERSE
    )


def _meet(one: Collection[str], other: Collection[str]) -> bool:
    return any(same_name(left, right) for left in one for right in other)


def _met(one: Collection[str], other: Collection[str]) -> int:
    return sum(any(same_name(left, right) for right in other) for left in one)


# -- how sure it is -------------------------------------------------------------------------------


def _denied(statement: str, own: Sequence[Clause], nearest: str) -> str | None:
    """A clause that the nearest sentence denies under another verb, while the statement denies nothing."""
    if any(clause.negated for clause in own) or is_negative(statement):
        return None
    mine = content_words(statement)
    for clause in clauses(nearest):
        told = [
            word
            for word in content_words(nearest[clause.start : clause.end])
            if not verb_lemmas(word.lower()) & clause.verbs and clause.adjoins
        ]
        if clause.negated and len(told) > 1 and _common(told, mine) >= _MOST * len(told):
            return "its sources deny it"
    return None


def _only_weighed(own: Sequence[Clause], nearest: Sequence[Clause]) -> str | None:
    """What is only thought of in the nearest sentence, told as decided or done."""
    weighed = [clause for clause in nearest if clause.verbs & WEIGHING]
    rest = [clause for clause in nearest if clause not in weighed and not clause.verbs & SAYING]
    if not weighed or any(clause.certainty == "told" for clause in rest):
        return None
    if any(clause.verbs & WEIGHING or (clause.certainty != "told" and not clause.ahead) for clause in own):
        return None
    return "its sources are less sure of it"


def _only_claimed(own: Sequence[Clause], nearest: Sequence[Clause]) -> str | None:
    """What the nearest sentence says that somebody suspects or alleges, told as known."""
    claimed = any(clause.verbs & CLAIMING for clause in nearest)
    told = [
        clause.verbs for clause in nearest if clause.certainty == "told" and not clause.verbs & (SAYING | CLAIMING)
    ]
    if not claimed or any(clause.certainty != "told" or clause.verbs & (CLAIMING | SAYING) for clause in own):
        return None
    return (
        None if any(clause.verbs & verbs for clause in own for verbs in told) else "its sources are less sure of it"
    )


# -- who says so ------------------------------------------------------------------------------------


def _said_by_another(statement: str, own: Sequence[Clause], evidence: str) -> str | None:
    mine, my_names = _speakers(own)
    known, known_names = _speakers(clauses(_nearest(statement, evidence, without=mine)))
    if my_names and known_names:
        mine, known = my_names, known_names
    if mine and known and not _meet(mine, known):
        return "its sources name another speaker"
    return None


def _speakers(told: Iterable[Clause]) -> tuple[frozenset[str], frozenset[str]]:
    """The words for those who say something, and the names among them."""
    saying = [clause for clause in told if clause.verbs & SAYING]
    return (
        frozenset(word for clause in saying for word in clause.agents),
        frozenset(word for clause in saying for word in clause.named),
    )


# -- numbers ----------------------------------------------------------------------------------------


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
        only_own = [word for word in own if not any(_common([word], rival) for rival in rivals)]
        for rival in rivals:
            only_there = [word for word in rival if not _common([word], own)]
            for ours, others in ((only_own, only_there), (_capital(only_own), _capital(only_there))):
                if ours and _common(others, words) and not _common(ours, words):
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
    around = [one for one in told if one.start <= quantity.start and quantity.end <= one.end + 1]
    return min(around, key=lambda one: one.end - one.start).verbs if around else frozenset()
