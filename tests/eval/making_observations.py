"""Builds cases, replies and articles for the tests of metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.cases import Case
from eval.metrics import METRICS, SET_METRICS
from eval.metrics.metric import Metric, Observation, SetMetric, Setting
from eval.replies import Cited, Reply, Retrieved, SourceRef, Stated
from eval.runs import SourceText

DECLINED = Reply(answered=False, text="The articles do not say.", mode="extractive")
ASKED = Setting()

_METRICS: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
_SETS: Mapping[str, SetMetric] = {metric.name: metric for metric in SET_METRICS}


def value(name: str, one: Observation) -> float | None:
    """Computes the named metric of one observation."""
    return _METRICS[name].value(one)


def of_all(name: str, many: Sequence[Observation]) -> float | None:
    """Computes the named metric over many observations."""
    return _SETS[name].value(many)


def source(id: str, outlet: str | None = None, published: str | None = None, title: str = "") -> SourceRef:
    return SourceRef(id, title or f"Title of {id}", outlet, None, published)


def kept(*texts: SourceText) -> dict[str, SourceText]:
    """The system's articles by id."""
    return {text.source.id: text for text in texts}


def quoting(number: int, text: SourceText, quote: str) -> Cited:
    """Cites the words' first occurrence in the article."""
    start = text.text.index(quote)
    return Cited(number, text.source, start, start + len(quote), quote)


def found(text: SourceText, words: str | None = None) -> Retrieved:
    """A passage at the words' first occurrence in the article, or of the whole article."""
    words = text.text if words is None else words
    start = text.text.index(words)
    return Retrieved(text.source, start, start + len(words), words)


def stating(*statements: tuple[str, tuple[int, ...]], score: float = 0.9, **rest: Any) -> Reply:
    """An answer of these sentences, each with the numbers of its citations."""
    text = " ".join(words + "".join(f"[{number}]" for number in numbers) for words, numbers in statements)
    stated = tuple(Stated(words, numbers, score) for words, numbers in statements)
    return Reply(**{"answered": True, "text": text, "statements": stated, "mode": "extractive", **rest})


def saying(text: str, score: float = 0.9) -> Reply:
    """An answer of one sentence without a citation."""
    return stating((text, ()), score=score)


def observed(
    case: Case,
    reply: Reply,
    texts: Mapping[str, SourceText] | None = None,
    seconds: float = 0.0,
    setting: Setting = ASKED,
) -> Observation:
    return Observation(case, reply, texts or {}, seconds, setting)


def asked(id: str = "q", **fields: Any) -> Case:
    """A case whose right answer is Ada Lund by default."""
    return Case(
        **{"id": id, "question": "Who opened the reservoir?", "answers": (("Ada Lund", "Mayor Lund"),), **fields}
    )
