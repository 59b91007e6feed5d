"""Traces an excerpt to the articles that contain it, with its exact offsets in each and every edit.

No model judges: articles are found by search, aligned with the excerpt word by word, and compared.
"""

from rag.tracing.comparison import Edit, Excerpt, Kind, compare
from rag.tracing.tracer import Match, Tracer

__all__ = ["Edit", "Excerpt", "Kind", "Match", "Tracer", "compare"]
