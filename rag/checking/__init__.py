"""The check that every drafted sentence passes before anyone sees it, whoever drafted it. The desk calls it.

A sentence stands on the exact words of its sources. `vetoes` are the hard facts that must be in them: numbers, days,
names, quotations; `deeds` who did what, how surely and who says so, as `clauses` reads; `support` the meaning.
"""

from rag.checking.addressed import is_addressed
from rag.checking.checker import Checker, Refused

__all__ = ["Checker", "Refused", "is_addressed"]
