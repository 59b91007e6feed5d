"""Who does what in a sentence, whether it is denied, and how sure it is told. The room and rag.comparing call it.

There is no parser here: a verb is told by its forms and its neighbours, its sides by what stands before and behind it
as far as the next mark, conjunction or verb. What cannot be told so is left empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rag.comparing.grammar import (
    DAYS,
    DETERMINERS,
    MARKS,
    POSSIBLE,
    PREPOSITIONS,
    PRONOUNS,
    Token,
    Verb,
    is_denied,
    is_planned,
    is_told_as_past,
    is_verb,
    tokens_of,
    verb_at,
)
from rag.lemmas import lemmas, parts_of_speech, verb_lemmas
from rag.sentences import sentence_spans
from rag.verification.lexicon import CLAIMING, DENYING, PLANNING, SAYING, WEIGHING
from rag.words import STOP_WORDS

Certainty = Literal["told", "claimed", "possible", "wished"]

_LINKS = frozenset(
    """that which who whom whose while and but or because as if unless whether although though since until where when
    before after than so""".split()
)
_PARTICLES = frozenset("over up off out down away".split())  # "take over"
_JOINED = frozenset("of against".split())  # "win against"
_RELATIVES = frozenset("who which that".split())
_DOUBT = frozenset("perhaps probably possibly likely unlikely maybe potentially if unless whether".split())
_HEARSAY = frozenset("allegedly reportedly purportedly".split())


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


@lru_cache(maxsize=8_192)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text, in order."""
    return tuple(clause for start, end in sentence_spans(text) for clause in _clauses_of(tokens_of(text, start, end)))


def _clauses_of(tokens: Sequence[Token]) -> list[Clause]:
    verbs = [verb_at(tokens, place) for place in range(len(tokens)) if is_verb(tokens, place)]
    begins = [0, *(verb.place + 1 for verb in verbs)]
    ends = [*(verb.first for verb in verbs), len(tokens)]
    found: list[Clause] = []
    for number, verb in enumerate(verbs):
        before, behind = tokens[begins[number] : verb.first], tokens[verb.place + 1 : ends[number + 1]]
        found.append(_clause(tokens, verb, before, behind, found))
    return found


def _clause(
    tokens: Sequence[Token],
    verb: Verb,
    before: Sequence[Token],
    behind: Sequence[Token],
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
        negated=is_denied(chain, before) ^ denied,
        certainty=certainty,
        ahead=any(word in ("will", "shall", "to", "would") for word in chain),
        planned=is_planned(chain),
        done=certainty == "told" and is_told_as_past(chain, tokens[verb.place].low),
        start=_start(tokens[verb.first], before),
        end=behind[-1].end if behind else tokens[verb.place].end,
    )


def _start(verb: Token, before: Sequence[Token]) -> int:
    """Where a clause begins: what stands before ", and", or before an "and" and the verb, is the one's before."""
    if not before or _is_coordinated(before):
        return verb.start
    links = (
        at for at, token in enumerate(before) if at and token.low in ("and", "but") and before[at - 1].low == ","
    )
    return before[max(links, default=0)].start


def _adjoins(subject: frozenset[str], before: Sequence[Token], earlier: Sequence[Clause]) -> bool:
    """Whether a verb's subject stands right before it, or before the verb that it is coordinated with."""
    if len(earlier) == 1 and _is_coordinated(before):
        return earlier[-1].adjoins and subject == earlier[-1].agents
    return not earlier or subject == _heads(_last_phrase(before))


def _is_coordinated(before: Sequence[Token]) -> bool:
    """Whether a verb has its subject from the one before: "called it an insult and demanded"."""
    return bool(before) and before[-1].low in ("and", "but", "or")


# -- sides ------------------------------------------------------------------------------------------


def _subject(before: Sequence[Token], earlier: Sequence[Clause]) -> frozenset[str]:
    """Who or what does it: what stands behind the last link or mark, else whom the clause before is about."""
    if before and before[-1].low in PRONOUNS - {"who"}:
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
        return frozenset().union(*(_heads(part) for part in stripped if part and part[0].low not in PREPOSITIONS))
    own = _heads(_first_phrase(before[link + 1 :]))
    if own or before[link].low not in _RELATIVES:
        return own or (_carried(earlier[-1]) if earlier else frozenset())
    related = [part for part in _parts(before[:link]) if part]
    return _heads(related[-1]) if related else _carried(earlier[-1]) if earlier else frozenset()


def _without_day(part: list[Token]) -> list[Token]:
    """The part without a day at its head: "In June a group bought it"."""
    if len(part) < 2 or part[0].low not in PREPOSITIONS:
        return part
    place = next((at for at, token in enumerate(part[1:], 1) if not _is_of_day(token)), len(part))
    return part[place:] if place > 1 else part


def _is_of_day(token: Token) -> bool:
    return token.low in DAYS or token.low[0].isdigit()


