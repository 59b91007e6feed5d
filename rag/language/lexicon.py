"""Words of the news that exclude one another, verbs of saying, claiming and denying, and countries' adjectives."""

from __future__ import annotations

from functools import lru_cache

from rag.language.lemmas import lemmas

# A report has the one or the other, and no vector keeps them apart. Dictionary forms; sides stand for one another.
_ALTERNATIVES = (
    "kill die dead death fatal, injure wound hurt injury",
    "kill die assassinate, survive",
    "completely totally entirely fully, slightly partly partially",
    "arrest detain, convict guilty, acquit innocent, sentence jail imprison, charge indict, release free, "
    "investigate investigation suspicion",
    "army soldier troop, navy naval, police officer, marine",
    "cash, stock share, loan",
    "son boy brother father husband, daughter girl sister mother wife",
    "plaintiff, defendant",
    "morning, afternoon, evening, night overnight",
    "spring, summer, autumn, winter",
    "gold, silver, bronze",
    "daily, weekly, monthly, annual yearly",
    "import, export",
    "profit earnings, loss, revenue turnover sale, share",
    "double, triple, halve, quadruple",
    "uphold confirm, overturn overrule quash annul scrap",
    "tighten toughen stiffen, relax loosen ease soften",
    "allow permit let authorize, ban forbid prohibit bar outlaw",
    "approve pass adopt ratify, reject veto block defeat",
    "appoint hire name recruit, dismiss fire sack oust, suspend suspension",
    "arrive land, depart",
    "eastern east easterly, western west westerly",
    "northern north northerly, southern south southerly",
    "majority, minority",
    "ally, rival enemy foe opponent",
    "strengthen boost bolster, weaken undermine",
    "improve, worsen deteriorate",
    "best, worst",
    "highest largest biggest, lowest smallest",
    "oldest, youngest",
    "surplus, deficit",
    "maximum, minimum",
    "public, private",
    "supporter proponent backer, critic opponent",
    "succeed success, fail failure",
    "inside indoors, outside outdoors",
    "above, below",
    "ahead, behind",
    "victim, perpetrator attacker suspect",
    "buyer purchaser, seller vendor",
    "lender creditor, borrower debtor",
    "landlord, tenant",
    "teacher, pupil student",
    "rise raise lift hike increase grow climb jump surge soar gain, "
    "fall cut reduce lower decrease drop decline shrink plunge slump",
    "more, less fewer",
    "long longer, short shorter",
    "fast faster quick quickly, slow slower slowly",
    "open reopen, close shut",
    "begin start launch, end finish stop halt",
    "win, lose",
    "buy purchase acquire, sell",
    "accept, refuse reject decline",
    "support back endorse, oppose condemn",
    "welcome praise hail applaud, condemn criticize criticise denounce slam deplore",
    "enter join, leave quit withdraw",
    "lend, borrow",
    "expand widen extend, narrow shorten",
    "postpone delay, hasten accelerate",
    "confirm, deny",
    "alive, dead",
    "male man, female woman",
    "nurse, doctor",
    "hot warm, cold cool",
    "legal lawful, illegal unlawful",
    "urban, rural",
    "temporary, permanent",
    "partial partly, full fully complete completely",
    "first, last, second, third",
)
_GROUPS = tuple(tuple(frozenset(side.split()) for side in line.split(", ")) for line in _ALTERNATIVES)

# What these verbs govern is claimed by somebody, or said not to be.
CLAIMING = frozenset("accuse allege claim suspect charge believe blame think fear sue contend rumor rumour".split())
DENYING = frozenset("deny refuse fail decline reject refute avoid prevent prohibit ban bar".split())
SAYING = frozenset(
    """say tell report announce add state claim insist argue explain note warn confirm declare admit reveal
    acknowledge comment stress testify reply respond accord""".split()
)

_DEMONYMS = (
    "dutch netherlands holland", "british britain uk", "french france", "greek greece", "swiss switzerland",
    "danish denmark danes", "norwegian norway", "polish poland poles", "welsh wales", "irish ireland",
    "scottish scotland", "turkish turkey turkiye türkiye", "spanish spain", "finnish finland finns", "swedish sweden",
    "american us usa america", "english england", "czech czechia", "thai thailand", "iraqi iraq", "israeli israel",
    "portuguese portugal", "burmese myanmar burma", "afghan afghanistan", "philippine philippines filipino",
    "argentine argentina", "peruvian peru", "cypriot cyprus", "kazakh kazakhstan", "german germany germans",
    "vietnamese vietnam", "lebanese lebanon", "taiwanese taiwan", "chinese china", "japanese japan",
    "croatian croatia croat", "slovene slovenia", "ukrainian ukraine", "belgian belgium", "chilean chile",
    "mexican mexico", "canadian canada", "moroccan morocco", "brazilian brazil", "european europe eu",
    "nepalese nepali nepal",
    "ecuadorean ecuadorian ecuador", "moldovan moldova", "tasmanian tasmania", "un nations", "pakistani pakistan",
)  # fmt: skip
_COUNTRIES = {word: number for number, line in enumerate(_DEMONYMS) for word in line.split()}


@lru_cache(maxsize=65_536)
def sides_of(word: str) -> frozenset[tuple[int, int]]:
    """The places of a lower-case word among the alternatives: (which of them, which of its sides)."""
    forms = {word, *lemmas(word)}
    return frozenset(
        (number, side) for number, group in enumerate(_GROUPS) for side, words in enumerate(group) if words & forms
    )


def same_country(one: str, other: str) -> bool:
    """Whether two lower-case words are a country and its people: dutch and netherlands."""
    return one in _COUNTRIES and _COUNTRIES[one] == _COUNTRIES.get(other)
