"""How a statement frames what it tells: as false, as done or still to come, in coloured words. The checker calls it.

It objects where the evidence holds the same matter in another frame. Who is a side of it is read by `deeds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from rag.checking.clauses import Clause, clauses
from rag.checking.lexicon import same_word
from rag.checking.spelling import same_name
from rag.facts import names
from rag.lemmas import lemmas, parts_of_speech
from rag.sentences import sentence_spans
from rag.synonyms import are_synonyms
from rag.words import STOP_WORDS, content_words, pieces

_FALSEHOODS = r"false|untrue|incorrect|wrong|fabricated|baseless|unfounded|debunked|disproved|disproven|refuted"
_FALSE = re.compile(
    rf"\b(?:(?:is|are|was|were|been|as|proved|proven) (?:\w+ly )?(?:{_FALSEHOODS}|(?:an? )?(?:myth|lie|hoax))|"
    rf"false(?:ly)? (?:claim\w*|that|report\w*|rumou?r\w*)|no truth|contrary to|far from the truth|"
    rf"not (?:the case|true|correct|accurate)|n['’]t (?:the case|true|correct|accurate))\b",
    re.IGNORECASE,
)
_DOUBTED = re.compile(
    rf"\b(?:{_FALSEHOODS}|falsely|myth|lies?|hoax|no truth|contrary to|not true|den(?:y|ies|ied|ying)|dismiss\w*|"
    r"disput\w*|contradict\w*|reject\w*)\b",
    re.IGNORECASE,
)

# Words that colour a deed or a thing: whoever adds one accuses, excuses or makes more of it.
_COLOURS = frozenset(
    """secret covert clandestine illegal unlawful illicit unauthorised unauthorized deliberate intentional purposeful
    wilful willful knowing accidental mistaken inadvertent brutal violent vicious savage cruel ruthless merciless
    barbaric corrupt fraudulent dishonest forged fake counterfeit false wrongful forcible reluctant grudging voluntary
    unprecedented historic first-ever record-breaking single-handed groundless drunk drunken unarmed innocent fatal
    deadly lethal controversial disastrous catastrophic scandalous shameful disgraced unanimous indefinite permanent
    temporary unexpected peaceful nuclear chemical anonymous unsuccessful vain reckless careless negligent
    premeditated systematic indiscriminate unprovoked treacherous cowardly heroic triumphant miraculous mysterious
    suspicious shocking massive huge enormous tiny devastating aggressive hostile eager happy angry furious bitter
    gleeful desperate stubborn arrogant blatant cynical racist sexual unilateral repeated ongoing""".split()
)
_COPULA = re.compile(
    r"\b(?:is|are|was|were|been|became|becomes|become|becoming|remains?|remained|turned|turns|seen as|regarded as)\b"
)
_CALLED = re.compile(
    r"\b(?:is|are|was|were|became|becomes|become|remains?|remained) (?:now |still |once |also )?(?:an?|the) "
    r"(?P<what>(?:[a-z]+(?:-[a-z]+)* ){0,3}?[a-z]+)"
    r"(?= (?:to|for|of|in|on|at|from|with|against|who|which|that)\b|[.,;]|$)"
)
OTHER_WORD = 0.5  # cosine of two words, below which the one does not stand for the other
_MUTUAL = frozenset(  # who is one to another has one in him
    """rival ally neighbor neighbour partner friend enemy foe twin sibling brother sister cousin colleague relative
    competitor opponent teammate contemporary namesake husband wife spouse match""".split()
)


def objection(statement: str, evidence: str) -> str | None:
    """Why the evidence frames the statement's matter otherwise, for a reader; None where it does not."""
    own, theirs = clauses(statement), clauses(evidence)
    return (
        _told_false(statement, evidence)
        or _put_off(own, theirs)
        or _coloured(statement, pieces(evidence.lower()))
        or _changed_places(statement, evidence)
    )


def _told_false(statement: str, evidence: str) -> str | None:
    """ "It is false that …" where the sources doubt nothing."""
    told = _FALSE.search(statement)
    if told is None or _DOUBTED.search(evidence):
        return None
    return "its sources do not deny it"


