"""Measures precision and recall of `rag.conflicts` on planted pairs of articles and on real news.

    python -m eval.bench.conflicts [-v] [FOLDER] [--questions 60]

Planted: the pairs of short articles in `eval/built_in/planted_conflicts.jsonl`. Half of them differ in one fact, half
say the same in other words; the baseline flags sentences that share half of their words and have other numbers or
days. Seeds: every conflict among the articles of `seeds/`. Real news, where FOLDER has weeks of RealTimeQA: conflicts
of the first three of the 30 paragraphs nearest to each question, mostly false alarms to be judged by eye; and recall
where one number, weekday or name was altered in one of two sentences that say the same. With -v every miss, false
alarm and conflict is printed.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter
from sklearn.feature_extraction.text import TfidfVectorizer

from eval.bench.newsroom import draw
from eval.cases import Case
from eval.formats.realtimeqa import read_realtimeqa
from eval.suites import load_suite
from rag.articles import Article, Passage, Source, Span
from rag.conflicts import Conflict, ConflictingValue, find_conflicts
from rag.language.dates import dates
from rag.language.names import names
from rag.language.quantities import quantities
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words

PAIRS = Path(__file__).parents[1] / "built_in" / "planted_conflicts.jsonl"
PARAGRAPHS, CITED = 30, 3  # of each question, nearest first
SAME, SAME_OF_LONGER, LEAST_SHARED = (
    0.75,
    0.5,
    5,
)  # shares and number of word stems of two sentences that say the same
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_DIGIT = re.compile(r"[1-9]")
Find = Callable[[Iterable[Span], Sequence[Passage]], Sequence[Conflict]]


@dataclass(frozen=True, slots=True)
class Text:
    """A short article with its day."""

    published: date
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles on a question; `values` are the differing ones, none where only the words differ.

    `half`: the first was used while writing the rules, the second later, the third only for measuring.
    """

    half: Literal["first", "second", "third"]
    label: Literal["differ", "updated", "none"]
    kind: str
    question: str
    one: Text
    other: Text
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The conflicts found in a pair, and how many of them are the planted one with the right kind."""

    pair: Pair
    found: tuple[Conflict, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Altered:
    """Two passages; in the second, `value` was changed to `other`; `span` is the first's sentence."""

    kind: str
    span: Span
    pool: tuple[Passage, Passage]
    value: str
    other: str


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """Reads planted pairs from a JSON Lines file."""
    kind = TypeAdapter(Pair)
    return tuple(kind.validate_json(line) for line in path.read_bytes().splitlines())


def judge(pair: Pair, find: Find = find_conflicts) -> Outcome:
    """Finds the conflicts of the first article's sentences, or of the second's."""
    pool = [_passage("one", pair.one), _passage("other", pair.other)]
    found: dict[frozenset[str], Conflict] = {}
    for index in range(len(pool)):
        for one in find(_sentences(index, pool[index]), pool):
            found.setdefault(frozenset(each.value.lower() for each in one.values), one)
    return Outcome(pair, tuple(found.values()), sum(_is_planted(one, pair) for one in found.values()))


def precision(outcomes: Sequence[Outcome]) -> float:
    """The share of the conflicts found that were planted, with the right kind."""
    return sum(one.right for one in outcomes) / max(1, sum(len(one.found) for one in outcomes))


def recall(outcomes: Sequence[Outcome]) -> float:
    """The share of the planted conflicts that were found, with the right kind."""
    planted = [one for one in outcomes if one.pair.label != "none"]
    return sum(one.right > 0 for one in planted) / max(1, len(planted))


def baseline(spans: Iterable[Span], pool: Sequence[Passage]) -> list[Conflict]:
    """Sentences of two articles that share half of their words and have different numbers or days."""
    found = []
    for span in spans:
        mine = _text(span, pool)
        for index, passage in enumerate(pool):
            if passage.source.id == pool[span.passage].source.id:
                continue
            for other in _sentences(index, passage):
                if _overlap(mine, _text(other, pool))[0] >= 0.5:
                    found += _unlike(mine, span, _text(other, pool), other)
    return found


# -- real articles ----------------------------------------------------------------------------------


def seeds_conflicts() -> Sequence[Conflict]:
    """Every conflict among the articles of `seeds/`, with each sentence as if it were cited."""
    pool = [passage for article in load_suite("seeds").articles for passage in _passages(article)]
    return find_conflicts([span for index, one in enumerate(pool) for span in _sentences(index, one)], pool)


