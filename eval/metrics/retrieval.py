"""Metrics of the passages found: recall of the evidence, near duplicates, outlets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial

from eval.metrics.matching import plain
from eval.metrics.metric import Metric, Observation, kept
from eval.replies import Retrieved

CUTS = (4, 10)
BUDGETS_WORDS = (1_000, 2_000, 4_000)
SHINGLE_WORDS = 3
NEAR_DUPLICATE = 0.8
ADJACENT_CHARACTERS = 4  # white space between two paragraphs; shorter than any sentence

_WORD = re.compile(r"\S+")


def evidence_recall(one: Observation, k: int) -> float | None:
    """The share of the evidence's sentences in the first k passages."""
    found = _found(one, k, None)
    return sum(found) / len(found) if found else None


def complete(one: Observation, k: int) -> float | None:
    """Whether all evidence is in the first k passages."""
    found = _found(one, k, None)
    return float(all(found)) if found else None


def hit(one: Observation, k: int) -> float | None:
    """Whether any evidence is in the first k passages."""
    found = _found(one, k, None)
    return float(any(found)) if found else None


def budgeted_recall(one: Observation, words: int) -> float | None:
    """The share of the evidence's sentences in the passages' first `words` words."""
    found = _found(one, None, words)
    return sum(found) / len(found) if found else None


def near_duplicates(one: Observation, k: int) -> float | None:
    """The share of the first k passages that are near duplicates of a better-ranked one."""
    shingles = [_shingles(passage.text) for passage in one.reply.passages[:k]]
    if not shingles:
        return None
    repeats = (
        any(_jaccard(each, better) >= NEAR_DUPLICATE for better in shingles[:rank])
        for rank, each in enumerate(shingles)
    )
    return sum(repeats) / len(shingles)


def outlets(one: Observation, k: int) -> float | None:
    """The number of outlets divided by that of passages, among the first k with a known outlet."""
    known = [plain(passage.article.outlet) for passage in one.reply.passages[:k] if passage.article.outlet]
    return len(set(known)) / len(known) if known else None


def tells_passages(one: Observation) -> bool:
    """Whether the reply reports its passages: an answer without any hides them, a decline found none."""
    return bool(one.reply.passages) or not one.reply.answered


@kept
def _found(one: Observation, k: int | None, words: int | None) -> tuple[bool, ...]:
    """For each sentence of the evidence, whether it was found; empty without evidence or reported passages."""
    sentences = tuple(dict.fromkeys(map(plain, one.case.evidence)))
    if not sentences or not tells_passages(one):
        return ()
    passages = one.reply.passages[:k]
    blocks = [plain(block) for block in joined(passages if words is None else cut(passages, words))]
    return tuple(any(sentence in block for block in blocks) for sentence in sentences)


def joined(passages: Iterable[Retrieved]) -> Iterator[str]:
    """The passages' texts; those that are adjacent or overlap in one article are joined."""
    by_article: dict[str, list[Retrieved]] = {}
    for passage in passages:
        by_article.setdefault(passage.article.id, []).append(passage)
    for found in by_article.values():
        block, end = "", 0
        for passage in sorted(found, key=lambda one: (one.start, one.end)):
            if block and passage.start - end > ADJACENT_CHARACTERS:
                yield block
                block = ""
            if not block:
                block, end = passage.text, passage.end
            elif passage.start > end:
                block, end = f"{block} {passage.text}", passage.end
            elif passage.end > end:
                block, end = block + passage.text[end - passage.start :], passage.end
        yield block


def cut(passages: Sequence[Retrieved], words: int) -> Iterator[Retrieved]:
    """The passages up to `words` words in all; the last one is cut."""
    for passage in passages:
        ends = [match.end() for match in _WORD.finditer(passage.text)]
        if len(ends) > words:
            if words:
                size = ends[words - 1]
                yield Retrieved(passage.article, passage.start, passage.start + size, passage.text[:size])
            return
        words -= len(ends)
        yield passage


@lru_cache(maxsize=1 << 14)
def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    """The set of a text's shingles of three words (Broder 1997)."""
    words = plain(text).split()
    return frozenset(
        tuple(words[place : place + SHINGLE_WORDS]) for place in range(max(1, len(words) - SHINGLE_WORDS + 1))
    )


def _jaccard(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    return len(one & other) / len(one | other)


def _at(name: str, about: str, value: Callable[..., float | None], binary: bool) -> Iterator[Metric]:
    for k in CUTS:
        yield Metric(f"{name}@{k}", "retrieval", about.format(k=k), partial(value, k=k), binary)


RETRIEVAL = (
    *_at(
        "evidence_recall",
        "The share of the evidence's sentences that are contained in one of the first {k} passages (adjacent or "
        "overlapping ones of an article are joined), in plain form. A repeated sentence counts once. No value for an "
        "answer without passages.",
        evidence_recall,
        False,
    ),
    *_at(
        "complete",
        "1 where `evidence_recall@{k}` is 1: an upper bound on the share of questions that need all evidence and can "
        "be answered from these passages.",
        complete,
        True,
    ),
    *_at(
        "hit",
        "1 where `evidence_recall@{k}` is above 0: for comparison with published tables, which call it Hits@{k}.",
        hit,
        True,
    ),
    *(
        Metric(
            f"evidence_recall@{budget // 1000}k_words",
            "retrieval",
            f"As `evidence_recall`, with the passages' first {budget:,} words (split at white space); the last "
            "passage is cut. It compares systems with passages of different lengths.",
            partial(budgeted_recall, words=budget),
        )
        for budget in BUDGETS_WORDS
    ),
    Metric(
        "near_duplicates@10",
        "retrieval",
        f"The share of the first 10 passages whose shingles of {SHINGLE_WORDS} words have a Jaccard index of at "
        f"least {NEAR_DUPLICATE} with those of a better-ranked one.",
        partial(near_duplicates, k=10),
        better="lower",
        source="shingles: Broder 1997, “On the resemblance and containment of documents”",
    ),
    Metric(
        "outlets@10",
        "retrieval",
        "The number of outlets divided by the number of passages, among the first 10 passages with a known outlet.",
        partial(outlets, k=10),
    ),
)
