"""Short news articles, and passages made of them, for tests of the check."""

from __future__ import annotations

from datetime import date

from rag.articles import Passage, Source, Span

PUBLISHED = date(2020, 5, 5)  # a Tuesday

SPENDING = (
    "Since the war began, Iran has spent over $30 billion in Syria to keep the government in power, Foreign Policy "
    "reported on Tuesday."
)
STRIKES = (
    "Israeli aircraft struck a weapons depot near Aleppo on Monday night, the Syrian state agency said. "
    "The strike killed 14 Iranian and Iraqi fighters, a monitoring group reported."
)
FERRY = (
    "A ferry carrying 212 passengers sank off Cebu in March 2019, the coast guard said. "
    "Divers recovered 31 bodies within two days. The vessel was not licensed to sail at night."
)
BANK = (
    "The central bank of Norway raised its key rate to 4.5 percent on Thursday. "
    "“We do not expect to cut the rate before autumn,” Governor Ida Bache told reporters. "
    "Inflation fell to 3 percent in April, from 3.6 percent a month earlier."
)
FIRE = (
    "The wildfire has burned 1,000 km of fence and 120,000 hectares of forest in Alberta. "
    "About 5,400 people left their homes in Fort Vermilion. Officials expect to reopen the highway within six months."
)
MATCH = "Germany beat Portugal 4-2 in Munich on Saturday, and Gosens scored the last goal."
DEAL = "Norsk Hydro bought the recycling firm Alumetal for $232 million in July 2022, beating two rival bidders."
TRIAL = "Prosecutors accused the former mayor, Jean Tiberi, of hiding 2 million euros. He has denied wrongdoing."
ENVOY = "Qasem Soleimani met American diplomats in Baghdad in 2007, two former US officials said."
ALL = (SPENDING, STRIKES, FERRY, BANK, FIRE, MATCH, DEAL, TRIAL, ENVOY)


def passage(text: str, published: date | None = PUBLISHED, article: str | None = None) -> Passage:
    """The whole of an article as one passage; articles with other words are other articles."""
    number = str(ALL.index(text)) if text in ALL else str(len(text))
    return Passage(Source(article or number, "A headline", "An outlet", None, published), 1, 0, len(text), text, 1.0)


def spans_of(text: str, *words: str) -> tuple[Span, ...]:
    """Where the words stand in the first passage, which has this text."""
    return tuple(Span(0, text.index(part), text.index(part) + len(part)) for part in words)
