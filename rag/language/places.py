"""How wide a place is, by its name and the words around it: continent, country, state, region or town."""

from __future__ import annotations

import re

from rag.language import lexicons
from rag.language.countries import country_of

_CONTINENTS, _STATES = lexicons.words("places.continents"), lexicons.words("places.states")
_REGIONS = lexicons.words("places.regions")
AROUND = (24, 12)  # characters before and behind a name that may call it a region


def place_level(text: str, start: int, end: int) -> str:
    """The level of the place that `text[start:end]` names; what no list has is taken for a town."""
    low = text[start:end].lower().replace(".", "").removeprefix("the ")
    if low in _CONTINENTS or low in _STATES:
        return "continent" if low in _CONTINENTS else "state"
    if country_of(low):
        return "country"
    around = re.findall(r"[a-z]+", text[max(0, start - AROUND[0]) : end + AROUND[1]].lower())
    return "region" if _REGIONS & set(around) else "town"
