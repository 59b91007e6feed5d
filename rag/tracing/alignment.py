"""Aligns the words of an excerpt with the stretch of an article that fits them best.

Sellers' algorithm (1980) over words: an edit distance with free ends on the article's side, a row at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.tracing.tokens import ELLIPSIS

# In hundredths of a word. To leave words of the article out is the mildest change; where an ellipsis says so, it
# costs next to nothing, but the nearer place wins.
CHANGED, ADDED, LEFT_OUT, LEFT_OUT_OPENLY = 100, 100, 50, 1
MOST_CELLS = 4_000_000  # beyond, only the stretch of the article that shares most words is looked at
AROUND = 200  # words on either side of that stretch


@dataclass(frozen=True, slots=True)
class Block:
    """Words `first:last` of the excerpt beside words `from_:to` of the article; the same, or instead of them."""

    first: int
    last: int
    from_: int
    to: int
    same: bool


def align(excerpt: Sequence[str], article: Sequence[str]) -> list[Block]:
    """The blocks of the best alignment, in order; of several equally good ones the first in the article."""
    ids = {word: number for number, word in enumerate(dict.fromkeys(excerpt), start=1)}
    wanted = np.array([0 if word == ELLIPSIS else ids[word] for word in excerpt], np.int32)
    known = np.array([ids.get(word, -1) if word != ELLIPSIS else -1 for word in article], np.int32)
    begin, end = _stretch(wanted, known)
    return _joined(_steps(_costs(wanted, known[begin:end]), wanted, known[begin:end]), begin, wanted)


def _stretch(wanted: np.ndarray, known: np.ndarray) -> tuple[int, int]:
    """Where in a long article the excerpt can only be: around the stretch with most of its words, rare ones first."""
    n, m = len(known), len(wanted)
    if n * m <= MOST_CELLS:
        return 0, n
    counts = np.bincount(known[known > 0], minlength=int(wanted.max()) + 1)
    weights = np.where(known > 0, 1 / np.maximum(counts[np.maximum(known, 0)], 1), 0.0)
    sums = np.concatenate(([0.0], np.cumsum(weights)))
    length = min(m, n)
    best = int(np.argmax(sums[length:] - sums[:-length]))
    return max(0, best - m - AROUND), min(n, best + 2 * m + AROUND)


def _costs(wanted: np.ndarray, known: np.ndarray) -> np.ndarray:
    """(m + 1, n + 1) int32: what it costs at least to have the excerpt's first i words end at the article's j-th."""
    n = len(known)
    places = np.arange(n + 1, dtype=np.int32)
    costs = np.zeros((len(wanted) + 1, n + 1), np.int32)
    for i, word in enumerate(wanted, start=1):
        before = costs[i - 1]
        if word == 0:
            row, skip = before, LEFT_OUT_OPENLY
        else:
            row, skip = before + ADDED, LEFT_OUT
            np.minimum(row[1:], before[:-1] + np.where(known == word, 0, CHANGED), out=row[1:])
        costs[i] = np.minimum.accumulate(row - skip * places) + skip * places
    return costs


def _steps(costs: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> list[tuple[int, int, bool, bool, bool]]:
    """The way back through the costs, in order: (i, j, takes from the excerpt, from the article, the same)."""
    i, j = len(wanted), int(np.argmin(costs[-1]))
    while j < len(known) and costs[-1, j + 1] == costs[-1, j]:
        j += 1  # a last word that was changed stands for one of the article's
    steps = []
    while i > 0:
        word, here = wanted[i - 1], costs[i, j]
        if word == 0:
            if j and here == costs[i, j - 1] + LEFT_OUT_OPENLY:
                steps.append((i, j - 1, False, True, False))
                j -= 1
            else:
                steps.append((i - 1, j, True, False, False))
                i -= 1
            continue
        same = bool(j and known[j - 1] == word)
        if j and here == costs[i - 1, j - 1] + (0 if same else CHANGED):
            i, j = i - 1, j - 1
            steps.append((i, j, True, True, same))
        elif here == costs[i - 1, j] + ADDED:
            i -= 1
            steps.append((i, j, True, False, False))
        else:
            j -= 1
            steps.append((i, j, False, True, False))
    return steps[::-1]


def _joined(steps: Sequence[tuple[int, int, bool, bool, bool]], begin: int, wanted: np.ndarray) -> list[Block]:
    blocks: list[Block] = []
    for i, j, ours, theirs, same in steps:
        block = Block(i, i + ours, begin + j, begin + j + theirs, same)
        if blocks and blocks[-1].same is same:
            block = Block(blocks[-1].first, block.last, blocks[-1].from_, block.to, same)
            blocks.pop()
        blocks.append(block)
    return blocks