def news_pools(folder: Path, questions: int) -> list[tuple[Case, list[Passage]]]:
    """Questions of RealTimeQA with the paragraphs nearest to them by TF-IDF."""
    suite = draw(read_realtimeqa(folder), folder, 0, questions)
    passages = [passage for article in suite.articles for passage in _passages(article)]
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    rows = words.fit_transform([one.text for one in passages])
    pools = []
    for case in suite.cases:
        scores = (rows @ words.transform([case.question]).T).toarray().ravel()
        nearest = np.argsort(-scores, kind="stable")[:PARAGRAPHS]
        pools.append((case, [passages[place] for place in nearest]))
    return pools


def told_of(pool: Sequence[Passage]) -> Sequence[Conflict]:
    """The conflicts of the first paragraphs' sentences with the others'."""
    spans = [span for index, one in enumerate(pool[:CITED]) for span in _sentences(index, one)]
    return find_conflicts(spans, pool)


def alterations(pools: Iterable[Sequence[Passage]]) -> list[Altered]:
    """For each two sentences of different articles that say the same, alters a shared value in the second."""
    found: dict[tuple[str, str, str], Altered] = {}
    for pool in pools:
        every = [(span, _text(span, pool)) for index, one in enumerate(pool) for span in _sentences(index, one)]
        for span, text in every:
            for other, there in every:
                if _say_the_same(pool, span, text, other, there):
                    for kind, value, new in _changes(text, there):
                        altered = _alter(kind, span, other, pool, value, new)
                        found.setdefault((kind, text, there), altered)
    return list(found.values())


def is_found(altered: Altered, find: Find = find_conflicts) -> bool:
    """Whether a conflict between the value and its alteration is found."""
    return any(
        any(altered.value in each.value for each in one.values)
        and any(altered.other in each.value for each in one.values)
        for one in find([altered.span], altered.pool)
    )


def _say_the_same(pool: Sequence[Passage], span: Span, text: str, other: Span, there: str) -> bool:
    if pool[span.passage].source.id == pool[other.passage].source.id or text == there:
        return False
    share, shared = _overlap(text, there)
    longer = max(len(_stems(text)), len(_stems(there)))
    return share >= SAME and shared >= max(LEAST_SHARED, SAME_OF_LONGER * longer)


def _changes(text: str, there: str) -> Iterator[tuple[str, str, str]]:
    """A number with a unit, a weekday and a name that both sentences have, with replacements."""
    for one in quantities(there):
        digits = re.match(r"[\d,.]*\d", one.text)
        if digits and one.unit and one.value > 1 and one.text in text and text.count(digits[0]) == 1:
            yield "number", digits[0], _DIGIT.sub(lambda digit: str(int(digit[0]) % 9 + 1), digits[0], count=1)
            break
    for place, day in enumerate(_WEEKDAYS):
        if day in text and day in there:
            yield "weekday", day, _WEEKDAYS[(place + 2) % 7]
            break
    for name in names(there):
        if len(name.text.split()) == 2 and name.text in text and name.text.replace(" ", "").isalpha():
            yield "name", name.text, "Harold Brimley"
            break


def _alter(kind: str, span: Span, other: Span, pool: Sequence[Passage], value: str, new: str) -> Altered:
    mine, theirs = pool[span.passage], pool[other.passage]
    text = theirs.text
    for old, other_word in zip(value.split(), new.split(), strict=True):
        text = re.sub(rf"(?<![\w,.]){re.escape(old)}\b", other_word, text)
    changed = Passage(theirs.source, theirs.paragraph, theirs.start, theirs.start + len(text), text, 1.0)
    return Altered(kind, Span(0, span.start, span.end), (mine, changed), value, new)


# -- output -----------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m eval.bench.conflicts", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("folder", type=Path, nargs="?", metavar="FOLDER", help="weeks of RealTimeQA")
    parser.add_argument("--questions", type=int, default=60, help="how many are drawn")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what was found and what was missed")
    given = parser.parse_args()
    _show_planted(verbose=given.verbose)
    _show_conflicts("seeds", seeds_conflicts(), verbose=True)
    if given.folder:
        _show_news(news_pools(given.folder, given.questions), verbose=given.verbose)


def _show_planted(*, verbose: bool) -> None:
    pairs = read_pairs()
    for half in dict.fromkeys(pair.half for pair in pairs):
        these = [pair for pair in pairs if pair.half == half]
        planted = sum(pair.label != "none" for pair in these)
        print(f"{half}: {planted} planted, {len(these) - planted} harmless")
        outcomes = [judge(pair) for pair in these]
        _show("rag.conflicts", outcomes)
        _show("baseline", [judge(pair, baseline) for pair in these])
        for one in outcomes if verbose else ():
            _show_wrong(one)


