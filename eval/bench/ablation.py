"""Ablation: what each rule of the check stops, of right and of wrong sentences, when it alone is off.

    python -m eval.bench.ablation [FOLDER] [--sources N]

Without FOLDER the built-in sets: the check on pairs of sentence and source. FOLDER holds FaithJudge's `eval_data`:
what real models wrote, labelled by people (reserved sources are never read). `--sources` bounds how many sources of
each set. For each rule: the share of right and of wrong cases that it stops (sentences that would be shown, or asked
about, without it), with 95% intervals by source, and the lift: how many times likelier it stops a wrong case than a
right one. A rule whose lift is about 1 stops at random; one that stops nothing can go.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.support import Pair, read_pairs
from eval.bench.written import COLLECTIONS, labelled, passages_of
from eval.formats.faithjudge import read_faithjudge
from eval.statistics import intervals
from rag.articles import Draft, Passage, Source
from rag.verification import Checker

SHOWN, ASKED, REFUSED = 2, 1, 0  # what becomes of a sentence: shown as written, left to a second opinion, or neither


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence and its passages, and whether people call it right; cases of one cluster are not independent."""

    sentence: str
    passages: tuple[Passage, ...]
    is_right: bool
    cluster: str


@dataclass(frozen=True, slots=True)
class Switch:
    """A rule, and what stands in the place of `module.attribute` where it is off."""

    place: str
    instead: Any


def nothing(*_: Any) -> None:
    """Finds nothing."""


def never(*_: Any) -> bool:
    """Says no."""
    return False


CHECK: Mapping[str, Switch] = {
    "number": Switch("rag.verification.facts.missing_number", nothing),
    "— bound": Switch("rag.verification.numbers._OPPOSED", frozenset()),
    "— ordinal": Switch("rag.verification.numbers._missing_ordinal", nothing),
    "— round number": Switch("rag.verification.numbers._missing_magnitude", nothing),
    "day": Switch("rag.verification.facts.missing_day", nothing),
    "name": Switch("rag.verification.facts.missing_name", nothing),
    "quotation": Switch("rag.verification.facts.missing_quotation", nothing),
    "— denial left out": Switch("rag.verification.quotations._DENIAL", re.compile(r"(?!)")),
    "doubt": Switch("rag.verification.checker.doubt", nothing),
    "— surer or less sure": Switch("rag.verification.doubts._SURENESS", frozenset()),
    "— which and when": Switch("rag.verification.doubts.LIMITS", frozenset()),
    "— who says so": Switch("rag.verification.doubts.SAYING", frozenset()),
    "— ahead": Switch("rag.verification.doubts._AHEAD", ("", "")),
    "— skips a number": Switch("rag.verification.doubts._skips_a_number", never),
    "— another order": Switch("rag.verification.doubts._TURNED", 10**6),
    "opposite or added adverb": Switch("rag.verification.checker.is_turned", never),
    "order to a model": Switch("rag.verification.checker.is_addressed", never),
    "frame of a sentence": Switch("rag.verification.checker.frame_length", lambda _: 0),
    "reference to a passage": Switch("rag.verification.checker.without_references", lambda text: text),
}


def main() -> None:
    """Print one table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sources", type=int)
    options = parser.parse_args()
    show(
        "built-in pairs",
        [_of_pair(number, pair) for number, pair in enumerate(read_pairs()[: options.sources])],
        CHECK,
        verdicts,
    )
    for name in COLLECTIONS if options.folder else ():
        cases = list(_written(options.folder / "eval_data" / f"{name}.jsonl", options.sources))
        show(name, cases, CHECK, verdicts)


def show(
    name: str, cases: Sequence[Case], switches: Mapping[str, Switch], judge: Callable[[Sequence[Case]], np.ndarray]
) -> None:
    """Print what each switch stops of right and wrong cases. `judge` gives (n,) int, more for what passes further."""
    right = np.array([one.is_right for one in cases])
    clusters = [one.cluster for one in cases]
    base = judge(cases)
    print(f"{name}: {right.sum()} right and {(~right).sum()} wrong cases; all rules on: {_passing(base, right)}")
    print(f"  {'switched off':26} {'stops of the right':>24} {'of the wrong':>24}  lift  lets through right, wrong")
    for title, switch in switches.items():
        with off(switch):
            changed = judge(cases) - base
        stopped = [(changed[of] > 0, [clusters[place] for place in np.flatnonzero(of)]) for of in (right, ~right)]
        told = [_share(hits, own) for hits, own in stopped]
        shares = [float(hits.mean()) if hits.size else 0.0 for hits, _ in stopped]
        lift = f"{shares[1] / shares[0]:.1f}" if shares[0] else "-"
        through = f"{int((changed[right] < 0).sum())}, {int((changed[~right] < 0).sum())}"
        print(f"  {title:26} {told[0]:>24} {told[1]:>24}  {lift:>4}  {through}")


@contextmanager
def off(switch: Switch) -> Iterator[None]:
    """The rule switched off, for as long as the context lasts."""
    path, _, attribute = switch.place.rpartition(".")
    module = import_module(path)
    known = getattr(module, attribute)
    setattr(module, attribute, switch.instead)
    try:
        yield
    finally:
        setattr(module, attribute, known)


def verdicts(cases: Sequence[Case]) -> np.ndarray:
    """(n,) int: what the check makes of each sentence by words alone."""
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


def _passing(levels: np.ndarray, right: np.ndarray) -> str:
    shown = [float((levels[of] == SHOWN).mean()) if of.any() else 0.0 for of in (right, ~right)]
    return f"shown as written {shown[0]:.3f} and {shown[1]:.3f}"


def _share(hits: np.ndarray, clusters: Sequence[str]) -> str:
    if not len(hits):
        return "- of 0"
    (found,) = intervals(hits[:, None].astype(np.float64), clusters, limits=[(0.0, 1.0)])
    bounds = "" if found.low is None or found.high is None else f" ({found.low:.3f}-{found.high:.3f})"
    return f"{found.value:.3f}{bounds}"


if __name__ == "__main__":
    main()
