"""Measures which right and wrong sentences each rule of the check stops, without a second opinion, for ablations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from eval.bench.support import Pair, read_pairs
from eval.bench.written import COLLECTIONS, labelled, passages_of
from eval.formats.faithjudge import read_faithjudge
from eval.statistics import intervals
from rag.articles import Draft, Passage, Source
from rag.verification import Checker

SHOWN, ASKED, REFUSED = 2, 1, 0  # verdicts: shown as written, left to a second opinion, refused


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence with its passages and label; cases of one cluster are not independent."""

    sentence: str
    passages: tuple[Passage, ...]
    is_right: bool
    cluster: str


def measure(folder: Path | None, sources: int | None) -> str:
    """The shares of right and of wrong sentences that are treated differently from the first call, for each set.

    With 95% intervals by source, and the lift: how many times more likely a wrong sentence is affected than a right
    one. The first call reports what passes with every rule on.
    """
    sets = judged_sets(folder, sources)
    return "".join(
        f"\n    {name:18} {_compared(cases, _base(folder, sources)[name])}" for name, cases in sets.items()
    )


@cache
def judged_sets(folder: Path | None, sources: int | None) -> dict[str, tuple[Case, ...]]:
    """The built-in pairs, and sentences of real models in FaithJudge's folder, up to a number of sources each."""
    pairs = read_pairs()
    pairs = pairs[:: max(1, len(pairs) // (sources or len(pairs)))]
    sets = {"built-in pairs": tuple(_of_pair(number, pair) for number, pair in enumerate(pairs))}
    for name in COLLECTIONS if folder else ():
        sets[name] = tuple(_written(Path(folder or "") / "eval_data" / f"{name}.jsonl", sources))
    return sets


@cache
def _base(folder: Path | None, sources: int | None) -> dict[str, np.ndarray]:
    return {name: verdicts(cases) for name, cases in judged_sets(folder, sources).items()}


def _compared(cases: Sequence[Case], base: np.ndarray) -> str:
    right = np.array([one.is_right for one in cases])
    clusters = np.array([one.cluster for one in cases])
    levels = verdicts(cases)
    if (levels == base).all():
        shown = [float((levels[of] == SHOWN).mean()) if of.any() else 0.0 for of in (right, ~right)]
        return f"{right.sum()} right and {(~right).sum()} wrong, shown as written {shown[0]:.3f} and {shown[1]:.3f}"
    stopped, let_through = levels > base, levels < base
    told = [_share(stopped[of], list(clusters[of])) for of in (right, ~right)]
    shares = [float(stopped[of].mean()) if of.any() else 0.0 for of in (right, ~right)]
    lift = f"{shares[1] / shares[0]:.1f}" if shares[0] else "-"
    through = f"{int(let_through[right].sum())}, {int(let_through[~right].sum())}"
    return f"stops of the right {told[0]}, of the wrong {told[1]}, lift {lift}; lets through {through}"


def verdicts(cases: Sequence[Case]) -> np.ndarray:
    """(n,) int: the check's verdict on each sentence, without a second opinion."""
    checker = Checker()
    found = []
    for case in cases:
        examined = checker.examine(Draft(case.sentence, tuple(range(len(case.passages)))), case.passages)
        settled = checker.settle(examined)
        if settled is not None and not settled.is_shortened:
            found.append(SHOWN)
        else:
            is_refused = any(one.verdict == "missing" and not one.claim.removable for one in examined.claims)
            found.append(REFUSED if is_refused else ASKED)
    return np.array(found)


def _written(path: Path, most: int | None) -> Iterator[Case]:
    written = read_faithjudge(path)
    sources = sorted({one.source.id for one in written})[:most]
    for one in written:
        if one.source.id in sources:
            passages = tuple(passages_of(one))
            for sentence, is_right in labelled(one):
                yield Case(sentence, passages, is_right, one.source.id)


def _of_pair(number: int, pair: Pair) -> Case:
    source = Source("article", "", published=pair.published)
    passage = Passage(source, 1, 0, len(pair.passage), pair.passage, 1.0)
    return Case(pair.sentence, (passage,), pair.supported, str(number))


def _share(hits: np.ndarray, clusters: Sequence[str]) -> str:
    if not len(hits):
        return "- of 0"
    (found,) = intervals(hits[:, None].astype(np.float64), clusters, limits=[(0.0, 1.0)])
    bounds = "" if found.low is None or found.high is None else f" ({found.low:.3f}-{found.high:.3f})"
    return f"{found.value:.3f}{bounds}"
