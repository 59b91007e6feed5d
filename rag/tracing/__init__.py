"""Tracing: an excerpt → the articles that it is from, the exact place in each, and how it was altered.

The desk calls it, and what numbers citations lays one article's words beside another's. No model writes or judges:
words are searched for, laid side by side and compared.
"""

from rag.tracing.tracer import Match, Tracer
from rag.tracing.verdicts import Edit, Excerpt, Kind, compare

__all__ = ["Edit", "Excerpt", "Kind", "Match", "Tracer", "compare"]