def _is_all_of_a_speaker(tokens: Sequence[Token], behind: Sequence[Token]) -> bool:
    """Whether a name stands behind "said" and nothing is said behind it: ", said Ida Roe of Ely, who led it"."""
    if not behind or not behind[0].capital:
        return False
    return behind[-1] is tokens[-1] or any(token.low in MARKS for token in behind)


def _speaker(before: Sequence[Token], behind: Sequence[Token], earlier: Sequence[Clause]) -> frozenset[str]:
    """Who says it: "according to her", "he said", "said the minister"; what is said stands behind a mark."""
    if behind and behind[0].low == "to":
        parts = _parts(behind[1:])
        named = parts[1] if len(parts) > 2 and all(token.capital for token in parts[1]) else []
        return _heads(_object(behind[1:])) | _heads(named)  # with the name in its apposition
    quoted = bool(earlier) or any(token.low in '“”"' for token in before)
    inverted = bool(behind) and (
        behind[0].capital or behind[0].low in DETERMINERS or "NOUN" in parts_of_speech(behind[0].low)
    )
    if quoted and before and before[-1].low in MARKS and inverted:
        return _heads(_object(behind))
    parts = [part for part in _parts(before) if part]
    if len(parts) > 1 and parts[-2][0].low in DETERMINERS and all(token.capital for token in parts[-1]):
        return _heads(parts[-2]) | _heads(parts[-1])  # "its director, Ida Roe, said"
    if earlier and before and before[-1].low == ",":  # behind an aside: "Bennett, who met Gantz, warned"
        return earlier[0].agents or earlier[0].patients
    if parts and parts[-1][-1].low in PRONOUNS:
        return frozenset()
    if len(parts) > 1 and not quoted:
        return frozenset().union(*(_heads(part) for part in parts))  # a name with its apposition
    return (_subject(parts[-1], ()) if len(parts) > 1 else frozenset()) or _subject(before, earlier)


def _carried(clause: Clause) -> frozenset[str]:
    """The subject that a verb without one of its own takes over: "accused him of hiding", "came and went"."""
    takes_object = clause.patients and clause.verbs & (CLAIMING | PLANNING | DENYING)
    return clause.patients if takes_object or not clause.agents else clause.agents


def _parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """What marks cut the tokens into."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.low in MARKS:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _last_phrase(tokens: Sequence[Token]) -> list[Token]:
    """What stands between the last link or mark and the verb."""
    link = max((place for place, token in enumerate(tokens) if token.low in _LINKS), default=-1)
    return _parts(tokens[link + 1 :])[-1]


def _first_phrase(tokens: Sequence[Token]) -> list[Token]:
    """The first part that is no adverbial ("In March, the ferry sank"); what follows it is an aside."""
    parts = [part for part in _parts(tokens) if part]
    return next((part for part in parts if part[0].low not in PREPOSITIONS), parts[0] if parts else [])


def _reach(behind: Sequence[Token]) -> Sequence[Token]:
    """What belongs to a verb of what stands behind it: up to a strong mark or a link."""
    for place, token in enumerate(behind):
        if token.low in _LINKS - {"and", "or"} or token.low in MARKS - {",", "“", "”", '"'}:
            return behind[:place]
    return behind


def _object(behind: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    for place, token in enumerate(behind):
        if token.low in MARKS or (token.low in PREPOSITIONS - _JOINED and (place or token.low not in _PARTICLES)):
            break
        found.append(token)
    return found


def _after_by(behind: Sequence[Token]) -> list[Token]:
    for place, token in enumerate(behind):
        if token.low == "by":
            return _object(behind[place + 1 :])
    return []


def _heads(tokens: Iterable[Token]) -> frozenset[str]:
    """The dictionary forms of the content words of a phrase, without what stands behind a preposition but "of"."""
    found: set[str] = set()
    for token in tokens:
        if found and token.low in PREPOSITIONS - _JOINED:
            break
        if token.low in PREPOSITIONS:
            continue
        if token.low not in STOP_WORDS and token.low not in MARKS and not token.low[0].isdigit():
            found |= {token.low} if token.capital else lemmas(token.low)
    return frozenset(found)


# -- certainty --------------------------------------------------------------------------------------


def _governed(
    chain: Sequence[str],
    before: Sequence[Token],
    sentence: Sequence[Token],
    earlier: Sequence[Clause],
    verb: Token,
) -> tuple[Certainty, bool]:
    """How sure the verb's deed is told, and whether a verb before it denies it."""
    link = [token.low for token in before]
    governor = earlier[-1] if earlier else None
    infinite = "to" in chain or verb.low.endswith("ing")
    held = governor is not None and ((infinite and len(before) <= 8) or "that" in link)
    words = {token.low for token in sentence[-12:]} | set(chain)
    if POSSIBLE & set(chain) or _DOUBT & words:
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
