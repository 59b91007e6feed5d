"""Measures how often `trace` names the right article, on any articles, without labels.

    python -m eval.bench.attribution PATH… [--leave-out 0.2] [--excerpts 500]

Sentences and paragraphs are sampled from the articles, and traced unchanged, with one number or name changed, and
with other punctuation; and from articles left out of the library, where finding nothing is right. Captions, footers
and the like are reported separately, and so are excerpts of left-out articles of which half the words, or eight,
stand together in an article of the library. The right article is the excerpt's own, or any with exactly its words.

The baseline, in the same run, is the paragraph with the nearest vector, with the best similarity threshold.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

from eval.scores import Interval
from eval.statistics import intervals
from rag.articles import Article, squeeze
from rag.desk import Desk
from rag.embedding import Embedder, load_embedder
from rag.errors import BadInput, BylineError
from rag.ingestion import read_paths
from rag.language.sentences import sentence_spans
from rag.library import Library, open_library

FEWEST_WORDS, LONGEST = 6, 1_200  # of an excerpt, in words and in characters
RUN = 8  # words that seldom follow one another by chance
KEY = 3
RESAMPLES = 2_000
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d+)*(?:\.\d+)?(?!\w)")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b(?!['’])")
_OTHER_MARKS = str.maketrans(
    {"“": '"', "”": '"', "‘": "'", "’": "'", '"': "”", "'": "’", "—": "-", "–": "-", "\u00a0": " ", ";": ","}
)


@dataclass(frozen=True, slots=True)
class Sample:
    """An excerpt to trace; `changed` are the inserted words, None for none; `right` are the right articles' ids."""

    text: str
    article: str
    right: frozenset[str]
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class TraceResult:
    """A tracer's result: the first article, None for no match, and whether it was flagged as edited.

    `edits` are the excerpt's words that were reported as edited.
    """

    article: str | None
    edited: bool = False
    edits: tuple[str, ...] = ()


Tracing = Callable[[str], TraceResult]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m eval.bench.attribution",
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders, as for byline ingest")
    parser.add_argument("--leave-out", type=float, default=0.2, help="share of the articles kept from the library")
    parser.add_argument("--excerpts", type=int, default=500, help="how many are drawn, and as many of those left out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--library", type=Path, help="keep the library in this folder, for a next time")
    arguments = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory() as folder:
            _run(arguments, arguments.library or Path(folder))
    except BylineError as error:
        sys.exit(f"Error: {error}")


def _run(arguments: argparse.Namespace, folder: Path) -> None:
    articles = _read(arguments.paths)
    kept, left_out = divided(articles, arguments.leave_out)
    embedder = load_embedder()
    library = open_library(folder, embedder)
    if library.count() > len(kept) or any(library.get(one.id) for one in left_out):
        raise BadInput(f"The library {folder} holds other articles: name an empty folder.")
    library.add(kept)
    samples = draw(kept, left_out, arguments.excerpts, arguments.seed)
    print(f"{len(kept):,} articles in the library, {len(left_out):,} left out; seed {arguments.seed}")
    desk = Desk(library, embedder)
    milliseconds: list[float] = []
    trace = by_desk(desk, milliseconds)
    results = {kind: [trace(sample.text) for sample in drawn] for kind, drawn in samples.items()}
    _show("trace", results, samples)
    first = earliest_first(results["as it is"], samples["as it is"], kept)
    print(
        f"  of excerpts that several dated articles hold, the earliest is named first: {sum(first)} of {len(first)}"
    )
    similarities = {kind: _nearest(library, embedder, drawn) for kind, drawn in samples.items()}
    _show("baseline: nearest paragraph*", baseline(similarities, samples), samples)
    print("* declines below a threshold of similarity, the best one on these excerpts")
    print(f"A trace took {median(milliseconds):.0f} ms (median), {np.quantile(milliseconds, 0.95):.0f} ms (p95).")
    library.close()


def _read(paths: Sequence[Path]) -> list[Article]:
    known = {item.id: item for item in read_paths(paths) if isinstance(item, Article)}
    if len(known) < 2:
        raise BadInput("At least two articles are needed: name files or folders that hold them.")
    return list(known.values())


