"""Origins: how many separate reports stand behind a statement, whose was first, and what a reader is told of it.

What numbers citations and the search call it. Articles with the same words have one origin; so have those that credit
the same outlet with the statement, themselves or through one another.
"""

from rag.origins.counting import Carrier, Origins, is_before, is_credited, origins
from rag.origins.outlets import outlet_key
from rag.origins.telling import told
from rag.origins.wording import overlap, shingles

__all__ = ["Carrier", "Origins", "is_before", "is_credited", "origins", "outlet_key", "overlap", "shingles", "told"]
