"""Whether a statement tells who did what, how surely, and who said so as its evidence does. Called by the checker.

It objects only where the evidence holds the same deed told otherwise: a verb with its sides changed about, denied,
planned or alleged, said by another, or counted with another number. What it cannot read, it lets pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rag.checking.clauses import SAYING, Clause, clauses
from rag.checking.spelling import same_name
from rag.facts import Quantity, quantities

# Verbs that say the same with their sides changed about
_MUTUAL = frozenset(
    """meet marry play fight face join merge clash agree talk negotiate match equal resemble debate divorce trade
    border cooperate sign discuss ally collide rival""".split()
)
_CONVERSE = (
    ("win beat defeat edge rout thrash outpoint", "lose"),
    (
        "buy purchase acquire pay receive get inherit import borrow rent",
        "sell give cede send export lend transfer lease",
    ),
    ("employ hire appoint name", "join work"),
    ("follow succeed replace", "precede"),
    ("lead top outnumber exceed", "trail"),
)


_OWNING_UP = frozenset(
    "admit acknowledge confirm confess reveal concede".split()
)  # who does it makes the claim a fact


def objection(statement: str, evidence: str) -> str | None:
    """Why the evidence tells the statement's deeds otherwise, for a reader; None where it does not."""
    own, theirs = clauses(statement), clauses(evidence)
    return (
        next((reason for clause in own if (reason := _told_otherwise(clause, own, theirs))), None)
        or _said_by_another(own, theirs)
        or _counted_otherwise(statement, own, evidence, theirs)
    )


def _told_otherwise(clause: Clause, own: Sequence[Clause], theirs: Sequence[Clause]) -> str | None:
    if clause.verbs & SAYING:
        return None
    same = [other for other in theirs if other.verbs & clause.verbs]
    if same:
        if all(other.negated is not clause.negated for other in same):
            return "its sources do not deny it" if clause.negated else "its sources deny it"
        if all(_is_surer(clause, own, other) for other in same):
            return "its sources are less sure of it"
        if all(_is_swapped(clause, other) for other in same):
            return "its sources tell it the other way round"
    elif any(_is_reversed(clause, other) for other in theirs):
        return "its sources tell it the other way round"
    return None


def _is_surer(clause: Clause, own: Sequence[Clause], other: Clause) -> bool:
    """Whether the statement tells as done what is planned or possible, or as known what is claimed."""
    if other.certainty == "told":
        return other.ahead and not clause.ahead and clause.certainty == "told" and not _is_bare(clause, own)
    if clause.certainty != "told":
        return False
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
    acts = _meet(clause.agents, other.patients) and not _meet(clause.agents, other.agents)
    suffers = _meet(clause.patients, other.agents) and not _meet(clause.patients, other.patients)
    if not clause.patients or not other.agents:
        return False  # "rates rose" where a bank raised them
    return (acts and suffers) or (acts and not _meet(clause.patients, other.patients))


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


# -- who says so ------------------------------------------------------------------------------------


def _said_by_another(own: Sequence[Clause], theirs: Sequence[Clause]) -> str | None:
    mine, known = _speakers(own), _speakers(theirs)
    if mine and known and not _meet(mine, known):
        return "its sources name another speaker"
    return None


def _speakers(told: Iterable[Clause]) -> frozenset[str]:
    return frozenset(word for clause in told if clause.verbs & SAYING for word in clause.agents)


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


def _verbs_at(quantity: Quantity, told: Sequence[Clause]) -> frozenset[str]:
    """The verbs that the number may go with: of the narrowest clause that it stands in."""
    around = [one for one in told if one.start <= quantity.start and quantity.end <= one.end + 1]
    return min(around, key=lambda one: one.end - one.start).verbs if around else frozenset()
