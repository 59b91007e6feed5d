"""Compares an excerpt with one article: where it is in the article, and how it was edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.articles import squeeze
from rag.language.certainty import reverses
from rag.language.opposites import CONTRARY_PREFIXES, CONTRARY_SUFFIXES
from rag.language.words import STOP_WORDS, pieces
from rag.tracing.alignment import Block, align
from rag.tracing.tokens import ELLIPSIS, Token, tokens

Kind = Literal["exact", "near", "edited"]

# Fixed on news articles of 2023, docs/measurements.md#trace: the least share of the excerpt's words that the article
# must have in their order (a short excerpt needs more: as if one more word were lost), the least number of different
# content words among them, and the least run of them.
LEAST_LIKENESS = 0.6
LEAST_CONTENT_WORDS = 3
LEAST_RUN = 3
LONG_WORD, LEAST_LONG_WORDS = 5, 0.4
FEWEST_WORDS = 4  # an altered excerpt with fewer words cannot be recognized

LEAST_FRAGMENT = 3  # letters of a word that is cut at an end of the excerpt
_OPENING = re.compile(r"[^\w\s]*$")
_CLOSING = re.compile(r"[^\w\s]*")
_SENTENCE_END = re.compile(r"[.!?…][\"'’”)\]]*\s|\n")
_WITHIN_WORD = re.compile(r"(?<=[^\W_])(?=[^\W_])|(?<=\d)(?=[.,]\d)|(?<=\d[.,])(?=\d)")  # or number: 1|,000


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the excerpt and the article's words that they replace; "" where words were added or left out."""

    excerpt: str
    article: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """An excerpt to trace, with its tokens."""

    text: str
    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, text: str) -> Excerpt:
        """Tokenizes an excerpt; an ellipsis at either end is left out."""
        text = text.strip()
        found = tokens(text)
        while found and found[0].word == ELLIPSIS:
            del found[0]
        while found and found[-1].word == ELLIPSIS:
            del found[-1]
        return cls(text, tuple(found))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The excerpt is `start:end` of the article's text; `likeness`, 0–1, is the share of it that is unaltered."""

    kind: Kind
    start: int
    end: int
    edits: tuple[Edit, ...]
    likeness: float


def compare(excerpt: Excerpt, text: str) -> Comparison | None:
    """Finds the excerpt's best match in an article's text; None where it has none."""
    place = _verbatim(excerpt.text, text)
    if place is not None:
        return Comparison("exact", place, place + len(excerpt.text), (), 1.0)
    if not _shares_long_words(excerpt.text, text):
        return None
    theirs = tokens(text)
    aligned = align([token.word for token in excerpt.tokens], [token.word for token in theirs])
    blocks = [_as_variant(block, excerpt.tokens, theirs) for block in _within_sentences(aligned, theirs, text)]
    if len(blocks) > 1:
        blocks[0] = _as_cut_word(blocks[0], excerpt, theirs, at_end=False)
        blocks[-1] = _as_cut_word(blocks[-1], excerpt, theirs, at_end=True)
    return _comparison(blocks, excerpt, theirs, text)


def _verbatim(excerpt: str, text: str) -> int | None:
    """The offset of the excerpt's exact characters, not inside a longer word or number."""
    place = text.find(excerpt)
    while place >= 0:
        if not _WITHIN_WORD.match(text, place) and not _WITHIN_WORD.match(text, place + len(excerpt)):
            return place
        place = text.find(excerpt, place + 1)
    return None


def _shares_long_words(excerpt: str, text: str) -> bool:
    """Whether the text has enough of the excerpt's long words: a quick test before the alignment."""
    folded = text.casefold()
    long = {word for word in pieces(excerpt.casefold()) if len(word) >= LONG_WORD}
    return sum(word in folded for word in long) >= LEAST_LONG_WORDS * len(long) - 1  # one may be the altered word


def _within_sentences(blocks: list[Block], theirs: Sequence[Token], text: str) -> list[Block]:
    """Cuts the article's words of a changed block at either end of the excerpt to the sentence that goes on."""
    if len(blocks) < 2:
        return blocks
    first, last = blocks[0], blocks[-1]
    if not first.same:
        ends = [i for i in range(first.from_ + 1, first.to + 1) if _ends_sentence(theirs, i, text)]
        blocks[0] = replace(first, from_=ends[-1]) if ends else first
    if not last.same:
        ends = [i for i in range(last.from_, last.to) if _ends_sentence(theirs, i, text)]
        blocks[-1] = replace(last, to=ends[0]) if ends else last
    return blocks


def _ends_sentence(theirs: Sequence[Token], place: int, text: str) -> bool:
    """Whether a sentence ends between the tokens before and at a place."""
    return _SENTENCE_END.search(text, theirs[place - 1].end, theirs[place].start + 1) is not None


