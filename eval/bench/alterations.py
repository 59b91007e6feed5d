"""Alters questions to name a day or an outlet, or to ask two things, which few questions of a news quiz do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from eval.bench.rankings import Ranking, byline
from eval.cases import Case
from rag.articles import Article
from rag.retrieval import WEIGHTS

DAY_NAMED, DAY_NOT_NAMED, OUTLET_NAMED = "a day named", "no day named", "an outlet named"
TWO_IN_ONE = "two in one, the second sought"
_ASKS = re.compile(r"(?:how|what|who|whom|whose|when|where|why|which)\b", re.IGNORECASE)


def alterations(cases: Sequence[Case], articles: Sequence[Article]) -> Mapping[str, tuple[Case, ...]]:
    """The questions asked on the newest article's day, with and without their own day; with an outlet; and in pairs.

    With an outlet, only its articles are right; in a pair, only those of the second question.
    """
    newest = max((one.source.published for one in articles if one.source.published), default=None)
    outlets = {one.id: one.source.outlet for one in articles}
    dated = [case for case in cases if case.as_of]
    return {
        DAY_NOT_NAMED: tuple(replace(case, as_of=newest) for case in dated),
        DAY_NAMED: tuple(replace(_of_day(case, case.as_of), as_of=newest) for case in dated if case.as_of),
        OUTLET_NAMED: tuple(_of_outlet(case, outlets) for case in cases if outlets.get(case.articles[0])),
        TWO_IN_ONE: tuple(
            _joined(first, second) for first, second in pairwise(cases) if _ASKS.match(second.question)
        ),
    }


def without(name: str) -> Mapping[str, Ranking]:
    """Byline's search without the feature that the altered questions test."""
    if name == OUTLET_NAMED:
        return {"without outlet": byline(replace(WEIGHTS, outlet=0.0))}
    if name == TWO_IN_ONE:
        return {"without parts": byline(queries=1)}
    return {"without days": byline(replace(WEIGHTS, days=0.0))}


def _of_day(case: Case, day: date) -> Case:
    return replace(case, question=f"{case.question} ({day:%B} {day.day}, {day.year})")


def _of_outlet(case: Case, outlets: Mapping[str, str | None]) -> Case:
    outlet = outlets[case.articles[0]]
    assert outlet is not None
    right = tuple(id for id in case.articles if outlets.get(id) == outlet)
    name = outlet.partition(".")[0].capitalize()
    return replace(case, question=f"What did {name} report: {case.question}", articles=right)


def _joined(first: Case, second: Case) -> Case:
    """Joins two questions; the second's day, answer and articles count."""
    asked = second.question[0].lower() + second.question[1:]
    return replace(second, question=f"{first.question.rstrip('?.')}, and {asked}")
