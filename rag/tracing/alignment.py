"""Aligns the words of an excerpt with the part of an article that fits them best.

Sellers' algorithm (1980) over words, a row at a time: an edit distance that ignores the article before and after.
Libraries of edit distances (rapidfuzz) have neither free ends nor a lower cost at an ellipsis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.tracing.tokens import ELLIPSIS

# Costs in hundredths of a word. Leaving out words of the article costs least; where the excerpt marks the omission
# with an ellipsis, next to nothing, so that the nearest continuation wins.
CHANGED, ADDED, LEFT_OUT, LEFT_OUT_OPENLY = 100, 100, 50, 1
OPEN = 0  # the number of an ellipsis; words of the excerpt have greater ones, other words -1
MOST_CELLS = 4_000_000  # above, only the part of the article that shares most words is aligned
AROUND = 200  # words on either side of that part


@dataclass(frozen=True, slots=True)
class Block:
    """Words `first:last` of the excerpt aligned with words `from_:to` of the article; `same`: they are equal."""

    first: int
    last: int
    from_: int
    to: int
    same: bool


def align(excerpt: Sequence[str], article: Sequence[str]) -> list[Block]:
    """The blocks of the best alignment, in order; of several equally good ones the first in the article."""
    numbers = {word: number for number, word in enumerate(dict.fromkeys([ELLIPSIS, *excerpt]))}
    wanted = np.array([numbers[word] for word in excerpt], np.int32)
    known = np.array([numbers.get(word, -1) for word in article], np.int32)
    begin, end = _part(wanted, known)
    return _blocks(_costs(wanted, known[begin:end]), wanted, known[begin:end], begin)


def _part(wanted: np.ndarray, known: np.ndarray) -> tuple[int, int]:
    """The part of a long article to align: around the words that share most with the excerpt, rare ones first."""
    n, m = len(known), len(wanted)
    if n * m <= MOST_CELLS:
        return 0, n
    counts = np.bincount(known[known > OPEN], minlength=int(wanted.max()) + 1)
    weights = np.where(known > OPEN, 1 / np.maximum(counts[np.maximum(known, 0)], 1), 0.0)
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    length = min(m, n)
    best = int(np.argmax(sums[length:] - sums[:-length]))
    return max(0, best - m - AROUND), min(n, best + 2 * m + AROUND)


def _costs(wanted: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(m + 1, n + 1) int32: the least cost of aligning the excerpt's first i words so that they end at the j-th."""
    places = np.arange(len(known) + 1, dtype=np.int32)
    costs = np.zeros((len(wanted) + 1, len(places)), np.int32)
    for i, word in enumerate(wanted, start=1):
        before = costs[i - 1]
        if word == OPEN:
            row, skip = before, LEFT_OUT_OPENLY
        else:
            row, skip = before + ADDED, LEFT_OUT
            np.minimum(row[1:], before[:-1] + np.where(known == word, 0, CHANGED), out=row[1:])
        costs[i] = np.minimum.accumulate(row - skip * places) + skip * places
    return costs


def _blocks(costs: np.ndarray, wanted: np.ndarray, known: np.ndarray, begin: int) -> list[Block]:
    """Follows the least costs back from the end; `known` begins at the article's word `begin`."""
    i, j = len(wanted), int(np.argmin(costs[-1]))
    while j < len(known) and costs[-1, j + 1] == costs[-1, j]:
        j += 1  # a changed last word replaces one of the article's
    blocks: list[Block] = []
    while i > 0:
        is_open = wanted[i - 1] == OPEN
        can_pair = j > 0 and not is_open
        same = bool(can_pair and known[j - 1] == wanted[i - 1])
        paired = bool(can_pair and costs[i, j] == costs[i - 1, j - 1] + (0 if same else CHANGED))
        added = paired or bool(costs[i, j] == costs[i - 1, j] + (0 if is_open else ADDED))
        left_out = paired or not added
        block = Block(i - added, i, begin + j - left_out, begin + j, paired and same)
        if blocks and blocks[-1].same is block.same:
            block = Block(block.first, blocks[-1].last, block.from_, blocks.pop().to, block.same)
        blocks.append(block)
        i, j = i - added, j - left_out
    return blocks[::-1]
