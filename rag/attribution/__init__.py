"""Origins: how many separate reports stand behind a statement, whose was first, and what a reader is told of it.

What numbers citations and the search call it. Articles with the same words have one origin; so have those that credit
the same outlet with the statement, themselves or through one another.
"""

from rag.attribution.counting import Carrier, Origins, is_before, is_credited, origins
from rag.attribution.telling import told
from rag.attribution.wording import overlap, shingles
from rag.language.outlets import outlet_key

__all__ = ["Carrier", "Origins", "is_before", "is_credited", "origins", "outlet_key", "overlap", "shingles", "told"]
