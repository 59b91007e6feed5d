"""Compares an excerpt with one article: where it stands there, and how it was edited."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.language.certainty import reverses
from rag.language.opposites import CONTRARY_PREFIXES, CONTRARY_SUFFIXES
from rag.language.words import STOP_WORDS, pieces
from rag.tracing.alignment import Block, align
from rag.tracing.tokens import ELLIPSIS, Token, tokens

Kind = Literal["exact", "near", "edited"]

# Fixed on news articles of 2023, docs/measurements.md#trace: the share of the excerpt's words that must stand in the
# article in their order, the greater the fewer they are (as if one more were lost); how many of those must carry
# meaning, and how many follow one another.
LEAST_LIKENESS = 0.6
LEAST_CONTENT_WORDS = 3
LEAST_RUN = 3
LONG_WORD, LEAST_LONG_WORDS = 5, 0.4
FEWEST_WORDS = 4  # of an excerpt that may be found altered: of a shorter one too little is left to know it by

LEAST_FRAGMENT = 3  # letters of a word that is cut at an end of the excerpt
_OPENING = re.compile(r"[^\w\s]*$")
_CLOSING = re.compile(r"[^\w\s]*")
_SENTENCE_END = re.compile(r"[.!?…][\"'’”)\]]*\s|\n")


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the excerpt, and those of the article in whose place they stand; "" where there are none."""

    excerpt: str
    article: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is to be traced, and its words."""

    text: str
    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, text: str) -> Excerpt:
        """The excerpt of that text; the dots around it say only that it is one."""
        text = text.strip()
        found = tokens(text)
        while found and found[0].word == ELLIPSIS:
            del found[0]
        while found and found[-1].word == ELLIPSIS:
            del found[-1]
        return cls(text, tuple(found))

    @property
    def words(self) -> list[str]:
        return [token.word for token in self.tokens]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Characters `start:end` of the article are the excerpt's; `likeness` in 0–1 is the share that is unaltered."""

    kind: Kind
    start: int
    end: int
    edits: tuple[Edit, ...]
    likeness: float


def compare(excerpt: Excerpt, text: str) -> Comparison | None:
    """Where in the article's text the excerpt stands, at its best; None where it does not."""
    place = _verbatim(excerpt.text, text)
    if place is not None:
        return Comparison("exact", place, place + len(excerpt.text), (), 1.0)
    if not _shares_long_words(excerpt.text, text):
        return None
    theirs = tokens(text)
    if not theirs:
        return None
    blocks = _within_sentences(align(excerpt.words, [token.word for token in theirs]), theirs, text)
    blocks = [_as_variant(block, excerpt.tokens, theirs) for block in blocks]
    blocks = _with_cut_words(blocks, excerpt, theirs)
    return _comparison(blocks, excerpt, theirs, text)


def _verbatim(excerpt: str, text: str) -> int | None:
    """The offset of the excerpt's exact characters, not inside a longer word or number."""
    place = text.find(excerpt)
    while place >= 0:
        if not _is_within_word(text, place) and not _is_within_word(text, place + len(excerpt)):
            return place
        place = text.find(excerpt, place + 1)
    return None


def _is_within_word(text: str, place: int) -> bool:
    """Whether the offset is inside a word or a number: 1|,000."""
    before, after = text[max(0, place - 2) : place], text[place : place + 2]
    if not before or not after:
        return False
    if before[-1].isalnum() and after[0].isalnum():
        return True
    one, other = before[-1] + after, before + after[0]
    return any(len(run) == 3 and run[0].isdigit() and run[1] in ",." and run[2].isdigit() for run in (one, other))


def _shares_long_words(excerpt: str, text: str) -> bool:
    """Whether the text has the excerpt's long words at all; it spares most articles the alignment."""
    folded = text.casefold()
    long = {word for word in pieces(excerpt.casefold()) if len(word) >= LONG_WORD}
    return sum(word in folded for word in long) >= LEAST_LONG_WORDS * len(long) - 1  # one of few may be the altered


def _within_sentences(blocks: list[Block], theirs: Sequence[Token], text: str) -> list[Block]:
    """The blocks; of changed words at either end, only the article's words of the sentence that goes on count."""
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
    """The block, as the same words where only spaces or hyphens within them differ: cease-fire and ceasefire."""
    if block.same:
        return block
    one = "".join(token.word for token in ours[block.first : block.last])
    other = "".join(token.word for token in theirs[block.from_ : block.to])
    return Block(block.first, block.last, block.from_, block.to, one == other and not one.isdecimal())


