"""Which words of the news tell of the same event, role or thing. The extractive writer calls it.

Groups of dictionary forms, each wide enough that a question and a sentence about one event meet in one of them.
"""

from __future__ import annotations

from functools import lru_cache

from rag.language.lemmas import lemmas

_GROUPS = (
    "die dead death dies kill killing fatal fatality casualty perish murder assassinate assassination slay "
    "deadly toll lives",
    "injure injury wound wounded hurt maim casualty",
    "found establish create inception founder co-found establishment foundation",
    "win winner victory beat defeat victorious triumph champion clinch crown",
    "lose defeat beat loser loss",
    "award give honor honour receive win present name prize",
    "buy purchase acquire acquisition takeover bought take-over deal merger",
    "sell sale sold",
    "release launch debut premiere publish issue air out come rollout",
    "premiere premier debut air start begin return launch",
    "direct director filmmaker helm",
    "star play act cast role actor actress portray protagonist",
    "write writer author pen novelist",
    "sing singer perform performer vocalist",
    "lead leader head chief charge command commander boss run helm chair chairman",
    "ceo executive boss",
    "resign resignation quit step leave depart",
    "succeed successor succession replace replacement follow take over reins hand",
    "appoint appointment name elect choose select pick nominate nomination",
    "elect election vote win presidency president",
    "cost price worth pay spend spending value expense fund charge money",
    "earn revenue income turnover make sales profit",
    "cut reduce reduction lower decrease slash shrink scale trim",
    "fall drop decline decrease dip plunge slump reduce reduction fell fewer down",
    "rise increase grow growth climb jump surge soar expand gain escalate intensify step",
    "attack strike raid bomb bombing bombard hit target airstrike assault shell blow blast",
    "leave withdraw withdrawal pull pullout evacuate depart exit desert quit abandon go retreat close remove",
    "evacuate evacuation flee displace leave move relocate",
    "arrest detain detention custody seize charge hold",
    "build construct construction develop erect",
    "make manufacture produce production create develop",
    "happen occur take place hold event held",
    "hold host stage venue held location place take",
    "employ employee worker staff job workforce position",
    "damage destroy destruction obliterate wreck ruin devastate harm",
    "announce unveil reveal disclose declare say announcement introduce present publish",
    "say tell add announce warn state claim argue insist note comment remark declare write explain quote speak "
    "describe call",
    "react reaction respond response reply answer",
    "accuse accusation blame allege allegation suspect",
    "promise pledge vow commit commitment guarantee",
    "help aid support assist assistance back backing relief",
    "ban prohibit outlaw bar forbid block",
    "approve approval pass agree endorse clear",
    "reject refuse rule deny decline turn",
    "plan intend aim hope want seek goal propose scheme purpose",
    "own belong owner possess",
    "study research researcher paper survey analysis",
    "find discover discovery detect spot identify notice recognize recognise uncover",
    "car vehicle automobile",
    "company firm business corporation maker",
    "film movie picture",
    "town city village capital",
    "country nation state",
    "person people resident civilian human",
    "soldier troop military army force serviceman",
    "fighter militant militia combatant gunman",
    "boat ship vessel ferry",
    "plane aircraft jet airplane flight",
    "house home building",
    "blaze fire burn wildfire",
    "quake earthquake tremor",
    "flood flooding inundate overflow",
    "storm hurricane cyclone typhoon",
    "start begin open commence launch since first outbreak",
    "end finish stop conclude close halt cease expire",
    "cause trigger prompt lead spark due result because reason blame force drive",
    "use deploy employ purpose serve",
    "transport carry ship smuggle deliver transfer bring take move",
    "send dispatch deploy deliver",
    "weapon arm munition ammunition weaponry missile rocket",
    "keep maintain retain remain stay continue",
    "become turn transform convert grow",
    "strong powerful strength power mighty",
    "threat danger risk menace",
    "damaged destroyed obliterated",
    "meet meeting talks summit gather",
    "steal theft rob robbery stolen loot heist",
    "teach teacher educator instructor",
    "score goal net point",
    "sign signing signature ink agree agreement",
    "crash collide collision accident derail derailment",
    "marry wed marriage wedding wife husband",
    "bear birth born",
    "fine penalty penalise penalize punish sentence jail prison imprison convict",
    "sue lawsuit suit court claim",
    "weigh weight heavy",
    "tall high height altitude",
    "long length last duration",
    "old age aged year",
    "live reside resident population inhabitant",
    "visit trip travel tour",
    "close shut shutter closure",
    "open inaugurate opening reopen",
    "delay postpone late put",
    "cancel scrap call axe abandon",
    "raise increase collect lift hike",
    "invest investment fund funding finance spend",
    "miss disappear missing lost",
    "rescue save",
    "paper newspaper daily",
    "job role position post",
)
_PLACES: dict[str, frozenset[int]] = {}
for _number, _group in enumerate(_GROUPS):
    for _word in _group.split():
        _PLACES[_word] = _PLACES.get(_word, frozenset()) | {_number}


@lru_cache(maxsize=50_000)
def are_synonyms(one: str, other: str) -> bool:
    """Whether two lower-case words, in any of their forms, stand in one group."""
    return not _groups(one).isdisjoint(_groups(other))


def groups_of(word: str) -> frozenset[int]:
    """The numbers of the groups that a lower-case word, in any of its forms, stands in."""
    return _groups(word)


@lru_cache(maxsize=50_000)
def _groups(word: str) -> frozenset[int]:
    return frozenset().union(*(_PLACES.get(form, frozenset()) for form in (word, *lemmas(word))))


@lru_cache(maxsize=50_000)
def are_forms(one: str, other: str) -> bool:
    """Whether two lower-case words are forms of one dictionary word."""
    return one == other or not lemmas(one).isdisjoint(lemmas(other))
