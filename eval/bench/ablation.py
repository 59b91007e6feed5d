"""Measures the worth of each rule by switching off one at a time.

    python -m eval.bench.ablation AREA… [--rules NAME…] [--news FOLDER] [--written FOLDER] [--sources N]

Areas: check, conflicts, origins. A rule that changes no figure on any set is not worth its lines. `--news` adds real
news (weeks of RealTimeQA) to the conflicts' sets; `--written` adds texts of real models (FaithJudge, without its
reserved sources) to the check's, at most N sources of each collection.
To switch a rule off, a function or constant is replaced in every module of `rag` that has imported it, and all caches
are cleared. A new area needs an `Area` in `AREAS`.
"""

from __future__ import annotations

import argparse
import functools
import gc
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from eval.bench import conflicts, origins, rules_of_the_check

NEVER = re.compile(r"(?!)")
Off = Mapping[str, object]  # "module:name" → its replacement


@dataclass(frozen=True, slots=True)
class Area:
    """Rules that are measured together: how to switch each off, and how to measure."""

    rules: Mapping[str, Off]
    measure: Callable[[argparse.Namespace], str]


def nothing(*_: object) -> list[Any]:
    return []


def no(*_: object) -> bool:
    return False


def none(*_: object) -> None:
    return None


def _conflicts(given: argparse.Namespace) -> str:
    news: Path | None = given.news
    outcomes = [conflicts.judge(pair) for pair in conflicts.read_pairs()]
    figures = []
    for half in ("first", "second", "third"):
        these = [one for one in outcomes if one.pair.half == half]
        figures.append(f"{conflicts.precision(these):.2f} {conflicts.recall(these):.2f}")
    figures.append(f"seeds {len(conflicts.seeds_conflicts())}")
    if news:
        pools, altered = _news(news)
        figures.append(f"news {sum(len(conflicts.conflicts_of(pool)) for pool in pools)}")
        figures.append(f"altered {sum(map(conflicts.is_found, altered))}")
    return " | ".join(figures)


@functools.cache
def _news(folder: Path) -> tuple[list[Any], list[Any]]:
    pools = [pool for _, pool in conflicts.news_pools(folder, 60)]
    return pools, conflicts.alterations(pools)


def _origins(_: argparse.Namespace) -> str:
    groups = origins.read_groups()
    return f"counted {sum(map(origins.is_counted, groups))} named {sum(map(origins.is_named, groups))}"


def _check(given: argparse.Namespace) -> str:
    return rules_of_the_check.measure(given.written, given.sources)


