"""The card of the comparison of articles: which disagreements it finds, and what it takes for one that is none.

    python -m eval.difference_calibration [-v]

It reads the pairs of short articles in `eval/built_in/planted_differences.jsonl`, written for it: half of them tell
one thing differently, half only in other words. Beside it stands a baseline: sentences that share half of their words
and have different numbers or days. With -v what went wrong is printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from rag.articles import Passage, Source, Span
from rag.conflicts import Difference, Telling, differences
from rag.language.dates import dates
from rag.language.quantities import quantities
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words

PAIRS = Path(__file__).parent / "built_in" / "planted_differences.jsonl"
Compare = Callable[[Iterable[Span], Sequence[Passage]], Sequence[Difference]]


@dataclass(frozen=True, slots=True)
class Text:
    """A short article and its day."""

    published: date
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles on what is asked; `values` are what they say differently, none where it is only worded otherwise.

    `half` says when it was written: the first half was looked at while the comparison was made.
    """

    half: Literal["first", "second"]
    label: Literal["differ", "updated", "none"]
    kind: str
    question: str
    one: Text
    other: Text
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in a pair: how many differences, and whether the planted one, of its kind, is among them."""

    pair: Pair
    told: tuple[Difference, ...]
    right: int

    @property
    def found(self) -> bool:
        return self.right > 0


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """The pairs that were written for the comparison."""
    kind = TypeAdapter(Pair)
    return tuple(kind.validate_json(line) for line in path.read_bytes().splitlines())


def judge(pair: Pair, compare: Compare = differences) -> Verdict:
    """What is found where the first article's sentences are told, or the second's: what either way finds."""
    pool = [_passage("one", pair.one), _passage("other", pair.other)]
    told: dict[frozenset[str], Difference] = {}
    for index in range(len(pool)):
        spans = [Span(index, start, end) for start, end in sentence_spans(pool[index].text)]
        for one in compare(spans, pool):
            told.setdefault(frozenset(telling.value.lower() for telling in one.tellings), one)
    return Verdict(pair, tuple(told.values()), sum(_is_planted(one, pair) for one in told.values()))


def precision(verdicts: Sequence[Verdict]) -> float:
    """The share of the differences told that were planted, with the right kind."""
    return sum(one.right for one in verdicts) / max(1, sum(len(one.told) for one in verdicts))


def recall(verdicts: Sequence[Verdict]) -> float:
    """The share of the planted differences that were found, with the right kind."""
    planted = [one for one in verdicts if one.pair.label != "none"]
    return sum(one.found for one in planted) / max(1, len(planted))


def baseline(spans: Iterable[Span], pool: Sequence[Passage]) -> list[Difference]:
    """Sentences of two articles that share half of their words and have different numbers or days."""
    found = []
    for span in spans:
        mine = _words(span, pool)
        for index, passage in enumerate(pool):
            if passage.source.id == pool[span.passage].source.id:
                continue
            for start, end in sentence_spans(passage.text):
                theirs = passage.text[start:end]
                if _overlap(mine, theirs) >= 0.5:
                    found += _unlike(mine, span, theirs, Span(index, start, end))
    return found


def main(*, verbose: bool) -> None:
    """Print the card of both halves."""
    pairs = read_pairs()
    for half in ("first", "second"):
        these = [pair for pair in pairs if pair.half == half]
        planted = sum(pair.label != "none" for pair in these)
        print(f"{half} half: {planted} planted, {len(these) - planted} harmless")
        verdicts = [judge(pair) for pair in these]
        _show("the comparison", verdicts)
        _show("baseline", [judge(pair, baseline) for pair in these])
        for kind in dict.fromkeys((pair.label, pair.kind) for pair in these):
            _show_kind(kind, [one for one in verdicts if (one.pair.label, one.pair.kind) == kind])
        for one in verdicts if verbose else ():
            _show_wrong(one)


def _passage(name: str, text: Text) -> Passage:
    return Passage(Source(name, "", name, None, text.published), 1, 0, len(text.text), text.text, 1.0)


def _is_planted(told: Difference, pair: Pair) -> bool:
    """Whether it is the planted difference: each of the pair's values in a telling of its own, and the same kind."""
    if pair.label != told.kind:
        return False
    places = [
        {place for place, telling in enumerate(told.tellings) if value.lower() in telling.value.lower()}
        for value in pair.values
    ]
    one, other = places
    return bool(one and other and (one - other or other - one))


def _words(span: Span, pool: Sequence[Passage]) -> str:
    passage = pool[span.passage]
    return passage.text[span.start - passage.start : span.end - passage.start]


def _overlap(one: str, other: str) -> float:
    mine, theirs = ({stem(word) for word in content_words(text)} for text in (one, other))
    return len(mine & theirs) / max(1, min(len(mine), len(theirs)))


def _unlike(mine: str, span: Span, theirs: str, other: Span) -> list[Difference]:
    found = []
    for left, right in (
        ([each.text for each in quantities(mine)], [each.text for each in quantities(theirs)]),
        ([each.text for each in dates(mine, None)], [each.text for each in dates(theirs, None)]),
    ):
        if left and right and set(left) != set(right):
            values = (Telling(" ".join(left), (span,)), Telling(" ".join(right), (other,)))
            found.append(Difference("", "differ", values))
    return found


def _show(name: str, verdicts: Sequence[Verdict]) -> None:
    told, right = sum(len(one.told) for one in verdicts), sum(one.right for one in verdicts)
    planted = [one for one in verdicts if one.pair.label != "none"]
    print(
        f"  {name:15} precision {precision(verdicts):.2f} ({right} of {told} told)  recall {recall(verdicts):.2f} "
        f"({sum(one.found for one in planted)} of {len(planted)})"
    )


def _show_kind(kind: tuple[str, str], verdicts: Sequence[Verdict]) -> None:
    label, name = kind
    if label == "none":
        count, of = sum(bool(one.told) for one in verdicts), "told falsely in"
    else:
        count, of = sum(one.found for one in verdicts), "found"
    print(f"    {label:8} {name:18} {of} {count} of {len(verdicts)}")


def _show_wrong(one: Verdict) -> None:
    if (one.pair.label == "none" and not one.told) or (one.found and one.right == len(one.told)):
        return
    print(f"  -- {one.pair.label} {one.pair.kind}\n     {one.pair.one.text}\n     {one.pair.other.text}")
    for told in one.told:
        print(f"     {told.kind}: {' | '.join(telling.value for telling in told.tellings)}")


if __name__ == "__main__":
    main(verbose="-v" in sys.argv[1:])
