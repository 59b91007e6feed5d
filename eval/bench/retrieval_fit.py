"""Fits the weights of `rag.retrieval`: `python -m eval.bench.retrieval SUITE --library PLACE --fit`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.retrieval import WEIGHTS, Weights

EQUAL = Weights(vectors=1.0, words=1.0, articles=1.0, days=1.0, outlet=1.0)
FITTED = ("vectors", "articles", "days", "outlet")  # `words` stays 1, since only ratios of the searches count
STEPS = (0.0, 0.25, 0.5, 1.0, 2.0)
ROUNDS = 3

Gain = Callable[[str, Weights], float]


def report(gain: Gain) -> list[str]:
    """Fits the weights, and sets them beside those in use.

    `gain(name, weights)` is the figure by which the weight of that name is chosen.
    """
    fitted, lines = fit(gain)
    sets = {"fitted": fitted, "in use": WEIGHTS, "equal": EQUAL}
    return [*lines, *(f"{name}: {weights}: {gain(FITTED[0], weights):.3f}" for name, weights in sets.items())]


def fit(gain: Gain) -> tuple[Weights, list[str]]:
    """Coordinate ascent from equal weights: sets one weight after another to its best step, until none changes.

    Also returns a line for each weight of the last round, with the figure of every step.
    """
    best, lines = EQUAL, list[str]()
    for _ in range(ROUNDS):
        before, lines = best, []
        for name in FITTED:
            gains = {step: gain(name, replace(best, **{name: step})) for step in STEPS}
            kept = getattr(best, name)
            best = replace(best, **{name: max(STEPS, key=lambda step: (gains[step], step == kept))})
            lines.append(f"{name}: {', '.join(f'{step:g} {figure:.3f}' for step, figure in gains.items())}")
        if best == before:
            break
    return best, lines