_FACTS = "rag.verification.facts"
_DOUBTS = "rag.verification.doubts"
_RULES = "rag.conflicts.rules"
_NUMBERS = "rag.conflicts.numbers"
_CREDITS = "rag.language.credits"
AREAS: Mapping[str, Area] = {
    "check": Area(
        {
            "numbers": {"rag.verification.facts:missing_number": none},
            "bounds": {f"{_FACTS}:_OPPOSED": frozenset()},
            "ordinals": {f"{_FACTS}:_missing_ordinal": none},
            "round numbers": {f"{_FACTS}:_missing_magnitude": none},
            "days": {"rag.verification.facts:missing_day": none},
            "names": {"rag.verification.facts:missing_name": none},
            "quotations": {"rag.verification.facts:missing_quotation": none},
            "denials left out of quotations": {"rag.verification.verbatim:denies": no},
            "doubts": {f"{_DOUBTS}:doubt": none},
            "surer or less sure": {f"{_DOUBTS}:SURENESS": frozenset()},
            "which and when": {f"{_DOUBTS}:LIMITS": frozenset()},
            "who says so": {f"{_DOUBTS}:SAYING": frozenset()},
            "is to": {"rag.language.tokens:_IS_TO": NEVER},
            "numbers skipped": {f"{_DOUBTS}:_skips_a_number": no},
            "another order": {f"{_DOUBTS}:_moved": lambda *_: 0},
            "opposites and added adverbs": {f"{_DOUBTS}:is_turned": no},
            "orders to a model": {"rag.language.orders:is_addressed": no},
            "frames": {"rag.language.passage_references:framing_clause_length": lambda _: 0},
            "references to passages": {"rag.language.passage_references:without_references": lambda text: text},
        },
        _check,
    ),
    "conflicts": Area(
        {
            "numbers": {f"{_NUMBERS}:number_mismatches": nothing},
            "days": {"rag.conflicts.days:day_mismatches": nothing},
            "days of speech": {"rag.conflicts.days:speech_day_mismatches": nothing},
            "names": {"rag.conflicts.names:name_mismatches": nothing},
            "names beside one word": {"rag.conflicts.names:_have_one_neighbour": no},
            "causes": {"rag.conflicts.words:cause_mismatches": nothing},
            "counted people and things": {"rag.conflicts.words:counted_mismatches": nothing},
            "nations": {"rag.conflicts.words:_are_of_other_nations": no},
            "words that exclude": {"rag.conflicts.words:word_mismatches": nothing},
            "denials": {"rag.conflicts.words:denial_mismatches": nothing},
            "who says so left out": {"rag.language.speech:reported_speech": none},
            "far articles in the same words only": {f"{_RULES}:FAR_DAYS": 10**6},
            "short sentences": {f"{_RULES}:_is_short_and_shared": no},
            "what is only planned": {f"{_RULES}:is_unrealized": no},
            "numbers apart": {f"{_NUMBERS}:numbers_differ": no},
            "scope of a number": {f"{_NUMBERS}:scope_of": none},
            "bounds": {f"{_NUMBERS}:bound_of": none},
            "rounding": {f"{_NUMBERS}:ROUND_FROM": 1e30},
            "scores": {f"{_NUMBERS}:_SCORE": NEVER},
            "numbers behind one word": {f"{_NUMBERS}:_follow_one_word": no},
            "compound units": {f"{_NUMBERS}:_COMPOUND": frozenset()},
            "level of a place": {"rag.conflicts.names:place_level": none},
            "names for one thing": {"rag.language.sameness:things_of": lambda _: frozenset()},
            "what the other article has too": {"rag.conflicts.conflicts:has_value": no},
            "synonyms": {"rag.conflicts.overlap:meanings_of": lambda _: frozenset()},
        },
        _conflicts,
    ),
    "origins": Area(
        {
            "names of outlets in sentences": {f"{_CREDITS}:_outlets_named": nothing},
            "institutions": {f"{_CREDITS}:_institutions_named": nothing},
            "credits denied": {f"{_CREDITS}:_DENIED": NEVER},
            "the report says": {f"{_CREDITS}:_REPORT_SAYS": NEVER},
            "the officials say": {f"{_CREDITS}:_SPEAKERS_SAY": NEVER},
            "they say": {f"{_CREDITS}:_PRONOUN_SAYS": NEVER},
            "credits of whole articles": {f"{_CREDITS}:article_credit": none},
            "datelines": {"rag.language.datelines:agency_of": none},
            "bylines": {f"{_CREDITS}:_BYLINE": NEVER},
            "notices of first publication": {f"{_CREDITS}:_FIRST_IN": NEVER},
            "copyright lines": {"rag.language.datelines:COPYRIGHT": NEVER},
            "the same words": {"rag.attribution.origins:_is_one_report": no},
            "one credit in common": {"rag.attribution.origins:_common_credit": none},
        },
        _origins,
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.ablation", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("areas", nargs="+", choices=AREAS, metavar="AREA", help=", ".join(AREAS))
    parser.add_argument("--rules", nargs="*", help="only these; all if left out")
    parser.add_argument("--news", type=Path, metavar="FOLDER", help="weeks of RealTimeQA")
    parser.add_argument("--written", type=Path, metavar="FOLDER", help="FaithJudge's data")
    parser.add_argument("--sources", type=int, metavar="N", help="of each set of the check, at most")
    given = parser.parse_args()
    for name in given.areas:
        area = AREAS[name]
        print(f"{name}: {area.measure(given)}")
        for rule, off in area.rules.items():
            if given.rules is None or rule in given.rules:
                with switched_off(off):
                    print(f"  without {rule:38} {area.measure(given)}", flush=True)


@contextmanager
def switched_off(off: Off) -> Iterator[None]:
    """Replaces the given names in every module of `rag`, for the duration of the context."""
    changed: list[tuple[Any, str, object]] = []
    for target, replacement in off.items():
        module, _, name = target.partition(":")
        original = getattr(import_module(module), name)
        for key, holder in list(sys.modules.items()):
            if key.startswith("rag.") and getattr(holder, name, None) is original:
                changed.append((holder, name, original))
                setattr(holder, name, replacement)
    _empty_caches()
    try:
        yield
    finally:
        for one, name, original in changed:
            setattr(one, name, original)
        _empty_caches()


def _empty_caches() -> None:
    gc.unfreeze()  # what a service has frozen is not listed
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper) and one.__module__.startswith("rag."):
            one.cache_clear()


if __name__ == "__main__":
    main()