def _with_cut_words(blocks: list[Block], excerpt: Excerpt, theirs: Sequence[Token]) -> list[Block]:
    """The blocks, a word that the excerpt cuts in the middle at its beginning or end taken as the article's.

    Not where what is left is its contrary, or another word.
    """
    if len(blocks) < 2:
        return blocks
    whole = list(blocks)
    for place in (0, len(blocks) - 1):
        block = blocks[place]
        if block.last - block.first == block.to - block.from_ == 1 and not block.same:
            token, word = excerpt.tokens[block.first], theirs[block.from_].word
            if place == 0:
                is_cut = token.start == 0 and word.endswith(token.word)
                is_cut &= word.removesuffix(token.word) not in CONTRARY_PREFIXES
            else:
                is_cut = token.end == len(excerpt.text) and word.startswith(token.word)
                is_cut &= not word.removeprefix(token.word).startswith(CONTRARY_SUFFIXES)
            if is_cut and token.word.isalpha() and len(token.word) >= LEAST_FRAGMENT:
                whole[place] = replace(block, same=True)
    return whole


def _comparison(blocks: Sequence[Block], excerpt: Excerpt, theirs: Sequence[Token], text: str) -> Comparison | None:
    standing = [block for block in blocks if block.to > block.from_]
    if not standing:
        return None
    behind = standing[-1].to
    if behind < len(theirs) and theirs[behind].word == "not" and theirs[behind].start == theirs[behind - 1].end:
        end = len(excerpt.tokens)  # "was" of "wasn't"
        blocks = [*blocks, Block(end, end, behind, behind + 1, False)]
        standing.append(blocks[-1])
    likeness = _likeness(blocks, excerpt.words)
    changed = [block for block in blocks if not block.same]
    edits = tuple(_edit(block, excerpt, theirs, text) for block in changed)
    open_only = all(_is_open(block, excerpt.tokens, theirs) for block in changed)
    if not open_only and not _is_known_by(blocks, excerpt.words, likeness):
        return None
    start, end = _with_marks(excerpt, text, theirs[standing[0].from_].start, theirs[standing[-1].to - 1].end)
    kind: Kind = "edited" if not open_only else "exact" if text[start:end] == excerpt.text else "near"
    return Comparison(kind, start, end, edits, likeness)


def _likeness(blocks: Sequence[Block], words: Sequence[str]) -> float:
    lost = 0.0
    for block in blocks:
        if not block.same:
            ours = sum(word != ELLIPSIS for word in words[block.first : block.last])
            openly = ELLIPSIS in words[block.first : block.last]
            theirs = 0 if openly else block.to - block.from_
            lost += max(ours, (ours + theirs) / 2)
    return max(0.0, 1 - lost / max(1, sum(word != ELLIPSIS for word in words)))


def _is_known_by(blocks: Sequence[Block], words: Sequence[str], likeness: float) -> bool:
    """Whether enough is unaltered to say that the excerpt is from this article and not only about the same matter."""
    if len(words) < FEWEST_WORDS or likeness < LEAST_LIKENESS + 1 / len(words):
        return False
    runs = [words[block.first : block.last] for block in blocks if block.same]
    content = {word for run in runs for word in run if word not in STOP_WORDS}
    return len(content) >= LEAST_CONTENT_WORDS and max(map(len, runs), default=0) >= LEAST_RUN


def _is_open(block: Block, ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether the excerpt marks the omission with an ellipsis, and no omitted word reverses what is said."""
    if any(token.word != ELLIPSIS for token in ours[block.first : block.last]) or block.first == block.last:
        return False
    return not any(reverses(token.word) for token in theirs[block.from_ : block.to])


def _edit(block: Block, excerpt: Excerpt, theirs: Sequence[Token], text: str) -> Edit:
    ours = _written(excerpt.text, excerpt.tokens[block.first : block.last])
    return Edit(ours, _written(text, theirs[block.from_ : block.to]))


def _written(text: str, run: Sequence[Token]) -> str:
    """The words as they are written, extended to whole tokens of the text: 5th, not 5."""
    if not run:
        return ""
    start, end = run[0].start, run[-1].end
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return " ".join(text[start:end].split())


def _with_marks(excerpt: Excerpt, text: str, start: int, end: int) -> tuple[int, int]:
    """The place with the marks before and behind it, as far as the excerpt has such marks too."""
    head = excerpt.tokens[0].start
    tail = len(excerpt.text) - excerpt.tokens[-1].end
    opening = _OPENING.search(text, max(0, start - head), start)
    closing = _CLOSING.match(text, end, min(len(text), end + tail))
    return (opening.start() if opening else start), (closing.end() if closing else end)
