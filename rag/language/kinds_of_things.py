"""Words that tell one thing from another: fighters from villagers, upheld from overturned. Called inside the room.

Only what a report can be wrong about is here; what is not listed is never taken for a contradiction.
"""

from __future__ import annotations

from functools import lru_cache

from rag.language.lemmas import lemmas
from rag.language.sameness import same_country

# Names of one thing. Dictionary forms.
_ALIKE = (
    "explosion blast detonation",
    "flood floodwater flooding deluge",
    "storm thunderstorm lightning blizzard snowstorm snow",
    "pupil student schoolchild schoolboy schoolgirl child kid youth youngster",
    "soldier troop serviceman trooper conscript",
    "militant fighter militia militiaman insurgent rebel guerrilla gunman combatant extremist jihadist terrorist",
    "civilian resident villager inhabitant local bystander",
    "sailor crewman seaman crew",
    "refugee migrant asylum",
    "policeman officer police constable",
    "doctor physician medic",
    "dismiss throw reject",
    "jail imprison prison sentence",
    "take get gain win",
    "death dead die kill toll casualty fatality",
    "protester demonstrator marcher",
    "poll vote election ballot",
    "doubt fear concern worry",
    "plant factory works mill",
    "firm company maker manufacturer",
    "shell bombard bomb strike raid airstrike attack hit target",
    "lie stand locate situate",
    "overnight night nightly",
    "latest recent last",
    "evacuate flee displace move",
    "road highway motorway street",
    "harbor harbour port",
)
# A thing is of one of these sorts only. Words before a slash are one sort.
_SORTS = (
    "fighter militant militia militiaman rebel insurgent guerrilla gunman combatant soldier troop terrorist jihadist "
    "extremist commander operative mercenary / civilian villager resident worker farmer student pupil child "
    "schoolchild refugee migrant journalist reporter medic doctor nurse teacher shopper worshipper fisherman family "
    "woman girl boy baby tourist passenger pedestrian bystander patient monk priest shepherd miner",
    "smuggler trafficker bandit gangster criminal robber thief dealer pirate / civilian villager resident farmer "
    "student "
    "pupil child schoolchild journalist teacher doctor fisherman shepherd tourist",
    "spy agent saboteur mercenary / journalist reporter tourist student businessman researcher pilgrim missionary "
    "volunteer",
    "depot ammunition munition arsenal barracks base bunker command headquarters launcher armory armoury weapon "
    "missile / "
    "school hospital clinic mosque church market home house apartment kindergarten store bakery farm warehouse "
    "shelter "
    "camp orphanage university library",
    "peaceful orderly calm / violent riotous deadly",
    "stable good satisfactory / critical grave serious life-threatening",
    "accidental accident / deliberate deliberately intentional arson sabotage murder suicide",
    "guilty / innocent",
    "genuine authentic real / fake forged counterfeit",
    "safe harmless / dangerous toxic unsafe contaminated",
    "successful success / unsuccessful failure failed",
    "voluntary voluntarily / forced forcibly",
    "unanimous unanimously / divided split",
    "survive alive / die dead kill perish",
    "strike hit / miss",
    "escape / capture recapture",
    "accept / refuse reject decline",
    "sink / refloat",
    "explode detonate / fizzle defuse",
    "pay / withhold",
    "resign quit / dismiss fire sack oust",
)
_OUTCOMES = (  # verbs of which a report has the one or the other, whoever tells it
    "uphold confirm / overturn overrule quash annul",
    "approve pass adopt ratify / reject veto block defeat",
    "acquit clear / convict sentence",
    "rise increase grow climb jump surge soar gain / fall decrease drop decline shrink plunge slump",
    "win / lose",
    "open reopen / close shut",
    "allow permit / ban forbid prohibit",
    "tighten / relax loosen ease",
    "strengthen / weaken",
    "improve / worsen deteriorate",
    "arrive / depart",
    "succeed / fail",
    "welcome praise / condemn denounce criticize criticise",
    "postpone delay / hasten",
    "extend lengthen / shorten",
    "raise lift hike / cut lower reduce",
    "release free / detain jail",
)
_ALIKE_OF: dict[str, set[int]] = {}
for _number, _line in enumerate(_ALIKE):
    for _word in _line.split():
        _ALIKE_OF.setdefault(_word, set()).add(_number)
