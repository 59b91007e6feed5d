"""Measures how often the origins of a statement are counted and named correctly, on a labelled set.

    python -m eval.bench.origins [FILE]

A line of the file is a group of invented articles, each with its sentence that supports the same statement; the
number of origins; and the first one's outlet. The baseline counts distinct outlets, and names the earliest.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rag.articles import Source
from rag.attribution import SourceSentence, find_origins
from rag.language.outlets import outlet_key

BUILT_IN = Path(__file__).parents[1] / "built_in" / "origins.jsonl"


@dataclass(frozen=True, slots=True)
class Group:
    """Sentences that support one statement, their number of origins, and the first origin's outlet."""

    kind: str
    half: int
    sentences: tuple[SourceSentence, ...]
    origins: int
    first: str | None


def read_groups(file: Path = BUILT_IN) -> list[Group]:
    """Reads labelled groups from a JSON Lines file."""
    return [_group(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def is_counted(group: Group) -> bool:
    """Whether the number of origins equals the label."""
    return find_origins(group.sentences).count == group.origins


def is_named(group: Group) -> bool:
    """Whether the first origin equals the label."""
    return _same(find_origins(group.sentences).first, group.first)


def _group(record: dict[str, Any]) -> Group:
    sentences = tuple(_sentence(f"a{number}", one) for number, one in enumerate(record["articles"]))
    return Group(record["kind"], record["half"], sentences, record["origins"], record["first"])


def _sentence(id: str, record: dict[str, str]) -> SourceSentence:
    text, says = record["text"], record["says"]
    start = text.index(says)
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    source = Source(id, "A title", record["outlet"], None, date.fromisoformat(record["published"]))
    return SourceSentence(source, text, start, start + len(says), begin, end if end >= 0 else len(text))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.origins", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=BUILT_IN)
    groups = read_groups(parser.parse_args().file)
    for half in sorted({group.half for group in groups}):
        print("\n".join(_lines(half, [group for group in groups if group.half == half])))


def _lines(half: int, groups: Sequence[Group]) -> Iterator[str]:
    counted, named = [is_counted(one) for one in groups], [is_named(one) for one in groups]
    distinct = [len({each.source.outlet or each.source.id for each in one.sentences}) for one in groups]
    plain = sum(count == one.origins for count, one in zip(distinct, groups, strict=True))
    earliest = [min(one.sentences, key=lambda each: each.day).source.outlet for one in groups]
    plainly_named = sum(_same(name, one.first) for name, one in zip(earliest, groups, strict=True))
    both = [a and b for a, b in zip(counted, named, strict=True)]
    yield f"half {half}: {len(groups)} groups; counted {sum(counted)}, named {sum(named)}, both {sum(both)}"
    yield f"  baseline, distinct outlets: counted {plain}, named {plainly_named}"
    for one, right in zip(groups, both, strict=True):
        if not right:
            found = find_origins(one.sentences)
            yield f"  {one.kind}: {found.count} ({found.first}) for {one.origins} ({one.first})"


def _same(name: str | None, right: str | None) -> bool:
    return (name and outlet_key(name)) == (right and outlet_key(right))


if __name__ == "__main__":
    main()
