"""Measures retrieval against baselines in the same run: `python -m eval.bench.retrieval SUITE --library PLACE`.

SUITE names right articles, such as `realtimeqa:past/2023?sample=0.4`. Every search reads only articles published by
the question's day. The first run fills the library, later ones reuse it. With `--other PLACE`, a second library, such
as one in Milvus, gets the same questions and is compared question by question; `--embeds` says what it embeds. With
`--fit`, the weights of `rag.retrieval` are fitted instead.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.bench.alterations import OUTLET_NAMED, alterations, without
from eval.bench.rankings import Ranking, Searched, ablations, baselines, byline, searched
from eval.bench.retrieval_fit import Gain, report
from eval.bounds import Floats
from eval.cases import Case
from eval.formats.documents import says
from eval.scores import Interval
from eval.statistics import intervals
from eval.suites import load_suite
from rag.articles import Article, Passage
from rag.cross_encoding import load_cross_encoder
from rag.embedding import Embedder, load_embedder
from rag.library import Library, open_library
from rag.library.copying import CarryingEmbedder
from rag.retrieval import Weights
from rag.settings import load_settings

FIRST, PASSAGES = 10, 20
SHORTEST_ANSWER = 3  # letters and digits; shorter ones occur in many paragraphs by chance
METRICS = ("right article first", f"in {FIRST}", "reciprocal rank", f"answer in {PASSAGES}")

JUDGED_BY = (METRICS[0], METRICS[3])  # what the weights are fitted for


@dataclass(frozen=True, slots=True)
class Measured:
    """Scores of rankings by name: (cases, metrics) float64, NaN where a metric does not apply."""

    values: Mapping[str, Floats]
    clusters: tuple[str, ...]


def measure(questions: Sequence[Searched], rankings: Mapping[str, Ranking]) -> Measured:
    """Scores every ranking of every question."""
    values = {
        name: np.array([score(one.case, ranking(one)) for one in questions], np.float64)
        for name, ranking in rankings.items()
    }
    return Measured(values, tuple(one.case.cluster or one.case.id for one in questions))


def score(case: Case, passages: Sequence[Passage]) -> tuple[float, ...]:
    """The four metrics of one ranking; the last is NaN without an answer that is long enough."""
    articles = list(dict.fromkeys(passage.source.id for passage in passages))[:FIRST]
    rank = next((rank for rank, id in enumerate(articles, start=1) if id in case.articles), None)
    found = (float(rank == 1), float(rank is not None), 1 / rank if rank else 0.0)
    answers = [one for fact in case.answers for one in fact if len(re.findall(r"\w", one)) >= SHORTEST_ANSWER]
    if not answers:
        return (*found, np.nan)
    return (*found, float(any(says(one.text, answer) for one in passages[:PASSAGES] for answer in answers)))


def table(measured: Measured, names: Iterable[str]) -> list[str]:
    """The means with their 95% intervals, a line for each ranking."""
    lines = [f"| | {' | '.join(METRICS)} |", "|---" * (len(METRICS) + 1) + "|"]
    for name in names:
        means = intervals(measured.values[name], measured.clusters, limits=[(0, 1)] * len(METRICS))
        lines.append(f"| {name} | {' | '.join(map(_shown, means))} |")
    return lines


def differences(measured: Measured, ours: str, others: Iterable[str]) -> list[str]:
    """Mean paired differences of `ours` and each other ranking, with 95% intervals."""
    lines = [f"| {ours} minus | {' | '.join(METRICS)} |", "|---" * (len(METRICS) + 1) + "|"]
    for name in others:
        paired = measured.values[ours] - measured.values[name]
        means = intervals(paired, measured.clusters, limits=[(-1, 1)] * len(METRICS))
        lines.append(f"| {name} | {' | '.join(_shown(one, '+') for one in means)} |")
    return lines


def _shown(one: Interval, sign: str = "") -> str:
    between = "" if one.low is None or one.high is None else f" ({one.low:{sign}.3f} to {one.high:{sign}.3f})"
    return f"{one.value:{sign}.3f}{between}" if one.n else "—"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite")
    parser.add_argument("--library", required=True, help="where a library of the suite's articles is, or is made")
    parser.add_argument("--other", metavar="PLACE", help="another such library, compared with the first")
    parser.add_argument("--embeds", choices=list(EMBEDDED), help="what the other library embeds beside a paragraph")
    parser.add_argument("--words", action="store_true", help="by words alone, without embedding anything")
    parser.add_argument("--questions", type=int, help="measure only so many")
    parser.add_argument("--ablate", action="store_true", help="also without each idea")
    parser.add_argument("--fit", action="store_true", help="only fit the search's weights to the suite")
    parser.add_argument("--reranker", help="also with this CrossEncoder, by name or folder")
    arguments = parser.parse_args(argv)
    suite = load_suite(arguments.suite)
    embedder = WithoutMeaning() if arguments.words else load_embedder()
    library = _filled(arguments.library, suite.articles, embedder)
    cases = [case for case in suite.cases if case.articles][: arguments.questions]
    print(f"{len(cases)} questions over {library.count():,} articles; means with 95% intervals\n")
    if arguments.fit:
        named = alterations(cases, suite.articles)[OUTLET_NAMED]
        print("\n".join(report(_gain(searched(library, embedder, cases), searched(library, embedder, named)))))
        library.close()
        return
    others, ours = baselines(), {"Byline": byline()}
    if arguments.words:
        others = {name: others[name] for name in ("BM25 alone", "article BM25 alone")}
    if arguments.reranker:
        ours["Byline, reranked"] = byline(reranker=load_cross_encoder(arguments.reranker))
    _report(searched(library, embedder, cases), {**others, **ours})
    if arguments.ablate:
        _report(searched(library, embedder, cases), {"Byline": byline(), **ablations()})
        for name, altered in alterations(cases, suite.articles).items():
            print(f"Questions altered: {name}\n")
            _report(searched(library, embedder, altered), {"Byline": byline(), **without(name)})
    if arguments.other:
        carrying: Embedder = CarryingEmbedder(embedder, library)
        if arguments.embeds:
            carrying = InContext(embedder, suite.articles, EMBEDDED[arguments.embeds])
        other = _filled(arguments.other, suite.articles, carrying)
        _compare([searched(one, embedder, cases) for one in (library, other)], {**others, **ours})
        other.close()
    library.close()


class WithoutMeaning(Embedder):
    """Gives every text a zero vector, which finds nothing: for BM25 only."""

    def __init__(self) -> None:
        super().__init__("none", "none")
        self.fingerprint, self.dimension = "none", 8

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return np.zeros((len(texts), self.dimension), np.float32)


class InContext(Embedder):
    """Embeds a paragraph of these articles as what `embedded` makes of it, and any other text as it is."""

    def __init__(
        self,
        embedder: Embedder,
        articles: Sequence[Article],
        embedded: Callable[[Article, int], Sequence[str | None]],
    ) -> None:
        super().__init__(embedder.name, embedder.place)
        self._embedder = embedder
        self._context = {
            article.text[one.start : one.end]: ". ".join(filter(None, embedded(article, place)))
            for article in articles
            for place, one in enumerate(article.paragraphs)
            if one.evidence
        }

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        return self._embedder.encode([self._context.get(text, text) for text in texts])


def _with_title(article: Article, place: int) -> Sequence[str | None]:
    return article.source.title, _paragraph(article, place)


def _with_source(article: Article, place: int) -> Sequence[str | None]:
    source = article.source
    day = f"{source.published:%B %-d, %Y}" if source.published else None
    return source.outlet, day, source.title, _paragraph(article, place)


def _with_neighbour(article: Article, place: int) -> Sequence[str | None]:
    before = next((one for one in range(place - 1, -1, -1) if article.paragraphs[one].evidence), None)
    return None if before is None else _paragraph(article, before), _paragraph(article, place)


def _paragraph(article: Article, place: int) -> str:
    return article.text[article.paragraphs[place].start : article.paragraphs[place].end]


EMBEDDED: Mapping[str, Callable[[Article, int], Sequence[str | None]]] = {
    "title": _with_title,
    "source": _with_source,
    "neighbour": _with_neighbour,
}


def _filled(place: str, articles: Sequence[Article], embedder: Embedder) -> Library:
    token = load_settings().milvus_token
    library = open_library(place, embedder, token=token.get_secret_value() if token else None)
    library.add(articles, lambda report: print(f"\r{report.added:,} articles added", end="", file=sys.stderr))
    return library


def _gain(questions: Sequence[Searched], named: Sequence[Searched]) -> Gain:
    """The sum of right articles first and answers in twenty; for the outlet's weight, of questions that name one."""

    def gain(name: str, weights: Weights) -> float:
        asked = named if name == "outlet" and named else questions
        values = measure(asked, {"": byline(weights)}).values[""]
        return float(np.nansum([np.nanmean(values[:, METRICS.index(metric)]) for metric in JUDGED_BY]))

    return gain


def _compare(questions: Sequence[Sequence[Searched]], rankings: Mapping[str, Ranking]) -> None:
    """Compares the rankings of two libraries for the same questions."""
    here, there = (measure(one, rankings) for one in questions)
    others = {f"{name}, other": found for name, found in there.values.items()}
    both = Measured({**here.values, **others}, here.clusters)
    rows = [differences(both, f"{name}, other", [name]) for name in rankings]
    head = (f"| other minus first, paired | {' | '.join(METRICS)} |", rows[0][1])
    print("\n".join((*table(both, others), "", *head, *(row[2] for row in rows))), flush=True)


def _report(questions: Sequence[Searched], rankings: Mapping[str, Ranking]) -> None:
    measured = measure(questions, rankings)
    others = [name for name in rankings if name != "Byline"]
    print("\n".join((*table(measured, rankings), "", *differences(measured, "Byline", others), "")), flush=True)


if __name__ == "__main__":
    main()
