"""What a sentence asserts in checkable form: quantities, dates, names and quotations, each with its place.

The check, the comparison and the writers call it. English only; what it does not recognise it leaves out.
"""

from rag.facts.dates import DateMention, dates
from rag.facts.names import Name, names
from rag.facts.quantities import CURRENCIES, Quantity, magnitudes, ordinals, quantities
from rag.facts.quotations import LEAST_QUOTED_WORDS, quotations

__all__ = [
    "CURRENCIES",
    "LEAST_QUOTED_WORDS",
    "DateMention",
    "Name",
    "Quantity",
    "dates",
    "magnitudes",
    "names",
    "ordinals",
    "quantities",
    "quotations",
]
