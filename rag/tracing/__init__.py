"""Traces an excerpt to the articles that it is from, with the exact place in each and every edit.

No model judges: paragraphs are searched for, aligned with the excerpt word by word and compared.
"""

from rag.tracing.comparison import Edit, Excerpt, Kind, compare
from rag.tracing.tracer import Match, Tracer

__all__ = ["Edit", "Excerpt", "Kind", "Match", "Tracer", "compare"]
