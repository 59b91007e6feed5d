"""Which sentence of the evidence is nearest to a statement in words. Called inside the room."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.checking.lexicon import same_word
from rag.checking.spelling import same_name
from rag.sentences import sentence_spans
from rag.synonyms import are_synonyms
from rag.words import content_words


def nearest_sentence(statement: str, evidence: str, without: Collection[str] = ()) -> str:
    """The sentence of the evidence that shares the most words with the statement, those left out aside."""
    sentences = [evidence[start:end] for start, end in sentence_spans(evidence)]
    mine = [word for word in content_words(statement) if word.lower() not in without]
    return max(sentences, key=lambda one: shared(mine, content_words(one)), default="")


def shared(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """How many of my words are said there, in another form or by a synonym as well."""
    return sum(any(_is_said(word.lower(), other.lower()) for other in theirs) for word in mine)


def _is_said(one: str, other: str) -> bool:
    return same_name(one, other) or same_word(one, other) or are_synonyms(one, other)
