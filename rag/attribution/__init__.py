"""Origins of statements: how many separate reports support each, whose was first, and the note for the reader.

Articles with the same words have one origin; so have those that credit the same outlet with the statement, themselves
or through one another.
"""

from rag.attribution.notes import origin_notes
from rag.attribution.origins import Origins, SourceSentence, find_origins, is_original

__all__ = ["Origins", "SourceSentence", "find_origins", "is_original", "origin_notes"]