def divided(articles: Iterable[Article], leave_out: float) -> tuple[list[Article], list[Article]]:
    """Splits articles into those for the library and those left out, by their ids."""
    if not 0 <= leave_out < 1:
        raise BadInput("--leave-out is a share of the articles, from 0 to less than 1.")
    kept: list[Article] = []
    left: list[Article] = []
    for article in articles:
        share = int.from_bytes(hashlib.sha256(article.id.encode()).digest()[:4]) / 2**32
        (left if share < leave_out else kept).append(article)
    return kept, left


# -- drawing ----------------------------------------------------------------------------------------


def draw(
    kept: Sequence[Article], left_out: Sequence[Article], excerpts: int, seed: int = 0
) -> dict[str, list[Sample]]:
    """Draws samples of each kind, without text that a left-out article shares with one of the library."""
    rng = random.Random(seed)
    held = _Held(kept)
    as_is = [Sample(text, id, held.by(text) | {id}) for text, id in _excerpts(kept, excerpts, rng)]
    captions = [
        Sample(text, id, held.by(text) | {id}) for text, id in _excerpts(kept, excerpts // 5, rng, evidence=False)
    ]
    names = sorted({match[0] for sample in as_is for match in _NAME.finditer(sample.text)})
    changed = [one for sample in as_is if (one := _with_other_value(sample, names, rng))]
    away = [Sample(text, id, frozenset()) for text, id in _excerpts(left_out, excerpts, rng) if not held.by(text)]
    return {
        "as it is": as_is,
        "a number changed": [one for one in changed if (one.changed or "")[:1].isdigit()],
        "a name changed": [one for one in changed if not (one.changed or "")[:1].isdigit()],
        "other marks": [one for sample in as_is if (one := _with_other_marks(sample))],
        "not here": [one for one in away if not held.part_of(one.text)],
        "partly here": [one for one in away if held.part_of(one.text)],
        "captions, footers": captions,
    }


def _excerpts(
    articles: Sequence[Article], count: int, rng: random.Random, *, evidence: bool = True
) -> Iterator[tuple[str, str]]:
    """Draws sentences and paragraphs in turn, with their article ids; all articles are equally likely."""
    drawn: set[str] = set()
    for number in range(20 * count):
        if len(drawn) >= count or not articles:
            return
        article = rng.choice(articles)
        spans = [(one.start, one.end) for one in article.paragraphs if one.evidence is evidence]
        if not spans:
            continue
        start, end = rng.choice(spans)
        if number % 2:
            first, last = rng.choice(sentence_spans(article.text[start:end]) or [(0, end - start)])
            start, end = start + first, start + last
        text = article.text[start:end].strip()
        if len(_WORD.findall(text)) >= FEWEST_WORDS and len(text) <= LONGEST and text not in drawn:
            drawn.add(text)
            yield text, article.id


def _with_other_value(sample: Sample, names: Sequence[str], rng: random.Random) -> Sample | None:
    """Changes one number or, without a number or at random, one name."""
    numbers, named = list(_NUMBER.finditer(sample.text)), list(_NAME.finditer(sample.text))
    if numbers and (not named or rng.random() < 0.5):
        place = rng.choice(numbers)
        new = _other_number(place[0], rng)
    elif named:
        place = rng.choice(named)
        new = rng.choice([name for name in names if name.casefold() != place[0].casefold()] or ["Nobody"])
    else:
        return None
    text = sample.text[: place.start()] + new + sample.text[place.end() :]
    return Sample(text, sample.article, sample.right, new)


def _other_number(number: str, rng: random.Random) -> str:
    place = rng.choice([place for place, digit in enumerate(number) if digit.isdigit()])
    digit = rng.choice([one for one in "123456789" if one != number[place]])
    return number[:place] + digit + number[place + 1 :]


def _with_other_marks(sample: Sample) -> Sample | None:
    """Changes quotation marks, dashes and white space, and drops the last full stop."""
    text = squeeze(sample.text.translate(_OTHER_MARKS)).rstrip(".").replace(". ", ".  ")
    return Sample(text, sample.article, sample.right) if text != sample.text else None


class _Held:
    """An index of articles by their words, ignoring punctuation."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self._words = {article.id: _plain(article.text) for article in articles}
        self._holders: defaultdict[str, set[str]] = defaultdict(set)  # of each run of `KEY` words, the articles' ids
        for id, words in self._words.items():
            for run in _runs(words.split(), KEY):
                self._holders[run].add(id)

    def by(self, text: str) -> frozenset[str]:
        wanted = _plain(text)
        return frozenset(id for id in self._candidates(wanted.split()) if wanted in self._words[id])

    def part_of(self, text: str) -> bool:
        """Whether an article contains a run of half its words, or of `RUN` words."""
        words = _plain(text).split()
        length = min(RUN, -(-len(words) // 2))
        runs = [words[place : place + length] for place in range(len(words) - length + 1)]
        return any(f" {' '.join(run)} " in self._words[id] for run in runs for id in self._candidates(run))

    def _candidates(self, words: Sequence[str]) -> set[str]:
        """The articles that contain every run of `KEY` words."""
        return set.intersection(*(self._holders.get(run, set()) for run in _runs(words, KEY)))


def _runs(words: Sequence[str], length: int) -> list[str]:
    return [" ".join(words[place : place + length]) for place in range(len(words) - length + 1)]


def _plain(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "


# -- tracing ----------------------------------------------------------------------------------------


def by_desk(desk: Desk, milliseconds: list[float]) -> Tracing:
    """Results of `trace`; appends the time of each."""

    def trace(text: str) -> TraceResult:
        began = time.perf_counter()
        matches = desk.trace(text)
        milliseconds.append((time.perf_counter() - began) * 1000)
        if not matches:
            return TraceResult(None)
        first = matches[0]
        return TraceResult(first.source.id, first.kind == "edited", tuple(edit.excerpt for edit in first.edits))

    return trace


def earliest_first(
    results: Sequence[TraceResult], samples: Sequence[Sample], articles: Iterable[Article]
) -> list[bool]:
    """For each excerpt in several dated articles, whether the first result is of the earliest day."""
    days = {article.id: article.source.published for article in articles}
    found = []
    for one, sample in zip(results, samples, strict=True):
        dated = [day for id in sample.right if (day := days[id])]
        if len(dated) > 1 and one.article is not None:
            found.append(days[one.article] == min(dated))
    return found


def _nearest(library: Library, embedder: Embedder, samples: Sequence[Sample]) -> list[tuple[str, float]]:
    """The article of the paragraph nearest to each sample, and its similarity."""
    vectors = embedder.encode([sample.text for sample in samples])
    found = [library.nearest(vector, 1)[0] for vector in vectors]
    passages = library.passages([one.key for one in found])
    return [(passages[one.key].source.id, one.score) for one in found]


def baseline(
    similarities: dict[str, list[tuple[str, float]]], samples: dict[str, list[Sample]]
) -> dict[str, list[TraceResult]]:
    """Results of the nearest paragraph, with the threshold that errs least on these very samples."""
    here = np.array([score for _, score in similarities["as it is"]])
    away = np.array([score for _, score in similarities["not here"]])
    steps = np.unique(np.concatenate([here, away, [0.0]]))
    errs = [(here < step).mean() + ((away >= step).mean() if len(away) else 0) for step in steps]
    least = float(steps[int(np.argmin(errs))])
    return {
        kind: [TraceResult(article if score >= least else None) for article, score in pairs]
        for kind, pairs in similarities.items()
    }


# -- output -----------------------------------------------------------------------------------------


def shares(results: Sequence[TraceResult], samples: Sequence[Sample]) -> dict[str, Interval]:
    """Shares of right and wrong articles, of edits flagged, of changed words named, and of no matches."""
    if not samples:
        return {}
    rows = [
        (
            one.article in sample.right,
            one.article is not None and one.article not in sample.right,
            one.edited,
            one.edited and any(sample.changed in edit for edit in one.edits if sample.changed),
            one.article is None,
        )
        for one, sample in zip(results, samples, strict=True)
    ]
    found = intervals(
        np.array(rows, np.float64),
        [sample.article for sample in samples],
        limits=[(0.0, 1.0)] * 5,
        resamples=RESAMPLES,
    )
    return dict(zip(("right", "wrong", "flagged", "named", "declined"), found, strict=True))


def _show(name: str, results: dict[str, list[TraceResult]], samples: dict[str, list[Sample]]) -> None:
    print(f"\n{name}")
    for kind, drawn in samples.items():
        print(f"  {kind:17} n = {len(drawn):<5}", end="")
        print("  ".join(f"{what} {_written(share)}" for what, share in shares(results[kind], drawn).items()))


def _written(share: Interval) -> str:
    bounds = "" if share.low is None or share.high is None else f" [{share.low:.3f}, {share.high:.3f}]"
    return f"{share.value:.3f}{bounds}"


if __name__ == "__main__":
    main()