def _as_variant(block: Block, ours: Sequence[Token], theirs: Sequence[Token]) -> Block:
    """Marks a block as the same where only spaces or hyphens within words differ: cease-fire and ceasefire."""
    if block.same:
        return block
    one = "".join(token.word for token in ours[block.first : block.last])
    other = "".join(token.word for token in theirs[block.from_ : block.to])
    return replace(block, same=one == other and not one.isdecimal())


def _as_cut_word(block: Block, excerpt: Excerpt, theirs: Sequence[Token], *, at_end: bool) -> Block:
    """Marks the first or last block as the same where the excerpt begins or ends inside a word of the article.

    Not where the cut leaves the word's contrary.
    """
    if block.same or not block.last - block.first == block.to - block.from_ == 1:
        return block
    token, word = excerpt.tokens[block.first], theirs[block.from_].word
    if at_end:
        is_cut = token.end == len(excerpt.text) and word.startswith(token.word)
        is_cut &= not word.removeprefix(token.word).startswith(CONTRARY_SUFFIXES)
    else:
        is_cut = token.start == 0 and word.endswith(token.word)
        is_cut &= word.removesuffix(token.word) not in CONTRARY_PREFIXES
    return replace(block, same=is_cut and token.word.isalpha() and len(token.word) >= LEAST_FRAGMENT)


def _comparison(blocks: list[Block], excerpt: Excerpt, theirs: Sequence[Token], text: str) -> Comparison | None:
    in_article = [block for block in blocks if block.to > block.from_]
    if not in_article:
        return None
    begin, end = in_article[0].from_, in_article[-1].to
    if end < len(theirs) and theirs[end].word == "not" and theirs[end].start == theirs[end - 1].end:
        blocks.append(Block(len(excerpt.tokens), len(excerpt.tokens), end, end + 1, False))  # "was" of "wasn't"
        end += 1
    words = [token.word for token in excerpt.tokens]
    likeness = _likeness(blocks, words)
    changed = [block for block in blocks if not block.same]
    is_edited = not all(_is_open(block, words, theirs) for block in changed)
    if is_edited and not _is_recognizable(blocks, words, likeness):
        return None
    edits = tuple(
        Edit(
            _written(excerpt.text, excerpt.tokens[block.first : block.last]),
            _written(text, theirs[block.from_ : block.to]),
        )
        for block in changed
    )
    start, stop = _with_marks(excerpt, text, theirs[begin].start, theirs[end - 1].end)
    kind: Kind = "edited" if is_edited else "exact" if text[start:stop] == excerpt.text else "near"
    return Comparison(kind, start, stop, edits, likeness)


def _likeness(blocks: Sequence[Block], words: Sequence[str]) -> float:
    lost = 0.0
    for block in blocks:
        if not block.same:
            ours = sum(word != ELLIPSIS for word in words[block.first : block.last])
            is_open = ELLIPSIS in words[block.first : block.last]
            theirs = 0 if is_open else block.to - block.from_
            lost += max(ours, (ours + theirs) / 2)
    return max(0.0, 1 - lost / max(1, sum(word != ELLIPSIS for word in words)))


def _is_recognizable(blocks: Sequence[Block], words: Sequence[str], likeness: float) -> bool:
    """Whether enough is unaltered to say that the excerpt is from this article, not only about the same event."""
    if len(words) < FEWEST_WORDS or likeness < LEAST_LIKENESS + 1 / len(words):
        return False
    runs = [words[block.first : block.last] for block in blocks if block.same]
    content = {word for run in runs for word in run if word not in STOP_WORDS}
    return len(content) >= LEAST_CONTENT_WORDS and max(map(len, runs), default=0) >= LEAST_RUN


def _is_open(block: Block, words: Sequence[str], theirs: Sequence[Token]) -> bool:
    """Whether the excerpt marks the omission with an ellipsis, and no omitted word reverses the meaning."""
    if set(words[block.first : block.last]) != {ELLIPSIS}:
        return False
    return not any(reverses(token.word) for token in theirs[block.from_ : block.to])


def _written(text: str, run: Sequence[Token]) -> str:
    """The words as they are written, extended to whole words of the text: 5th, not 5."""
    if not run:
        return ""
    start, end = run[0].start, run[-1].end
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return squeeze(text[start:end])


def _with_marks(excerpt: Excerpt, text: str, start: int, end: int) -> tuple[int, int]:
    """Extends the match by the punctuation around it, as far as the excerpt has punctuation there too."""
    head = excerpt.tokens[0].start
    tail = len(excerpt.text) - excerpt.tokens[-1].end
    opening = _OPENING.search(text, max(0, start - head), start)
    closing = _CLOSING.match(text, end, min(len(text), end + tail))
    return (opening.start() if opening else start), (closing.end() if closing else end)
