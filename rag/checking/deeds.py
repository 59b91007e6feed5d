"""Whether a statement tells who did what, how surely, and who said so as its evidence does. Called by the checker.

It objects only where the evidence holds the same deed told otherwise: a verb with its sides changed about, denied,
planned or alleged, said by another, or counted with another number. What it cannot read, it lets pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rag.checking.clauses import Clause, clauses
from rag.checking.frames import are_converse
from rag.checking.lexicon import CLAIMING, DENYING, PLANNING, SAYING, WEIGHING, same_word
from rag.checking.nearest import nearest_sentence, shared
from rag.checking.spelling import same_name
from rag.checking.wording import is_negative
from rag.facts import quotations
from rag.lemmas import lemmas, verb_lemmas
from rag.synonyms import are_synonyms
from rag.words import content_words

_MOST = 2 / 3
LONG = 5  # letters from which a noun that begins as a verb is that of its deed: resign, resignation

# Verbs that say the same with their sides changed about
_MUTUAL = frozenset(
    """meet marry play fight face join merge clash agree talk negotiate match equal resemble debate divorce trade
    border cooperate sign discuss ally collide rival""".split()
)
_NAMING = frozenset("call describe dub label brand".split())
_SPEAKING = (
    SAYING | CLAIMING | DENYING | PLANNING | _NAMING | frozenset(
        "apologise apologize write thank praise criticise criticize condemn estimate put find think see show".split()
    )
)  # fmt: skip
# Nouns that stand for a name told before
STANDING_FOR = frozenset(
    """company firm group bank club party team hospital school university council agency ministry government court
    union charity airline carrier maker manufacturer retailer publisher newspaper outlet country nation state city
    town village island man woman""".split()
)
# Who does one of these makes the claim a fact.
_OWNING_UP = frozenset("admit acknowledge confirm confess reveal concede".split())


def objection(statement: str, evidence: str) -> str | None:
    """Why the evidence tells the statement's deeds otherwise, for a reader; None where it does not."""
    own, theirs = clauses(statement), clauses(evidence)
    nearest = nearest_sentence(statement, evidence)
    return (
        next((reason for clause in own if (reason := _told_otherwise(clause, own, theirs))), None)
        or _denied(statement, own, nearest)
        or _only_weighed(own, clauses(nearest))
        or _only_claimed(own, clauses(nearest))
        or _said_by_another(statement, own, evidence)
    )


def _told_otherwise(clause: Clause, own: Sequence[Clause], theirs: Sequence[Clause]) -> str | None:
    same = [other for other in theirs if other.verbs & clause.verbs]
    if clause.verbs & SAYING - _OWNING_UP:
        only_possible = same and all(other.certainty in ("possible", "wished") for other in same)
        return "its sources are less sure of it" if only_possible and clause.certainty == "told" else None
    if same:
        if all(other.negated is not clause.negated for other in same) and not _is_denial(clause, theirs):
            return "its sources do not deny it" if clause.negated else "its sources deny it"
        if all(_is_surer(clause, own, other) for other in same):
            return "its sources are less sure of it"
        if all(_is_swapped(clause, other) for other in same):
            return "its sources tell it the other way round"
        if all(_is_anothers(clause, other, theirs) for other in same):
            return "its sources tell it of another"
        if all(_is_called_another(clause, other) for other in same):
            return "its sources tell it of another"
        if all(_is_elsewhere(clause, other) for other in same):
            return f"“{next(iter(clause.places)).title()}” goes with something else in its sources"
    elif clause.verbs & _OWNING_UP and not any(other.verbs & _OWNING_UP for other in theirs):
        return f"its sources do not {min(clause.verbs)} it"
    elif any(_is_reversed(clause, other) for other in theirs):
        return "its sources tell it the other way round"
    elif clause.certainty == "told" and not clause.ahead and any(_only_names(other, clause) for other in theirs):
        return "its sources are less sure of it"
    return None


def _only_names(other: Clause, clause: Clause) -> bool:
    """Whether a clause only offers, refuses or demands what the other tells as a deed: "offered his resignation"."""
    if not other.verbs & (PLANNING | DENYING | WEIGHING) or not all(len(verb) >= LONG for verb in clause.verbs):
        return False
    return any(
        noun != verb and noun.startswith(verb.removesuffix("e")) and not verb_lemmas(noun)
        for noun in other.patients
        for verb in clause.verbs
    )


