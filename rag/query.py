"""Questions as they are asked → what is being asked: words that can be read alone, and the kind of answer wanted.

The desk calls it before searching; the writers read what it found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.articles import Question, Turn, squeeze
from rag.language.names import names
from rag.language.outlets import is_outlet
from rag.language.words import WORD, content_words

Kind = Literal["who", "when", "where", "number", "why", "how", "yes_no", "what"]
Form = Literal["question", "summary", "comparison"]

_KINDS: tuple[tuple[str, Kind], ...] = (
    (r"how (many|much|long|far|old|often|big|large|deep|high|tall|fast|heavy|wide|soon)\b", "number"),
    (
        r"(what|which)([’']?s| is| was| were| are) (the )?([\w’'.-]+ ){0,4}(revenue|net worth|population|temperature|"
        r"budget|salary|turnout|death toll|toll|price|cost|margin|score|total|profit|magnitude)\b",
        "number",
    ),
    (
        r"(what|which) (\w+ )?(number|amount|sum|percentage|percent|share|distance|price|cost|age|toll)\b",
        "number",
    ),
    (
        r"(when\b|(what|which|on what|in what|on which|in which) (\w+ )?(day|date|year|month|time|week)\b)",
        "when",
    ),
    (r"what([’']?s| is| was| were| are) the ([\w’'.-]+ ){0,3}(date|year|day|time|month)\b", "when"),
    (r"(who|whom|whose|whos)\b", "who"),
    (r"(which|what) (\w+ )?(person|actor|actress|player|politician|minister|official|singer|author)\b", "who"),
    (
        r"(where\b|(what|which|in what|in which) (\w+ )?"
        r"(places?|cit(y|ies)|towns?|country|countries|regions?|provinces?|areas?|parts?|location|site)\b)",
        "where",
    ),
    (r"(why\b|for what reason|how come\b|what (\w+ )?(reasons?|cause[ds]?|prompted|led|drove|explains?)\b)", "why"),
    (r"how\b", "how"),
    (r"(what|which)\b", "what"),
)
_KEYWORDS: tuple[tuple[str, Kind], ...] = (  # of a question with no question word
    (r"(location|venue|address|whereabouts)", "where"),
    (r"(date|year)", "when"),
    (r"(number|price|cost|total|amount|percentage|age|(death )?toll|score|turnout|population)", "number"),
    (r"(winners?|leader|ceo|president|champions?|suspect|gunman|victims?)$", "who"),
    (r"(reasons?|causes?)", "why"),
)
_YES_NO = re.compile(
    r"^(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|isn't|aren't|didn't)\b"
)
_OPENING = re.compile(r"^((and|but|so|ok|okay|then|also|well|now|thanks|please)\b[\s,]*)+", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|one|ones|same|else)\b",
    re.IGNORECASE,
)
_POINTS_AT_THE_ANSWER = re.compile(r"\b(that|this|it|so)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(he|she|him|her|his|hers|it|its|they|them|their|theirs)\b", re.IGNORECASE)
_PERSON = {"he", "she", "him", "her", "his", "hers"}
_POSSESSIVE = {"his", "hers", "its", "their", "theirs"}
_JOINED = re.compile(
    r"\s*[,;?]?\s+and\s+(?=(?:(?:in|on|at|from|by|over|for|to|of|with)\s+)?(?:how|what|who|whom|whose|when|where|why|which)\b)"
    r"|(?<=\?)\s+(?=\w)",
    re.IGNORECASE,
)
_PREAMBLE = re.compile(
    r"^[^?:“\"]{3,60}:\s+(?=(?:in\s+)?(?:who|whom|whose|what|which|when|where|why|how)\b)", re.IGNORECASE
)
_PROVISO = re.compile(
    r",?\s+if\s+(?:the\s+)?(?:articles?|reports?|papers?)\s+(?:say|tell|know|mention)\w*(?:\s+so)?\b", re.IGNORECASE
)
_TAKES_PLACE = re.compile(r"\b(?:take|took|taken|taking) place\b", re.IGNORECASE)
_SUMMARY = re.compile(
    r"^(?:please\s+|(?:can|could|would) you\s+(?:please\s+)?)?"
    r"(?:summari[sz]e|sum up|recap|brief me on|(?:give|show|tell) me\s+(?:a |an |the )?(?:\w+ )?"
    r"(?:summary|overview|recap|rundown|latest|news)|(?:summary|overview|recap|rundown|latest|news)(?=\s+(?:of|on|about))|"
    r"what(?:[’']?s| is) (?:the )?(?:latest|new|news))\b\s*"
    r"(?:(?:the|all|latest|recent|current|of|on|about|from|in|with|around|regarding)\s+|"
    r"(?:news|reports?|reporting|coverage|articles?|stor(?:y|ies)|developments?)\s+)*(?P<topic>.+?)[\s.?!]*$",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"^(?:please\s+)?(?:(?:compare|contrast)\s+(?:what\s+|how\s+)?|(?:what|how) (?:do|does|did)\s+)"
    r"(?P<outlets>.+?)\s+"
    r"(?:say|said|report|reported|write|wrote|cover|covered|tell|differ|told|coverage|reporting)\w*\s+"
    r"(?:(?:about|on|of|over)\s+)?(?P<topic>.+?)[\s.?!]*$",
    re.IGNORECASE,
)
_BETWEEN_OUTLETS = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|with|to|versus|vs\.?|against)\s+", re.IGNORECASE)
_QUESTION_WORD = re.compile(
    r"^(?:who|whom|whose|what|which|when|where|why|how(?: (?:many|much|long|far|old|often))?)\b\s*", re.IGNORECASE
)
_BARE = re.compile(
    r"^(?P<asks>when|where|why|how(?: many| much| long| far| often)?|who)(?:\s+(?:exactly|was (?:that|it|this)|"
    r"is (?:that|it)|did (?:that|it|this) happen|so|then))?\s*\?*$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"^(?:(?:what|how) about\s+)?(?P<where>(?:in|at|on|for|by|from|to)\s+[A-Z]?.{2,40}?)\s*\?*$", re.IGNORECASE
)
_MARKER = re.compile(r"\s*\[\d+\]")
_SHORT_FOLLOW_UP_WORDS = 4
_ANSWER_CONTEXT_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """What is being asked.

    `text` is the question itself with what its pronouns stand for; `context` the earlier words that a follow-up
    leans on (empty for a question that stands alone); `query` both, as they are searched for. Of a summary, and of a
    comparison of `outlets`, `text` is the topic.
    """

    question: Question
    text: str
    context: str
    kind: Kind
    form: Form = "question"
    outlets: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        return f"{self.context} {self.text}".strip()

    @property
    def queries(self) -> tuple[str, ...]:
        """What is searched for: the query, and where several things are asked in one, each of them too."""
        parts = self.parts
        return (self.query, *(part.query for part in parts)) if len(parts) > 1 else (self.query,)

    @property
    def last_answer(self) -> str:
        """The answer that a follow-up leans on, without its markers; empty where the question stands alone."""
        return _MARKER.sub("", _last(self.question.history, "assistant")) if self.context else ""

    @property
    def parts(self) -> tuple[ParsedQuestion, ...]:
        """The questions that are asked in one: "Who won, and when was it?" is two, the second read with the first."""
        texts = _JOINED.split(self.text)
        if len(texts) == 1:
            return (self,)
        first = replace(self, text=texts[0], kind=kind_of(texts[0]))
        rest = (self._with(texts[0], text) for text in texts[1:])
        return (first, *rest)

    def _with(self, first: str, text: str) -> ParsedQuestion:
        """A question that is joined to another; one with no words of its own asks again what the first asks."""
        if len(content_words(text)) <= 1:
            return replace(self, text=f"{first} {text}", kind=kind_of(text))
        return replace(self, text=_resolve(text, first, ""), context=first, kind=kind_of(text))


def understand(question: Question) -> ParsedQuestion:
    """The question made readable alone, from its history where it has one and needs it."""
    text = _TAKES_PLACE.sub("happen", _PROVISO.sub("", _PREAMBLE.sub("", squeeze(question.text))))
    if request := _request(question, text):
        return request
    if not question.history or not _leans_back(text):
        return ParsedQuestion(question, text, "", kind_of(text))
    place = max((place for place, turn in enumerate(question.history) if turn.role == "user"), default=0)
    before = replace(question, text=question.history[place].content, history=question.history[:place])
    earlier, answer = understand(before).text, _MARKER.sub("", _last(question.history, "assistant"))
    bare = _OPENING.sub("", text)
    if asked_anew := _asked_anew(bare, earlier):
        return ParsedQuestion(question, asked_anew, earlier, kind_of(asked_anew))
    resolved = _resolve(bare, earlier, answer)
    about_the_answer = resolved == bare and _POINTS_AT_THE_ANSWER.search(bare) is not None
    context = answer[:_ANSWER_CONTEXT_CHARACTERS] if about_the_answer and answer else earlier
    kind = kind_of(bare)
    return ParsedQuestion(
        question, resolved, context, kind_of(earlier) if _is_elliptic(bare) and kind == "what" else kind
    )


def _request(question: Question, text: str) -> ParsedQuestion | None:
    """A request for a summary, or for a comparison of outlets; None for any other question."""
    if comparison := _COMPARISON.match(text):
        outlets = tuple(part for part in _BETWEEN_OUTLETS.split(comparison["outlets"]) if part)
        if len(outlets) > 1 and all(map(is_outlet, outlets)):
            return ParsedQuestion(question, comparison["topic"], "", "what", "comparison", outlets)
    summary = _SUMMARY.match(text)
    return ParsedQuestion(question, summary["topic"], "", "what", "summary") if summary else None


def _asked_anew(text: str, earlier: str) -> str | None:
    """The earlier question with another question word ("When?") or of another place ("And in Homs?"); else None."""
    told = _QUESTION_WORD.sub("", earlier)
    if bare := _BARE.match(text):
        return f"{bare['asks']} {told}"
    if elsewhere := _ELSEWHERE.match(text):
        preposition = elsewhere["where"].split()[0]
        kept = re.sub(rf"\s\b{preposition}\s+(?:the\s+)?[A-Z][\w’'-]*(?:\s[A-Z][\w’'-]*)*", "", earlier)
        return f"{kept.rstrip(' ?')} {elsewhere['where']}?"
    return None


def kind_of(text: str) -> Kind:
    """The kind of answer that a question wants, from its question word wherever it stands."""
    lower = _OPENING.sub("", text).lower()
    if _YES_NO.match(lower):
        return "yes_no"
    return _first(_KINDS, lower) or _first(_KEYWORDS, lower) or "what"


def _first(kinds: Sequence[tuple[str, Kind]], text: str) -> Kind | None:
    """The kind whose pattern is met first in the text; of those met at one place, the first of the table."""
    found = [
        (match.start(), order, kind)
        for order, (pattern, kind) in enumerate(kinds)
        if (match := re.search(rf"\b{pattern}\b", text))
    ]
    return min(found)[2] if found else None


def _leans_back(text: str) -> bool:
    return bool(_OPENING.match(text) or _POINTS_BACK.search(text) or _is_elliptic(text))


def _is_elliptic(text: str) -> bool:
    return len(WORD.findall(text)) <= _SHORT_FOLLOW_UP_WORDS


def _last(history: Sequence[Turn], role: str) -> str:
    return next((squeeze(turn.content) for turn in reversed(history) if turn.role == role), "")


def _resolve(text: str, earlier: str, answer: str) -> str:
    """The text with its first personal pronoun replaced by the name it most likely stands for."""
    pronoun = _PERSONAL.search(text)
    if pronoun is None:
        return text
    word = pronoun.group().lower()
    asked, answered = ([name.text for name in names(one)] for one in (earlier, answer))
    said = asked or answered
    if word in _PERSON:
        who = [name for name in answered if name not in asked] if kind_of(earlier) == "who" else []
        said = [name for name in (*who, *asked, *answered) if " " in name] or said
    if not said:
        return text
    name = f"{said[0]}'s" if word in _POSSESSIVE else said[0]
    return text[: pronoun.start()] + name + text[pronoun.end() :]