def _show(name: str, outcomes: Sequence[Outcome]) -> None:
    found, right = sum(len(one.found) for one in outcomes), sum(one.right for one in outcomes)
    planted = [one for one in outcomes if one.pair.label != "none"]
    print(
        f"  {name:15} precision {precision(outcomes):.2f} ({right} of {found} told)  recall {recall(outcomes):.2f} "
        f"({sum(one.right > 0 for one in planted)} of {len(planted)})"
    )


def _show_wrong(one: Outcome) -> None:
    if (one.pair.label == "none" and not one.found) or (one.right and one.right == len(one.found)):
        return
    print(f"  -- {one.pair.label} {one.pair.kind}\n     {one.pair.one.text}\n     {one.pair.other.text}")
    for found in one.found:
        print(f"     {found.kind}: {' | '.join(each.value for each in found.values)}")


def _show_news(pools: Sequence[tuple[Case, list[Passage]]], *, verbose: bool) -> None:
    told = [(case, pool, told_of(pool)) for case, pool in pools]
    print(f"real news: {sum(bool(found) for *_, found in told)} of {len(told)} questions are told of a conflict")
    for case, pool, found in told if verbose else ():
        _show_conflicts(case.question, found, pool, verbose=True)
    altered = alterations(pool for _, pool in pools)
    for kind in dict.fromkeys(one.kind for one in altered):
        these = [one for one in altered if one.kind == kind]
        found_in = [is_found(one) for one in these]
        print(f"  {kind + ' altered':15} recall {np.mean(found_in):.2f} ({sum(found_in)} of {len(these)})")
        for one in islice((one for one, found in zip(these, found_in, strict=True) if not found), 20):
            if verbose:
                print(f"     missed {one.value}: {_text(one.span, one.pool)}\n     {one.other}: {one.pool[1].text}")


def _show_conflicts(name: str, found: Sequence[Conflict], pool: Sequence[Passage] = (), *, verbose: bool) -> None:
    if found or not pool:
        print(f"{name}: {len(found)} told")
    for one in found if verbose else ():
        print(f"  {one.kind}: {' | '.join(each.value for each in one.values)} -- {one.about}")
        for each in one.values if pool else ():
            source = pool[each.spans[0].passage].source
            print(f"      {source.published} {source.outlet}: {_text(each.spans[0], pool)}")


# -- texts ------------------------------------------------------------------------------------------


def _passage(name: str, text: Text) -> Passage:
    return Passage(Source(name, "", name, None, text.published), 1, 0, len(text.text), text.text, 1.0)


def _passages(article: Article) -> list[Passage]:
    return [
        Passage(article.source, one.number, one.start, one.end, article.text[one.start : one.end], 1.0)
        for one in article.paragraphs
        if one.evidence
    ]


def _sentences(index: int, passage: Passage) -> list[Span]:
    return [Span(index, passage.start + start, passage.start + end) for start, end in sentence_spans(passage.text)]


def _text(span: Span, pool: Sequence[Passage]) -> str:
    passage = pool[span.passage]
    return passage.text[span.start - passage.start : span.end - passage.start]


def _is_planted(found: Conflict, pair: Pair) -> bool:
    """Whether the pair's values are in different values of the conflict, and its kind is right."""
    if pair.label != found.kind:
        return False
    one, other = (
        {place for place, each in enumerate(found.values) if value.lower() in each.value.lower()}
        for value in pair.values
    )
    return bool(one and other and (one - other or other - one))


@cache
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))


def _overlap(one: str, other: str) -> tuple[float, int]:
    """The share of the shorter sentence's word stems that the other has, and their number."""
    mine, theirs = _stems(one), _stems(other)
    return len(mine & theirs) / max(1, min(len(mine), len(theirs))), len(mine & theirs)


def _unlike(mine: str, span: Span, theirs: str, other: Span) -> list[Conflict]:
    found = []
    for left, right in (
        ([each.text for each in quantities(mine)], [each.text for each in quantities(theirs)]),
        ([each.text for each in dates(mine, None)], [each.text for each in dates(theirs, None)]),
    ):
        if left and right and set(left) != set(right):
            values = (ConflictingValue(" ".join(left), (span,)), ConflictingValue(" ".join(right), (other,)))
            found.append(Conflict("", "differ", values))
    return found


if __name__ == "__main__":
    main()