def _is_denial(clause: Clause, theirs: Sequence[Clause]) -> bool:
    """Whether the clause tells what somebody denies there: "the firm is accused of it, which its lawyers deny"."""
    return clause.negated and not clause.verbs & DENYING and any(other.verbs & DENYING for other in theirs)


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
    return not any(one.verbs & (SAYING - _OWNING_UP | DENYING) for one in own)


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
    if clause.named and not other.named and other.agents <= STANDING_FOR:
        return False  # "the company" may be the one that is named here
    if any(are_synonyms(one, another) for one in clause.agents for another in other.agents):
        return False
    return any(_meet(clause.agents, one.agents) for one in theirs if one is not other)


def _is_called_another(clause: Clause, other: Clause) -> bool:
    """Whether the same one gives the same name to something else: called the plant, not the sum, an insult."""
    if not clause.verbs & _NAMING or not (clause.patients and other.patients):
        return False
    return _meet(clause.agents, other.agents) and not _meet(clause.patients, other.patients)


def _is_elsewhere(clause: Clause, other: Clause) -> bool:
    """Whether all the names behind the verb are other ones there."""
    return bool(clause.places and other.places) and not _meet(
        clause.places, other.places | other.agents | other.patients
    )


def _is_reversed(clause: Clause, other: Clause) -> bool:
    """Whether both sides stand changed about, under another verb that is not the converse of this one."""
    if (
        clause.verbs & _MUTUAL
        or other.verbs & _MUTUAL
        or other.verbs & SAYING
        or are_converse(clause.verbs, other.verbs)
    ):
        return False
    return (
        _meet(clause.agents, other.patients)
        and _meet(clause.patients, other.agents)
        and not _meet(clause.agents, other.agents)
        and not _meet(clause.patients, other.patients)
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
        if clause.negated and len(told) > 1 and shared(told, mine) >= _MOST * len(told):
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
    if not claimed or any(
        clause.certainty != "told" or clause.verbs & (CLAIMING | SAYING | DENYING) for clause in own
    ):
        return None
    return (
        None if any(clause.verbs & verbs for clause in own for verbs in told) else "its sources are less sure of it"
    )


# -- who says so ------------------------------------------------------------------------------------


def _said_by_another(statement: str, own: Sequence[Clause], evidence: str) -> str | None:
    mine, my_names = _speakers(own)
    known, known_names = _speakers(clauses(nearest_sentence(statement, evidence, without=mine)))
    if my_names and known_names:
        mine, known = my_names, known_names
    if mine and known and not _meet(mine, known):
        return "its sources name another speaker"
    if my_names and not known and not quotations(evidence) and not _says_anything(my_names, evidence):
        return "its sources do not have it from that speaker"
    return None


def are_told(statement: str, evidence: str) -> bool:
    """Whether the evidence has the statement's verbs, those of saying aside, in any form or by a synonym."""
    known = [word.lower() for word in content_words(evidence)]
    told = [clause.verbs for clause in clauses(statement) if not clause.verbs & SAYING]
    return all(any(same_word(v, k) or are_synonyms(v, k) for v in verbs for k in known) for verbs in told)


def _says_anything(speakers: Collection[str], evidence: str) -> bool:
    """Whether the evidence lets the speakers say, claim or deny anything, in a verb or a noun, or does not know them.

    An outlet that says it of itself is not in its own text.
    """
    told = [clause for clause in clauses(evidence) if clause.verbs & _SPEAKING]
    words = [word.lower() for word in content_words(evidence)]
    return not _meet(speakers, words) or any(not one.agents or _meet(speakers, one.agents) for one in told)


def _speakers(told: Iterable[Clause]) -> tuple[frozenset[str], frozenset[str]]:
    """The words for those who say something, and the names among them."""
    saying = [clause for clause in told if clause.verbs & SAYING]
    return (
        frozenset(word for clause in saying for word in clause.agents),
        frozenset(word for clause in saying for word in clause.named),
    )


def is_told_from_the_other_side(statement: str, evidence: str) -> bool:
    """Whether a verb of the statement tells a deed of the evidence from its other side, its sides changed about.

    "A group bought the castle from the state" for "the state sold the castle to a group": no opposite, though the
    words are.
    """
    for clause in clauses(statement):
        for other in clauses(evidence):
            if not (clause.agents and other.agents and are_converse(clause.verbs, other.verbs)):
                continue
            here = {form for word in content_words(statement[clause.start : clause.end]) for form in _forms(word)}
            there = {form for word in content_words(evidence[other.start : other.end]) for form in _forms(word)}
            if not _meet(clause.agents, other.agents) and _meet(clause.agents, there) and _meet(other.agents, here):
                return True
    return False


def _forms(word: str) -> frozenset[str]:
    return frozenset((word.lower(),)) if word[0].isupper() else lemmas(word.lower())