def _put_off(own: Sequence[Clause], theirs: Sequence[Clause]) -> str | None:
    """What its sources tell as done, told as still to come."""
    for clause in own:
        same = [other for other in theirs if other.verbs & clause.verbs]
        if clause.planned and same and all(other.done for other in same):
            return "its sources tell it as done"
    return None


def _coloured(statement: str, theirs: Sequence[str]) -> str | None:
    """A word that accuses, excuses or makes more of what its sources tell without it."""
    known = frozenset(theirs)
    for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", statement):
        low = word.lower()
        base = _adjective(low)
        if base in _COLOURS and not _is_known({low, base}, known):
            return f"“{word}” is not in its sources"
    return None


def _adjective(word: str) -> str:
    """The adjective that an adverb is made of: secretly, legally, forcibly."""
    if not word.endswith("ly"):
        return word
    bare = word.removesuffix("ly")
    made_of = (bare, f"{bare}le", f"{bare[:-1]}y", bare.removesuffix("al"))
    return next((one for one in made_of if one in _COLOURS), bare)


def _is_known(words: Collection[str], known: Collection[str]) -> bool:
    return any(
        same_word(word, other) or are_synonyms(word, other) or (len(word) > 4 and other[:5] == word[:5])
        for word in words
        for other in known
    )


def _changed_places(statement: str, evidence: str) -> str | None:
    """What changed sides of "is" while what is said of it stayed: supplier of the one to the other."""
    here = next(_sides(statement), None)
    if here is None:
        return None
    called = _CALLED.search(statement) is not None
    for start, end in sentence_spans(evidence):
        if any(_are_swapped(here, there, called=called) for there in _sides(evidence[start:end])):
            return "its sources tell it the other way round"
    return None


def called_otherwise(statement: str, evidence: str, likeness: Callable[[str, Sequence[str]], float]) -> str | None:
    """What the statement says that something is, where its sources have no such word: "Iran is a burden".

    `likeness` is the greatest cosine of a word and some others.
    """
    found = _CALLED.search(statement)
    if found is None:
        return None
    noun = pieces(found["what"].lower())[-1]
    known = [word.lower() for word in content_words(evidence)]
    if not known or "NOUN" not in parts_of_speech(noun) or noun in STOP_WORDS or noun.isdigit():
        return None
    if _is_known({noun}, known) or likeness(noun, known) >= OTHER_WORD:
        return None
    return f"“{noun}” is not in its sources"


_Side = tuple[frozenset[str], frozenset[str]]  # names and other content words


def _sides(sentence: str) -> Iterator[tuple[_Side, _Side]]:
    """What stands before and behind each form of "be" or "become", in lower case."""
    for found in _COPULA.finditer(sentence):
        yield _side(sentence[: found.start()]), _side(sentence[found.end() :])


def _side(text: str) -> _Side:
    named = {piece.lower() for name in names(f"x {text}") for piece in pieces(name.text)}
    return frozenset(named), frozenset(
        form for word in content_words(text) if word.lower() not in named for form in lemmas(word.lower())
    )


def _are_swapped(here: tuple[_Side, _Side], there: tuple[_Side, _Side], *, called: bool) -> bool:
    """Whether the names changed sides; other words may have where the one is `called` something of the other."""
    (before, said_before), (behind, said_behind) = here
    (was_before, was_said_before), (was_behind, was_said_behind) = there
    named = _shares(before, was_behind, was_before) and _shares(behind, was_before, was_behind)
    told = said_before & was_said_behind - was_said_before and said_behind & was_said_before - was_said_behind
    turned = named or (called and bool(told))
    kept = (said_before & was_said_before - was_said_behind) | (said_behind & was_said_behind - was_said_before)
    return turned and bool(kept) and not kept & _MUTUAL


def _shares(mine: Collection[str], theirs: Collection[str], without: Collection[str]) -> bool:
    """Whether a name of mine is among theirs and not among the others."""
    return any(
        any(same_name(one, other) for other in theirs) and not any(same_name(one, other) for other in without)
        for one in mine
    )
