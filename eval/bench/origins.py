"""How often the origins of a statement are counted and named rightly, on a labelled set: run by hand.

    python -m eval.origin_calibration [FILE]

A line of the file is a group of invented articles, each with the sentence of it that carries one and the same
statement; how many origins there are; and who had the first. The baseline counts distinct outlets, and names the
earliest.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag.articles import Source
from rag.attribution import Carrier, origins, outlet_key

BUILT_IN = Path(__file__).parent / "built_in" / "origins.jsonl"


@dataclass(frozen=True, slots=True)
class Group:
    """Carriers of one statement, and what is right of them."""

    kind: str
    half: int
    carriers: tuple[Carrier, ...]
    origins: int
    first: str | None


def read_groups(file: Path = BUILT_IN) -> list[Group]:
    """The labelled groups of the file."""
    return [_group(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def _group(told: dict[str, Any]) -> Group:
    carriers = tuple(_carrier(f"a{number}", one) for number, one in enumerate(told["articles"]))
    return Group(told["kind"], told["half"], carriers, told["origins"], told["first"])


def _carrier(id: str, told: dict[str, str]) -> Carrier:
    text, says = told["text"], told["says"]
    start = text.index(says)
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    source = Source(id, "A title", told["outlet"], None, date.fromisoformat(told["published"]))
    return Carrier(source, text, start, start + len(says), begin, end if end >= 0 else len(text))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m eval.origin_calibration",
    )
    parser.add_argument("file", nargs="?", type=Path, default=BUILT_IN)
    groups = read_groups(parser.parse_args().file)
    for half in sorted({group.half for group in groups}):
        print("\n".join(_shown(half, [group for group in groups if group.half == half])))


def _shown(half: int, groups: list[Group]) -> Iterator[str]:
    told = [origins(group.carriers) for group in groups]
    counted = [one.count == group.origins for one, group in zip(told, groups, strict=True)]
    named = [_is_named(one.first, group.first) for one, group in zip(told, groups, strict=True)]
    plain = [len({one.source.outlet or one.source.id for one in group.carriers}) == group.origins for group in groups]
    earliest = [
        _is_named(min(g.carriers, key=lambda c: c.source.published or date.max).source.outlet, g.first)
        for g in groups
    ]
    both = [a and b for a, b in zip(counted, named, strict=True)]
    yield f"half {half}: {len(groups)} groups; counted {sum(counted)}, named {sum(named)}, both {sum(both)}"
    yield f"  baseline, distinct outlets: counted {sum(plain)}, named {sum(earliest)}"
    for one, group, right in zip(told, groups, both, strict=True):
        if not right:
            yield f"  {group.kind}: {one.count} ({one.first}) for {group.origins} ({group.first})"


def _earliest_outlet(group: Group) -> str | None:
    return min(group.carriers, key=lambda one: one.source.published or date.max).source.outlet


def _is_named(name: str | None, right: str | None) -> bool:
    return (name and outlet_key(name)) == (right and outlet_key(right))


if __name__ == "__main__":
    main()
