"""Tracing: an excerpt → the articles that it is from, the exact place in each, and how it was altered.

The desk calls it. No model writes or judges: words are searched for, laid side by side and compared.
"""

from rag.tracing.tracer import Match, Tracer
from rag.tracing.verdicts import Edit, Kind

__all__ = ["Edit", "Kind", "Match", "Tracer"]
