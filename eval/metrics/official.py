"""Reproduces published scorers, including their faults, for comparison with published tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from eval.cases import Case
from eval.metrics.matching import is_asked, without_markers
from eval.metrics.metric import Metric, Observation, SetMetric, kept, of_answers
from eval.metrics.ranking import measured
from eval.metrics.retrieval import tells_passages

MULTIHOP = "Tang & Yang 2024 (arXiv 2401.15391), {script} of the released code"
RGB = "Chen et al. 2024 (arXiv 2309.01431), the released script"
BEIR = "Thakur et al. 2021 (arXiv 2104.08663), the default of the released code"
INSUFFICIENT = "Insufficient information."

_QUOTED_ANSWER = re.compile(r'The answer to the question is "(.*?)"')


@of_answers
def official_mhr(one: Observation) -> float | None:
    """Whether the answer shares a word with the right one, as in MultiHop-RAG's script."""
    if not is_asked(one.case):
        return None
    text = without_markers(one.reply.text) if one.reply.answered else INSUFFICIENT
    named = _QUOTED_ANSWER.search(text)
    return float(not _gold_words(one.case).isdisjoint((named[1] if named else text).lower().split()))


def official_mhr_floor(many: Sequence[Observation]) -> float | None:
    """MultiHop-RAG's score of a system that gives the same word as every answer."""
    asked = [words for one in many if (words := _words_of(one))]
    counts = Counter(word for words in asked for word in words)
    return max(counts.values()) / len(asked) if asked else None


@of_answers
def official_rgb(one: Observation) -> float | None:
    """Whether every fact is a substring of the answer in lower case, as in RGB's script."""
    if not one.case.answers:
        return None
    text = without_markers(one.reply.text).lower() if one.reply.answered else ""
    return float(all(any(spelling.lower() in text for spelling in fact) for fact in one.case.answers))


def official_beir(one: Observation) -> float | None:
    """nDCG@10 after dropping an article with the question's own id, as in BEIR's code."""
    case = one.case
    graded = case.grades or dict.fromkeys(case.articles, 1.0)
    gains = {name: gain for name, gain in graded.items() if gain > 0}
    if not gains or not tells_passages(one):
        return None
    found = dict.fromkeys(passage.article.id for passage in one.reply.passages if passage.article.id != case.id)
    return measured(list(found), gains)["nDCG@10"]


class _Found(NamedTuple):
    """The numbers of MultiHop-RAG's script for one question."""

    hits4: float
    hits10: float
    mrr: float
    map: float


@kept
def _multihop(one: Observation) -> _Found | None:
    """MultiHop-RAG's numbers: a passage is relevant if it contains a fact, ignoring white space."""
    gold = [_closed_up(sentence) for sentence in one.case.evidence]
    if not gold or not tells_passages(one):
        return None
    seen: set[str] = set()
    ranks: list[int] = []
    precisions = 0.0
    for rank, passage in enumerate(one.reply.passages[:10], start=1):
        found = [sentence for sentence in gold if sentence in _closed_up(passage.text)]
        if found:
            ranks.append(rank)
            precisions += len(set(found) - seen) / rank  # only new facts, although a precision counts all so far
            seen.update(found)
    first = ranks[0] if ranks else 0
    return _Found(
        float(0 < first <= 4), float(bool(first)), 1 / first if first else 0.0, precisions / min(len(gold), 10)
    )


def _multihop_value(name: str) -> Callable[[Observation], float | None]:
    def value(one: Observation) -> float | None:
        found = _multihop(one)
        return None if found is None else float(getattr(found, name))

    return value


@kept
def _words_of(one: Observation) -> frozenset[str] | None:
    return None if official_mhr(one) is None else _gold_words(one.case)


def _gold_words(case: Case) -> frozenset[str]:
    if not case.answerable:
        return frozenset(INSUFFICIENT.lower().split())
    return frozenset(" ".join([case.label or "", *(fact[0] for fact in case.answers)]).lower().split())


@lru_cache(maxsize=1 << 14)
def _closed_up(text: str) -> str:
    return text.replace(" ", "").replace("\n", "")


OFFICIAL = (
    Metric(
        "official_mhr",
        "answers",
        "1 where the answer shares a word (lower case, split at white space) with the first spellings of the right "
        "one. Faulty: “the” may be that word, and “Yes.” is not “yes”. Compare it with `official_mhr_floor`; a "
        "longer constant answer scores even higher.",
        official_mhr,
        binary=True,
        source=MULTIHOP.format(script="qa_evaluate.py"),
    ),
    Metric(
        "official_rgb",
        "answers",
        "1 where every fact, in any spelling, is a substring of the answer in lower case. Faulty: “10” is in “2010”; "
        "`facts` requires whole words. A declined answer is 0, whatever its text.",
        official_rgb,
        binary=True,
        source=RGB,
    ),
    Metric(
        "official_hits@4",
        "retrieval",
        "1 where one of the first 4 passages contains a sentence of the evidence, both without spaces and line ends. "
        "Faulty: one sentence of several is enough, and one that spans two passages never counts.",
        _multihop_value("hits4"),
        binary=True,
        source=MULTIHOP.format(script="retrieval_evaluate.py"),
    ),
    Metric(
        "official_hits@10",
        "retrieval",
        "As `official_hits@4`, with the first 10 passages.",
        _multihop_value("hits10"),
        binary=True,
        source=MULTIHOP.format(script="retrieval_evaluate.py"),
    ),
    Metric(
        "official_mrr@10",
        "retrieval",
        "1 divided by the rank of the first relevant passage of `official_hits@10`; 0 where there is none.",
        _multihop_value("mrr"),
        source=MULTIHOP.format(script="retrieval_evaluate.py"),
    ),
    Metric(
        "official_map@10",
        "retrieval",
        "The sum over the first 10 passages of the number of sentences first found there divided by the rank, "
        "divided by the number of sentences (at most 10). Faulty: it is not average precision, and a perfect ranking "
        "with one sentence per passage is below 1.",
        _multihop_value("map"),
        source=MULTIHOP.format(script="retrieval_evaluate.py"),
    ),
    Metric(
        "official_beir_ndcg@10",
        "retrieval",
        "nDCG@10 of articles after dropping one with the question's own id. Faulty where questions and articles are "
        "numbered independently: a perfect ranking then scores below 1. Every reprint counts.",
        official_beir,
        source=BEIR,
    ),
)

OFFICIAL_SETS = (
    SetMetric(
        "official_mhr_floor",
        "answers",
        "The `official_mhr` of a system that answers every question with the most frequent word of the right "
        "answers: a meaningful `official_mhr` must exceed it.",
        official_mhr_floor,
    ),
)
