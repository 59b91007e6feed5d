"""What a question asks of its subject ("founded", "executive", "won"), whose words, and which names it spells small.

The relevance of sentences calls it: a sentence that speaks of the subject and not of these does not answer.
"""

from __future__ import annotations

import re

from rag.language.lemmas import lemmas, parts_of_speech, verb_lemmas
from rag.language.names import names
from rag.language.synonyms import are_forms, are_synonyms
from rag.language.words import STOP_WORDS, pieces
from rag.query import ParsedQuestion

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_QUESTION_WORDS = frozenset("who whom whose what which when where why how whos whats".split())
_BASE_BEHIND = frozenset("do does did can could will would should may might must to".split())
_PARTICIPLE_BEHIND = frozenset("is are was were be been being has have had".split())
_OF_A_NOUN = frozenset("the a an its his her their this that these those of".split())
_ROLE = re.compile(
    r"\b(?:who|what)(?:[’']?s|\s+(?:is|was|are|were))\s+(?:(?:the|a|an|its|their)\s+)?(?P<role>.+?)"
    r"(?=\s+(?:of|in|for|at|on|from|to|with|as|that|who|by|near|after|before|during)\b|[?.,]|$)",
    re.IGNORECASE,
)
_ROLES_IN_CAPITALS = frozenset({"CEO", "CFO", "COO", "PM", "GDP"})
_NO_ROLES = frozenset("due likely expected set about able".split())
# Words that say nothing of what is asked for: whatever answers speaks of it in other ones
_EMPTY = frozenset(
    """date year day time name location place number amount total type kind aim goal purpose reason cause word result
    effect role part way difference position view opinion situation state status carry take make hold get go come do
    have give put set keep bring turn use happen call""".split()
)
_TRAILING = re.compile(r"\b(\w+(?:ed|ing|en))\s+(?:for|about|as|on|to|with|by|from)\s*\?*$", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow many\s+((?:[\w-]+\s*){1,5})", re.IGNORECASE)
_HEADED = re.compile(r"^(?:the\s+)?(\w+)\s+of\s+\w", re.IGNORECASE)
_SPEECH = re.compile(
    r"\bwhat\s+(?:did|does|do|has|have|was|were|is)\s+(?P<who>.+?)[’']?s?\s+"
    r"(?:say|tell|told|announce|warn|claim|promise|comment|reply|respond|react|said|reaction|response|comment|answer|"
    r"write|argue|admit|ask|call|think|demand|reactions)\b",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    r"\b(?:said|says?|told|tells|adds?|added|warn\w*|announc\w+|claim\w*|promis\w+|comment\w*|repl\w+|respon\w+|react\w*|"
    r"wrote|argu\w+|admit\w+|according|insist\w*|accus\w+|call\w*|conced\w+|den(?:y|ies|ied)|reject\w*|stated|stress\w*|"
    r"critici\w+|condemn\w*|welcom\w+|prais\w+|urg\w+|demand\w*|declar\w+|believ\w+|contend\w*|reveal\w*|vow\w*|pledg\w+|"
    r"statement|quoted|describ\w+|thank\w*|ask\w*|acknowledg\w+|confirm\w*|maintain\w*)\b|[“\"]",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[a-z][.!?])\s+(?=[A-Z“\"])")
SPEAKER_WORDS = 6


def role_words(question: str) -> tuple[str, ...]:
    """The words that make a role another one: "prime" of a prime minister, "interior" of an interior minister."""
    role = _ROLE.search(question) or _SPEECH.search(question)
    if role is None or ("who" in role.groupdict() and role["who"][:1].isupper()):
        return ()
    words = [word.lower() for word in _WORD.findall(role[1])]
    found = (part for role_word, part in zip(words[1:], words, strict=False) if role_word in _PARTED_ROLES)
    return tuple(part for part in found if part not in STOP_WORDS and part in _PARTS)


_PARTED_ROLES = frozenset("minister ministers secretary executive officer director".split())
_PARTS = frozenset(
    """prime deputy interior foreign defense defence finance energy health education justice transport environment
    chief trade economy labour labor culture vice""".split()
)


def predicate(asked: ParsedQuestion) -> str:
    """The word, in lower case, without which nothing answers: a role asked after, else what who or when is asked of.

    Empty where there is none: a misspelt word, one in two parts or one of little meaning is none.
    """
    word, is_role = _counted_or_headed(asked.text) or _predicate(asked.text)
    sharp = is_role or asked.kind in ("who", "when")
    known = "-" not in word and bool(parts_of_speech(word)) and not (lemmas(word) | {word}) & _EMPTY
    return word if sharp and known else ""


def _counted_or_headed(question: str) -> tuple[str, bool] | None:
    """What is counted ("how many doctors"), or what a question in key words asks of something ("salary of the")."""
    counted = _HOW_MANY.search(question)
    if counted is None:
        headed = _HEADED.match(question)
        return (headed[1].lower(), True) if headed and "NOUN" in parts_of_speech(headed[1].lower()) else None
    for word in _WORD.findall(counted[1].lower()):
        known = parts_of_speech(word)
        if word in _BASE_BEHIND | _PARTICIPLE_BEHIND | STOP_WORDS or (known and not known & {"NOUN", "ADJ", "PROPN"}):
            break
        if _is_plural(word):
            return word, True
    return None


def _predicate(question: str) -> tuple[str, bool]:
    """The word that says what is asked of the subject, and whether it is a role."""
    trailing = _TRAILING.search(question)
    if trailing is not None and verb_lemmas(trailing[1].lower()) and trailing[1].lower() not in STOP_WORDS:
        return str(trailing[1]).lower(), False
    parts = (part for name in names(question) for part in pieces(name.text))
    named = {part.lower() for part in parts if part not in _ROLES_IN_CAPITALS}
    role = _ROLE.search(question)
    head = [word for word in _WORD.findall(role["role"].lower()) if _means(word, named)] if role else []
    if head and head[-1] not in _NO_ROLES and parts_of_speech(head[-1]) >= {"NOUN"}:
        return str(head[-1]), True
    return _verb(question, named), False


def _verb(question: str, named: set[str]) -> str:
    """The main verb: in the form that its auxiliary asks for, else the first word that can only be a verb."""
    words: list[str] = [word.lower() for word in _WORD.findall(question)]
    helper = ""
    begun = False
    for place, word in enumerate(words):
        begun = begun or word in _QUESTION_WORDS
        if word in _BASE_BEHIND or word in _PARTICIPLE_BEHIND:
            helper = word
            continue
        forms = verb_lemmas(word)
        if not _means(word, named) or not forms or (place and words[place - 1] in _OF_A_NOUN):
            continue
        base = word in forms
        only_a_verb = parts_of_speech(word) == {"VERB"}
        if helper in _BASE_BEHIND and base and (only_a_verb or place - words.index(helper) > 1):
            return word
        if helper in _PARTICIPLE_BEHIND and (not base or only_a_verb) and not _is_plural(word):
            return word
        if not helper and (only_a_verb or (begun and not base and not _is_plural(word))):
            return word
    return ""


def _is_plural(word: str) -> bool:
    return word.endswith("s") and "NOUN" in parts_of_speech(word)


def _means(word: str, named: set[str]) -> bool:
    return word not in STOP_WORDS and word not in named and not word[0].isdigit() and len(word) > 2


def speaker(question: str) -> str:
    """Whose words are asked for, in lower case: Orban's in "what did Orban say", the minister's; else empty."""
    found = _SPEECH.search(question)
    words = [word.lower() for word in pieces(found["who"]) if word.lower() not in STOP_WORDS] if found else []
    return words[-1] if words else ""


def speaks(who: str, text: str) -> bool:
    """Whether someone stands beside a word of speech in a sentence of the text."""
    return any(_speaks_there(who, sentence) for sentence in _SENTENCE_END.split(text))


def _speaks_there(who: str, text: str) -> bool:
    words = list(_WORD.finditer(text))
    parts = [pieces(word.group().lower()) for word in words]
    places = [place for place, own in enumerate(parts) if any(_is_speaker(who, part) for part in own)]
    said = [sum(1 for word in words if word.start() < match.start()) for match in _SPEAKS.finditer(text)]
    return any(abs(place - spoken) <= SPEAKER_WORDS for place in places for spoken in said)


def _is_speaker(who: str, word: str) -> bool:
    if who == word:
        return True
    return "NOUN" in parts_of_speech(who) and (are_forms(who, word) or are_synonyms(who, word))


def unknown_words(question: str) -> tuple[str, ...]:
    """The words in lower case that no dictionary knows, nor their ends ("airstrikes"): names, or misspelt."""
    return tuple(
        word
        for word in dict.fromkeys(pieces(question))
        if word.islower() and word.isalpha() and len(word) > 3 and word not in STOP_WORDS | _NOT_IN_DICTIONARIES
        if not any(parts_of_speech(word[place:]) for place in (0, *range(3, len(word) - 3)))
    )


_NOT_IN_DICTIONARIES = frozenset(
    """whos whats wheres whens hows didnt doesnt isnt wasnt despite three four five seven eight nine monday tuesday
    wednesday thursday friday saturday sunday january february april june july august september october november
    december northern southern eastern western""".split()
)
