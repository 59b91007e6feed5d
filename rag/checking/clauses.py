"""Who does what in a sentence, whether it is denied, and how sure it is told. Called by the room's readings alone.

There is no parser here: a verb is told by its forms and its neighbours, its sides by what stands before and behind it
as far as the next mark, conjunction or verb. What cannot be told so is left empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.lemmas import is_participle, is_past, lemmas, parts_of_speech, verb_lemmas
from rag.sentences import sentence_spans
from rag.words import STOP_WORDS

_COMMON = frozenset(("NOUN", "VERB", "ADJ", "ADV"))  # may open a sentence without being a name
Certainty = Literal["told", "claimed", "possible", "wished"]

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.’'-](?=[^\W_])[^\W_]+)*|[,;:()—–“”\"]|(?<=\s)-(?=\s)"
)
_MARKS = frozenset(',;:()—–“”".!?-')
_BE = frozenset("be is are was were been being get gets got".split())
_AUXILIARIES = _BE | frozenset(
    "has have had having do does did will would shall should can could may might must to".split()
)
_PRESENT = frozenset("is are am".split())
_POSSIBLE = frozenset("may might could would should can must".split())
_NEGATIVE = frozenset("not never no nor neither cannot without hardly n't".split())
_BETWEEN = frozenset("before even also yet ever again still just".split())  # "had never before seen"
_LINKS = frozenset(
    """that which who whom whose while and but or because as if unless whether although though since until where when
    before after than so""".split()
)
_DAYS = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december""".split()
)
_RELATIVES = frozenset("who which that".split())
_PREPOSITIONS = frozenset(
    """of in on at for with by from into over under against about during near among between through within without
    toward towards despite amid across around outside inside per via to including regarding concerning
    following""".split()
)
_JOINED = frozenset("of against".split())  # "win against"
_PARTICLES = frozenset("over up off out down away".split())  # "take over"
_DETERMINERS = frozenset(
    """the a an this that these those his her its their our my your some any no each every another several two three
    four five six seven eight nine ten""".split()
)
_PLURALS = frozenset("people police men women children".split())
_PRONOUNS = frozenset("he she it they we i you who".split())
_DOUBT = frozenset("perhaps probably possibly likely unlikely maybe potentially if unless whether".split())
_HEARSAY = frozenset("allegedly reportedly purportedly".split())
# What these verbs govern is not yet done, is claimed by somebody, or is said not to be.
PLANNING = frozenset(
    """expect plan want hope intend try attempt seek aim threaten vow promise propose order ask urge consider pledge
    prepare wish offer agree decide demand recommend suggest warn predict forecast schedule discuss weigh call
    authorize authorise approve need like due set ready likely willing slate poise project""".split()
)
WEIGHING = frozenset("consider weigh discuss want hope seek propose suggest urge mull explore debate wish".split())
CLAIMING = frozenset("accuse allege claim suspect charge believe blame think fear sue contend rumor rumour".split())
DENYING = frozenset("deny refuse fail decline reject refute avoid prevent prohibit ban bar".split())
SAYING = frozenset(
    """say tell report announce add state claim insist argue explain note warn confirm declare admit reveal
    acknowledge comment stress testify reply respond accord""".split()
)
# Stop words that are verbs here
_FULL = frozenset(
    """said says saying say according reported reports know known knew give gave given go goes went gone let
    happened""".split()
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One verb with its sides, in dictionary forms.

    `verbs` are the infinitives that it may be of, `agents` the words for who does it and `patients` for whom or what
    it is done to; `named` are the agents that are names, `places` the names behind the verb. `adjoins`: the subject
    stands right before the verb. `ahead` is what will be or is aimed at, `planned` what is said to come, `done` what
    is told in the past. `text[start:end]` is the verb with its sides.
    """

    verbs: frozenset[str]
    agents: frozenset[str]
    patients: frozenset[str]
    named: frozenset[str]
    places: frozenset[str]
    adjoins: bool
    negated: bool
    certainty: Certainty
    ahead: bool
    planned: bool
    done: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Token:
    low: str
    start: int
    end: int
    capital: bool
    name: bool = False
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class _Verb:
    """A verb at `place`, with its auxiliaries, negations and adverbs from `first` on."""

    first: int
    place: int
    passive: bool


@lru_cache(maxsize=8_192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, in order."""
    return tuple(clause for start, end in sentence_spans(text) for clause in _clauses_of(_tokens(text, start, end)))


def _tokens(text: str, start: int, end: int) -> list[_Token]:
    """The words and marks of a sentence, at their places in the text; "didn't" is two."""
    found: list[_Token] = []
    for match in _TOKEN.finditer(text, start, end):
        low = match[0].lower().replace("’", "'").replace(".", "")
        if low.endswith("n't"):
            whole = {"won't": "will", "can't": "can", "shan't": "shall"}.get(low, low[:-3])
            found += [_Token(whole, *match.span(), False), _Token("n't", *match.span(), False)]
        else:
            bare = low.removesuffix("'s")
            capital = match[0][0].isupper()
            name = capital and bare not in _DAYS and (bool(found) or not parts_of_speech(bare) & _COMMON)
            found.append(_Token(bare, *match.span(), capital, name, bare != low))
    return found


def _clauses_of(tokens: Sequence[_Token]) -> list[Clause]:
    verbs = [_verb(tokens, place) for place in range(len(tokens)) if _is_verb(tokens, place)]
    begins = [0, *(verb.place + 1 for verb in verbs)]
    ends = [*(verb.first for verb in verbs), len(tokens)]
    found: list[Clause] = []
    for number, verb in enumerate(verbs):
        before, behind = tokens[begins[number] : verb.first], tokens[verb.place + 1 : ends[number + 1]]
        found.append(_clause(tokens, verb, before, behind, found))
    return found


def _clause(
    tokens: Sequence[_Token],
    verb: _Verb,
    before: Sequence[_Token],
    behind: Sequence[_Token],
    earlier: Sequence[Clause],
) -> Clause:
    chain = [token.low for token in tokens[verb.first : verb.place]]
    behind = _reach(behind)
    says = bool(verb_lemmas(tokens[verb.place].low) & SAYING)
    if says and before and before[-1].low == "," and _is_all_of_a_speaker(tokens, behind):
        subject = _heads(_object(behind))
    else:
        subject = _speaker(before, behind, earlier) if says else _subject(before, earlier)
    agents, patients = (_heads(_after_by(behind)), subject) if verb.passive else (subject, _heads(_object(behind)))
    certainty, denied = _governed(chain, before, tokens[: verb.first], earlier, tokens[verb.place])
    return Clause(
        verbs=verb_lemmas(tokens[verb.place].low),
        agents=agents,
        patients=patients,
        named=agents & {token.low for token in tokens if token.name},
        places=frozenset(token.low for token in behind if token.name),
        adjoins=bool(subject) and _adjoins(subject, before, earlier),
        negated=_is_denied(chain, before) ^ denied,
        certainty=certainty,
        ahead=any(word in ("will", "shall", "to", "would") for word in chain),
        planned=_is_planned(chain),
        done=certainty == "told" and _is_past(chain, tokens[verb.place].low),
        start=_start(tokens[verb.first], before),
        end=behind[-1].end if behind else tokens[verb.place].end,
    )


def _start(verb: _Token, before: Sequence[_Token]) -> int:
    """Where a clause begins: what stands before ", and", or before an "and" and the verb, is the one's before."""
    if not before or _is_coordinated(before):
        return verb.start
    links = (
        at for at, token in enumerate(before) if at and token.low in ("and", "but") and before[at - 1].low == ","
    )
    return before[max(links, default=0)].start


def _adjoins(subject: frozenset[str], before: Sequence[_Token], earlier: Sequence[Clause]) -> bool:
    """Whether a verb's subject stands right before it, or before the verb that it is coordinated with."""
    if len(earlier) == 1 and _is_coordinated(before):
        return earlier[-1].adjoins and subject == earlier[-1].agents
    return not earlier or subject == _heads(_last_phrase(before))


def _is_coordinated(before: Sequence[_Token]) -> bool:
    """Whether a verb has its subject from the one before: "called it an insult and demanded"."""
    return bool(before) and before[-1].low in ("and", "but", "or")


# -- verbs ------------------------------------------------------------------------------------------


def _is_denied(chain: Sequence[str], before: Sequence[_Token]) -> bool:
    """Whether a verb with these auxiliaries is denied: "was not found", "no evidence was found"."""
    nobody = any(token.low in ("no", "none", "nobody", "neither", "nothing") for token in before[-8:])
    return any(word in _NEGATIVE for word in chain) or (nobody and bool(set(chain) - {"to"}))


def _verb(tokens: Sequence[_Token], place: int) -> _Verb:
    first = place
    while first and _is_helper(tokens[first - 1]):
        first -= 1
    while first < place and tokens[first].low in _BETWEEN:  # "before" as a link begins nothing
        first += 1
    chain = {token.low for token in tokens[first:place]}
    return _Verb(first, place, bool(chain & _BE) and is_participle(tokens[place].low))


def _is_planned(chain: Sequence[str]) -> bool:
    """Whether a verb with these auxiliaries tells what will be: "will close", "is to close"."""
    before_to = chain[: chain.index("to")] if "to" in chain else ()
    return bool({"will", "shall"} & set(chain) or _PRESENT & set(before_to))


def _is_past(chain: Sequence[str], verb: str) -> bool:
    """Whether a verb with these auxiliaries tells what has been; a form that may be present as well does not."""
    if {"will", "shall", "would", "to", *_POSSIBLE} & set(chain) or verb.endswith("ing"):
        return False
    if {"has", "have", "had", "was", "were", "did", "been"} & set(chain):
        return True
    return not _PRESENT & set(chain) and is_past(verb) and verb not in verb_lemmas(verb)


def _is_helper(token: _Token) -> bool:
    adverb = token.low.endswith("ly") and not token.capital and len(token.low) > 4
    return token.low in _AUXILIARIES or token.low in _NEGATIVE or adverb or token.low in _BETWEEN


def _is_verb(tokens: Sequence[_Token], place: int) -> bool:
    """Whether the word is used as a full verb, as far as its form and its neighbours show."""
    token = tokens[place]
    if token.low == "according":
        return True
    plain = (
        token.low in _AUXILIARIES
        or token.low in _PREPOSITIONS
        or (token.low in STOP_WORDS and token.low not in _FULL)
    )
    if plain or token.capital or not verb_lemmas(token.low):
        return False
    before = tokens[place - 1] if place else None
    if before is None:
        return token.low.endswith("ed")
    counted = before.low[0].isdigit() and token.low.endswith("s")  # "70 fans"
    if before.low in _DETERMINERS or before.possessive or counted:
        return False
    if before.low in _AUXILIARIES or before.low in _NEGATIVE:
        return True
    if before.low in _PREPOSITIONS:
        return token.low.endswith("ing")
    if token.low.endswith(("ed", "ing")) or is_participle(token.low) or before.low in _PRONOUNS:
        return True
    return not parts_of_speech(token.low) & {"NOUN", "ADJ"} or _has_sides(tokens, place)


def _has_sides(tokens: Sequence[_Token], place: int) -> bool:
    """Whether a form that may be a noun as well stands behind what may be its subject and before an object."""
    before, after = tokens[place - 1], tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.low == "that" and verb_lemmas(tokens[place].low) & SAYING:
        return tokens[place].low.endswith("s") and "NOUN" in parts_of_speech(before.low)  # "the union claims that"
    is_bare = tokens[place].low in verb_lemmas(tokens[place].low) and not is_past(tokens[place].low)
    if is_bare and not before.low.endswith("s") and before.low not in _PLURALS:
        return False  # "a fertiliser plant in Ely"
    if before.low in _MARKS or after is None or parts_of_speech(before.low) & {"ADJ", "VERB"}:
        return False
    return after.capital or after.low[0].isdigit() or after.low in _DETERMINERS | _PREPOSITIONS | {"that"}


# -- sides ------------------------------------------------------------------------------------------


def _subject(before: Sequence[_Token], earlier: Sequence[Clause]) -> frozenset[str]:
    """Who or what does it: what stands behind the last link or mark, else whom the clause before is about."""
    if before and before[-1].low in _PRONOUNS - {"who"}:
        return frozenset()
    if len(earlier) == 1 and _is_coordinated(before):  # with more of them it cannot be told whose verb it is
        return earlier[-1].agents or _carried(earlier[-1])
    link = max((place for place, token in enumerate(before) if token.low in _LINKS), default=None)
    if link is None and earlier:
        parts = _parts(before)
        reported = bool(earlier[-1].verbs & SAYING)  # "police say he stabbed her"
        return (_heads(parts[-1]) if len(parts) > 1 or reported else frozenset()) or _carried(earlier[-1])
    if link is None:
        stripped = [_without_day(part) for part in _parts(before)]
        return frozenset().union(*(_heads(part) for part in stripped if part and part[0].low not in _PREPOSITIONS))
    own = _heads(_first_phrase(before[link + 1 :]))
    if own or before[link].low not in _RELATIVES:
        return own or (_carried(earlier[-1]) if earlier else frozenset())
    related = [part for part in _parts(before[:link]) if part]
    return _heads(related[-1]) if related else _carried(earlier[-1]) if earlier else frozenset()


def _without_day(part: list[_Token]) -> list[_Token]:
    """The part without a day at its head: "In June a group bought it"."""
    if len(part) < 2 or part[0].low not in _PREPOSITIONS:
        return part
    place = next((at for at, token in enumerate(part[1:], 1) if not _is_of_day(token)), len(part))
    return part[place:] if place > 1 else part


def _is_of_day(token: _Token) -> bool:
    return token.low in _DAYS or token.low[0].isdigit()


def _is_all_of_a_speaker(tokens: Sequence[_Token], behind: Sequence[_Token]) -> bool:
    """Whether a name stands behind "said" and nothing is said behind it: ", said Ida Roe of Ely, who led it"."""
    if not behind or not behind[0].capital:
        return False
    return behind[-1] is tokens[-1] or any(token.low in _MARKS for token in behind)


def _speaker(before: Sequence[_Token], behind: Sequence[_Token], earlier: Sequence[Clause]) -> frozenset[str]:
    """Who says it: "according to her", "he said", "said the minister"; what is said stands behind a mark."""
    if behind and behind[0].low == "to":
        parts = _parts(behind[1:])
        named = parts[1] if len(parts) > 2 and all(token.capital for token in parts[1]) else []
        return _heads(_object(behind[1:])) | _heads(named)  # with the name in its apposition
    quoted = bool(earlier) or any(token.low in '“”"' for token in before)
    inverted = bool(behind) and (
        behind[0].capital or behind[0].low in _DETERMINERS or "NOUN" in parts_of_speech(behind[0].low)
    )
    if quoted and before and before[-1].low in _MARKS and inverted:
        return _heads(_object(behind))
    parts = [part for part in _parts(before) if part]
    if len(parts) > 1 and parts[-2][0].low in _DETERMINERS and all(token.capital for token in parts[-1]):
        return _heads(parts[-2]) | _heads(parts[-1])  # "its director, Ida Roe, said"
    if earlier and before and before[-1].low == ",":  # behind an aside: "Bennett, who met Gantz, warned"
        return earlier[0].agents or earlier[0].patients
    if parts and parts[-1][-1].low in _PRONOUNS:
        return frozenset()
    if len(parts) > 1 and not quoted:
        return frozenset().union(*(_heads(part) for part in parts))  # a name with its apposition
    return (_subject(parts[-1], ()) if len(parts) > 1 else frozenset()) or _subject(before, earlier)


def _carried(clause: Clause) -> frozenset[str]:
    """The subject that a verb without one of its own takes over: "accused him of hiding", "came and went"."""
    takes_object = clause.patients and clause.verbs & (CLAIMING | PLANNING | DENYING)
    return clause.patients if takes_object or not clause.agents else clause.agents


def _parts(tokens: Sequence[_Token]) -> list[list[_Token]]:
    """What marks cut the tokens into."""
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token.low in _MARKS:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _last_phrase(tokens: Sequence[_Token]) -> list[_Token]:
    """What stands between the last link or mark and the verb."""
    link = max((place for place, token in enumerate(tokens) if token.low in _LINKS), default=-1)
    return _parts(tokens[link + 1 :])[-1]


def _first_phrase(tokens: Sequence[_Token]) -> list[_Token]:
    """The first part that is no adverbial ("In March, the ferry sank"); what follows it is an aside."""
    parts = [part for part in _parts(tokens) if part]
    return next((part for part in parts if part[0].low not in _PREPOSITIONS), parts[0] if parts else [])


def _reach(behind: Sequence[_Token]) -> Sequence[_Token]:
    """What belongs to a verb of what stands behind it: up to a strong mark or a link."""
    for place, token in enumerate(behind):
        if token.low in _LINKS - {"and", "or"} or token.low in _MARKS - {",", "“", "”", '"'}:
            return behind[:place]
    return behind


def _object(behind: Sequence[_Token]) -> list[_Token]:
    found: list[_Token] = []
    for place, token in enumerate(behind):
        if token.low in _MARKS or (token.low in _PREPOSITIONS - _JOINED and (place or token.low not in _PARTICLES)):
            break
        found.append(token)
    return found


def _after_by(behind: Sequence[_Token]) -> list[_Token]:
    for place, token in enumerate(behind):
        if token.low == "by":
            return _object(behind[place + 1 :])
    return []


def _heads(tokens: Iterable[_Token]) -> frozenset[str]:
    """The dictionary forms of the content words of a phrase, without what stands behind a preposition but "of"."""
    found: set[str] = set()
    for token in tokens:
        if found and token.low in _PREPOSITIONS - _JOINED:
            break
        if token.low in _PREPOSITIONS:
            continue
        if token.low not in STOP_WORDS and token.low not in _MARKS and not token.low[0].isdigit():
            found |= {token.low} if token.capital else lemmas(token.low)
    return frozenset(found)


# -- certainty --------------------------------------------------------------------------------------


def _governed(
    chain: Sequence[str],
    before: Sequence[_Token],
    sentence: Sequence[_Token],
    earlier: Sequence[Clause],
    verb: _Token,
) -> tuple[Certainty, bool]:
    """How sure the verb's deed is told, and whether a verb before it denies it."""
    link = [token.low for token in before]
    governor = earlier[-1] if earlier else None
    infinite = "to" in chain or verb.low.endswith("ing")
    held = governor is not None and ((infinite and len(before) <= 8) or "that" in link)
    words = {token.low for token in sentence[-12:]} | set(chain)
    if _POSSIBLE & set(chain) or _DOUBT & words:
        certainty: Certainty = "possible"
    elif _HEARSAY & words:
        certainty = "claimed"
    elif governor is not None and held and governor.verbs & WEIGHING:
        certainty = "wished"
    elif governor is not None and held and governor.verbs & PLANNING:
        certainty = "possible"
    elif governor is not None and governor.verbs & CLAIMING and (held or not infinite):
        certainty = "claimed"
    elif governor is not None and held and infinite:
        certainty = governor.certainty
    else:
        certainty = "told"
    return certainty, bool(governor is not None and held and governor.verbs & DENYING)
