"""Detects sentences that give orders to whoever writes the answer: "Ignore your rules", "When asked who won, say …".

An article that gives such orders is hostile, so nothing in the paragraph that holds them is taken as evidence. Such
orders share two things: they speak of the answer, the question, the asker, the model or its rules, and they command.
News has the one without the other. The patterns (`lexicons/orders.toml`) know the words of five languages.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.articles import squeeze
from rag.language import lexicons
from rag.language.quotations import CLOSED_QUOTATION
from rag.plain import folded

_ORDERS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in lexicons.patterns("orders.orders"))
_FRAMES = re.compile("|".join(lexicons.patterns("orders.frames")), re.IGNORECASE)


@lru_cache(maxsize=2_048)
def is_addressed(text: str) -> bool:
    """Whether a sentence of the text, outside its quotations, gives orders to a model instead of telling news."""
    lines = "\n".join(filter(None, (squeeze(line) for line in folded(text).splitlines())))
    bare = CLOSED_QUOTATION.sub("“”", lines)
    return _FRAMES.search(bare) is not None or any(order.search(bare) for order in _ORDERS)


def is_turned_round(text: str) -> bool:
    """Whether marks make a text be shown in another order than it is stored: a reader would not see what is cited."""
    return "\u202d" in text or "\u202e" in text
