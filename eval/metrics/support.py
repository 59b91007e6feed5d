"""A reply's sentences with their citations, and how well the cited text covers them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from eval.metrics.matching import without_markers
from eval.metrics.metric import Observation, kept
from eval.replies import Cited
from rag.language.dates import dates
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.quotations import quotations
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words

FACTUAL_WORDS = 6

_NUMBER = re.compile(r"\[(\d{1,3})\]")
_BEHIND_THE_STOP = re.compile(r"([.!?][”\"’')]*)((?:\s*\[\d{1,3}\])+)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, without markers, with its existing citations."""

    text: str
    citations: tuple[Cited, ...]


@kept
def sentences(one: Observation) -> tuple[Sentence, ...]:
    """The sentences of an answer: its statements, otherwise its text split into sentences; empty for a decline."""
    if not one.reply.answered:
        return ()
    known: dict[int, list[Cited]] = {}
    for cited in one.reply.citations:
        known.setdefault(cited.number, []).append(cited)
    stated = [(state.text, state.citations) for state in one.reply.statements] or _split(one.reply.text)
    return tuple(
        Sentence(without_markers(text), tuple(cited for number in numbers for cited in known.get(number, ())))
        for text, numbers in stated
    )


def paragraph(one: Observation, cited: Cited) -> str:
    """The line of the stored article that contains the quote; empty where the place does not exist."""
    text = one.texts[cited.article.id].text if cited.article.id in one.texts else ""
    if not 0 <= cited.start < cited.end <= len(text):
        return ""
    end = text.find("\n", cited.end)
    return text[text.rfind("\n", 0, cited.start) + 1 : end if end >= 0 else len(text)]


def published(one: Observation, cited: Cited) -> date | None:
    """The cited article's publication day, if known."""
    day = one.texts[cited.article.id].source.published if cited.article.id in one.texts else None
    try:
        return date.fromisoformat(day[:10]) if day else None
    except ValueError:
        return None


@lru_cache(maxsize=1 << 14)
def stems(text: str) -> frozenset[str]:
    """The stems of a text's content words."""
    return frozenset(map(stem, content_words(text)))


def cover(statement: str, texts: Iterable[str]) -> float:
    """The share of a statement's content words whose stems are in the texts."""
    wanted = stems(statement)
    had = frozenset[str]().union(*map(stems, texts))
    return len(wanted & had) / len(wanted) if wanted else 1.0


@lru_cache(maxsize=1 << 14)
def is_factual(sentence: str) -> bool:
    """Whether a sentence makes a checkable claim: it has a number, day, name or quotation, or many content words."""
    facts = (quantities(sentence), dates(sentence, None), names(sentence), quotations(sentence))
    return any(facts) or len(content_words(sentence)) >= FACTUAL_WORDS


def _split(text: str) -> list[tuple[str, tuple[int, ...]]]:
    text = _BEHIND_THE_STOP.sub(r"\2\1", text)
    parts = [text[start:end] for start, end in sentence_spans(text)]
    return [(part, tuple(map(int, _NUMBER.findall(part)))) for part in parts]