_SIDES: dict[str, set[tuple[int, int]]] = {}
for _number, _line in enumerate((*_SORTS, *_OUTCOMES)):
    for _side, _words in enumerate(_line.split(" / ")):
        for _word in _words.split():
            _SIDES.setdefault(_word, set()).add((_number, _side))

CAUSELESS = frozenset("thing reason fact result way case report series kind type number lot".split())
_COUNTRIES = frozenset(
    """afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain
    bangladesh barbados belarus belgium belize benin bhutan bolivia bosnia botswana brazil britain brunei bulgaria
    burma
    burundi cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus czechia denmark djibouti
    ecuador egypt england eritrea estonia eswatini ethiopia fiji finland france gabon gambia germany ghana greece
    greenland grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq ireland israel
    italy jamaica japan jordan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon lesotho liberia libya
    liechtenstein lithuania luxembourg madagascar malawi malaysia maldives mali malta mauritania mauritius mexico
    moldova
    monaco mongolia montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger nigeria norway
    oman
    pakistan palestine panama paraguay peru philippines poland portugal qatar romania russia rwanda samoa scotland
    senegal serbia singapore slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan
    tanzania thailand togo tonga tunisia turkey turkmenistan uganda ukraine uruguay uzbekistan vanuatu venezuela
    vietnam wales yemen zambia zimbabwe us usa uk america""".split()
)
_STATES = frozenset(
    """alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois
    indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri
    montana
    nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia wisconsin wyoming ontario
    quebec alberta manitoba saskatchewan queensland tasmania victoria bavaria saxony catalonia andalusia bihar kerala
    punjab gujarat""".split()
)
_CONTINENTS = frozenset("africa asia europe antarctica oceania mediterranean caribbean balkans scandinavia".split())
TITLES = frozenset(
    """judge justice minister president senator governor general coach prime foreign finance defense defence captain
    professor king queen prince princess pope mayor chancellor secretary chief sheriff ambassador admiral colonel sir
    lady lord dame bishop cardinal sultan emir former striker goalkeeper the congressman congresswoman
    officer""".split()
)
METONYMS = frozenset(
    """washington moscow beijing london paris berlin jerusalem tehran kyiv brussels ankara riyadh tokyo delhi
    islamabad kremlin pentagon white house downing street capitol""".split()
)
REGIONS = frozenset(
    """province region district county state valley coast islands island north south east west northern southern
    eastern western central peninsula desert mountains river sea ocean gulf strait lake""".split()
)


def alike_of(word: str) -> frozenset[int]:
    """The numbers of the things in the news that a lower-case word names."""
    return frozenset().union(*(_ALIKE_OF.get(form, frozenset()) for form in _forms(word)))


@lru_cache(maxsize=65_536)
def exclude(one: str, other: str) -> bool:
    """Whether two lower-case words cannot both be said of one thing: fighters and villagers, upheld and "
    "overturned."""
    mine, theirs = _sides(one), _sides(other)
    return any(group == there and side != theirs_side for group, side in mine for there, theirs_side in theirs)


def _sides(word: str) -> set[tuple[int, int]]:
    return {place for form in _forms(word) for place in _SIDES.get(form, ())}


def _forms(word: str) -> tuple[str, ...]:
    """The word, its dictionary forms, and the singular of a compound that no dictionary has: floodwaters."""
    return (word, word.removesuffix("s"), *lemmas(word))


def level(name: str) -> str:
    """How wide a place is: continent, country, state, or a place that is none of these."""
    low = name.lower().replace(".", "").removeprefix("the ")
    if low in _CONTINENTS:
        return "continent"
    if low in _STATES:
        return "state"
    return "country" if low in _COUNTRIES or any(same_country(low, one) for one in (low,)) else "place"
