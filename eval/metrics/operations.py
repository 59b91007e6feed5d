"""Metrics of an answer's time, tokens and cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from eval.metrics.answers import correct
from eval.metrics.metric import Metric, Observation, SetMetric, kept

STAGES = ("embed", "retrieve", "answer", "verify")


def tokens(one: Observation) -> float | None:
    """The tokens of prompt and completion."""
    usage = one.reply.usage
    return usage.get("prompt_tokens", 0.0) + usage.get("completion_tokens", 0.0) if usage else None


def cost(one: Observation) -> float | None:
    """The answer's cost in US dollars, if the system reports it."""
    return one.reply.usage.get("cost_usd")


def cost_per_correct(many: Sequence[Observation]) -> float | None:
    """The cost of all answers, divided by the number of right ones."""
    pairs = [pair for one in many if (pair := _cost_and_right(one))]
    right = sum(right for _, right in pairs)
    return sum(cost for cost, _ in pairs) / right if right else None


def latency(many: Sequence[Observation], quantile: float) -> float | None:
    """A quantile of the reply times in seconds."""
    return float(np.quantile([one.seconds for one in many], quantile)) if many else None


def _stage(stage: str) -> Callable[[Observation], float | None]:
    return lambda one: one.reply.timings_ms.get(stage)


@kept
def _cost_and_right(one: Observation) -> tuple[float, float] | None:
    spent, right = cost(one), correct(one)
    return None if spent is None or right is None else (spent, right)


OPERATIONS = (
    *(
        Metric(
            f"{stage}_ms",
            "operations",
            f"Milliseconds of the step “{stage}”, as the system reports them.",
            _stage(stage),
            better="lower",
        )
        for stage in STAGES
    ),
    Metric(
        "tokens",
        "operations",
        "Tokens of prompt and completion, as the system reports them; 0 without a language model.",
        tokens,
        better="lower",
    ),
    Metric(
        "cost_usd",
        "operations",
        "Cost of the answer in US dollars, as the system reports it; 0 without a language model.",
        cost,
        better="lower",
    ),
)

OPERATIONS_SETS = (
    *(
        SetMetric(
            f"latency_p{share}",
            "operations",
            f"Percentile {share}, linearly interpolated, of the seconds from the request to the whole reply, by the "
            "client's clock. A cached reply keeps its original seconds.",
            partial(latency, quantile=share / 100),
            better="lower",
        )
        for share in (50, 95)
    ),
    SetMetric(
        "cost_per_correct_usd",
        "operations",
        "The sum of `cost_usd` over all cases, divided by the number of `correct` ones; no value without any.",
        cost_per_correct,
        better="lower",
    ),
)
