"""Who agrees and who differs. The desk and the extractive writer call it.

Two sentences of different articles differ when they tell of one fact and give it another number, unit, day, place,
name, cause, character or outcome. `readings` says what a sentence asserts, `matching` whether two tell of one matter;
`numbers`, `days`, `named` and `wording` each find one sort of difference. What is in doubt is not told.
"""

from rag.conflicts.differing import Conflict, ConflictingValue, find_conflicts

__all__ = ["Conflict", "ConflictingValue", "find_conflicts"]
