"""Attribution: citations of statements, and their origins, the separate reports behind each.

Articles with the same words have one origin; so have those that credit the same outlet, directly or through one
another.
"""

from rag.attribution.notes import origin_notes
from rag.attribution.origins import Origins, SourceSentence, find_origins, is_original

__all__ = ["Origins", "SourceSentence", "find_origins", "is_original", "origin_notes"]
