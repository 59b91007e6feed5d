"""Metrics of what an answer takes: time, tokens and money."""

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
    """What the answer cost, in US dollars, where the system tells."""
    return one.reply.usage.get("cost_usd")


def cost_per_correct(many: Sequence[Observation]) -> float | None:
    """What all answers cost together, over those that are right."""
    pairs = [pair for one in many if (pair := _cost_and_right(one))]
    right = sum(right for _, right in pairs)
    return sum(cost for cost, _ in pairs) / right if right else None


def latency(many: Sequence[Observation], quantile: float) -> float | None:
    """A quantile of the seconds that a reply took."""
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
            f"Milliseconds that the step “{stage}” took, as the system says.",
            _stage(stage),
            better="lower",
        )
        for stage in STAGES
    ),
    Metric(
        "tokens",
        "operations",
        "Tokens of the prompt and of the completion, as the system says; 0 without a language model.",
        tokens,
        better="lower",
    ),
    Metric(
        "cost_usd",
        "operations",
        "What the answer cost in US dollars, as the system says; 0 without a language model.",
        cost,
        better="lower",
    ),
)

OPERATIONS_SETS = (
    *(
        SetMetric(
            f"latency_p{share}",
            "operations",
            f"Percentile {share}, linearly interpolated, of the seconds from asking to the whole reply, on the "
            "clock of whoever asks. A reply taken from an earlier run keeps the seconds that it took then.",
            partial(latency, quantile=share / 100),
            better="lower",
        )
        for share in (50, 95)
    ),
    SetMetric(
        "cost_per_correct_usd",
        "operations",
        "`cost_usd` of all cases together, divided by the number that is `correct`; no value where none is.",
        cost_per_correct,
        better="lower",
    ),
)
