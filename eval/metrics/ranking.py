"""Ranking metrics of the right articles, by ir-measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from eval.cases import Case
from eval.metrics.groups import group
from eval.metrics.metric import Metric, Observation, kept
from eval.metrics.retrieval import tells_passages

CUT = 10
FINEST = 1_000  # qrels need integer gains; multiplying all of them changes none of these measures
IR_MEASURES = "ir-measures over pytrec_eval (MacAvaney et al. 2022; Van Gysel & de Rijke 2018)"


def gains_of(case: Case) -> dict[str, float]:
    """The gain of each report: its grade where the case has grades, otherwise 1."""
    graded = case.grades or dict.fromkeys(case.articles, 1.0)
    gains: dict[str, float] = {}
    for article, gain in graded.items():
        name = group(case, article)
        gains[name] = max(gain, gains.get(name, 0.0))
    return {name: gain for name, gain in gains.items() if gain > 0}


def ranked(one: Observation) -> list[str]:
    """The reports found, best first, without repeats."""
    return list(dict.fromkeys(group(one.case, passage.article.id) for passage in one.reply.passages))


def measured(ranking: Sequence[str], gains: Mapping[str, float]) -> dict[str, float]:
    """RR@10, nDCG@10 and AP@10 of one ranking; ranks serve as scores, so that there are no ties."""
    import ir_measures

    parts = lcm(*(Fraction(gain).limit_denominator(FINEST).denominator for gain in gains.values()))
    whole = min(parts, FINEST * FINEST)
    judged = {name: max(1, round(gain * whole)) for name, gain in gains.items()}
    scored = {name: float(-rank) for rank, name in enumerate(ranking)}
    if not scored:
        return dict.fromkeys(_MEASURES, 0.0)
    found = ir_measures.calc_aggregate(list(_measures()), {"q": judged}, {"q": scored})
    return {str(measure): float(value) for measure, value in found.items()}


_MEASURES = (f"RR@{CUT}", f"nDCG@{CUT}", f"AP@{CUT}")


@kept
def _measured(one: Observation) -> Mapping[str, float] | None:
    gains = gains_of(one.case)
    return measured(ranked(one), gains) if gains and tells_passages(one) else None


def _measures() -> Sequence[Any]:
    import ir_measures

    return [ir_measures.parse_measure(name) for name in _MEASURES]


def _value(name: str) -> Callable[[Observation], float | None]:
    def value(one: Observation) -> float | None:
        found = _measured(one)
        return None if found is None else found[name]

    return value


RANKING = (
    Metric(
        "mrr@10",
        "retrieval",
        "1 divided by the rank of the first right article, 0 beyond rank 10. Passages of one article and of its "
        "reprints count once, at their best rank, as for the next two.",
        _value("RR@10"),
        source=IR_MEASURES,
    ),
    Metric(
        "ndcg@10",
        "retrieval",
        "Normalized discounted cumulative gain of the first 10 articles; the gain is the case's grade, or 1.",
        _value("nDCG@10"),
        source=f"Järvelin & Kekäläinen 2002, with linear gains; {IR_MEASURES}",
    ),
    Metric(
        "ap@10",
        "retrieval",
        "The mean over all right articles of the precision at their rank, 0 for those beyond rank 10.",
        _value("AP@10"),
        source=IR_MEASURES,
    ),
)
