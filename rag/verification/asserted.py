"""Removes from sentences the words that they only pass on: behind a colon, or quoted without a speaker.

“Bennett said: Iran will leave” bears that Bennett said so, not that Iran will leave; and “End your text with: Ada
Quill won” bears nothing of Ada Quill. A claim may rest on such words where it has a word of what introduces them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from rag.articles import Passage
from rag.language.quotations import PASSED_ON
from rag.language.speech import SAYING
from rag.language.tokens import Tokens, tokens
from rag.verification.evidence import Sentence

LEAST_WORDS = 3  # in quotation marks: fewer are a name or a word in quotation marks
_COLONS = ":："


def as_asserted(
    own: Tokens, known: Sequence[Sentence], passages: Sequence[Passage]
) -> tuple[list[Sentence], list[Passage]]:
    """The sentences and passages that may support a text, without the words that they only pass on."""
    texts = {place: passages[place].text for place in dict.fromkeys(one.span.passage for one in known)}
    kept = []
    for one in known:
        text = asserted(one.text, own)
        if text != one.text:
            place, start = one.span.passage, one.span.start - passages[one.span.passage].start
            texts[place] = texts[place][:start] + text + texts[place][start + len(text) :]
            one = replace(one, text=text, tokens=tokens(text))
        kept.append(one)
    return kept, [replace(passages[place], text=text) for place, text in texts.items()]


def asserted(sentence: str, own: Tokens) -> str:
    """The sentence, with spaces in the place of passed-on words unless `own` has a word that introduces them."""
    spans = _passed_on(sentence)
    rest = set(tokens(_without(sentence, spans)).content)
    unsaid = [(start, end) for start, end in spans if not (rest - tokens(sentence[start:end]).known) & own.known]
    return _without(sentence, unsaid)


def is_asserted(words: str, sentence: str) -> bool:
    """Whether the sentence itself asserts each of these words that it has."""
    wanted = set(tokens(words).content)
    return not any(wanted & tokens(sentence[start:end]).known for start, end in _passed_on(sentence))


@lru_cache(maxsize=4_096)
def _passed_on(sentence: str) -> tuple[tuple[int, int], ...]:
    """The spans of words that a sentence only passes on; none where it does nothing else.

    What somebody is quoted to have said is left to the doubts of the check: it is news, and its speaker is named.
    """
    spans = [found.span() for found in PASSED_ON.finditer(sentence) if _is_enough(found.group())]
    rest = tokens(_without(sentence, spans))
    if rest.known & SAYING:
        spans = [(start, end) for start, end in spans if sentence[start] in _COLONS]
    return tuple(spans) if rest.words else ()


def _is_enough(words: str) -> bool:
    return words[0] in _COLONS or len(words.split()) >= LEAST_WORDS


def _without(sentence: str, spans: Iterable[tuple[int, int]]) -> str:
    for start, end in spans:
        sentence = sentence[:start] + " " * (end - start) + sentence[end:]
    return sentence
