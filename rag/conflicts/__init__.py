"""Conflicts: what articles say differently of one fact.

Two sentences of different articles are in conflict when they tell of one fact and give it another number, unit,
day, name, cause, sort or outcome. Both are parsed (`parsing`), compared word by word (`overlap`) and searched for one
value that differs (`numbers`, `days`, `names`, `words`, chosen in `rules`). What is in doubt is not told.
"""

from rag.conflicts.asked import asked
from rag.conflicts.conflicts import Conflict, ConflictingValue, find_conflicts

__all__ = ["Conflict", "ConflictingValue", "asked", "find_conflicts"]
