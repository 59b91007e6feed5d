"""Measures how well Byline separates questions that the articles answer from those they do not.

    python -m eval.bench.silence --rgb en_fact.json --realtimeqa FOLDER… [--library FOLDER]

RGB: each question is asked over its answering documents, alone and mixed with noise, and over the noise only.
RealTimeQA: each question is asked on its day, then without all articles that may answer it, and as of the day before
the first of them. The baselines are three searches that answer with their first result, each with the threshold that
is best on the same questions: the nearest sentence, the sentence with most of the question's words, and the paragraph
with the highest BM25.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from eval.cases import Case, Suite
from eval.formats.realtimeqa import read_realtimeqa
from eval.formats.rgb import read_rgb
from eval.formats.sayings import Sayings
from eval.metrics.abstention import aurc, selective_accuracy
from eval.metrics.answers import correct
from eval.metrics.metric import Observation
from eval.replies import Reply, Stated, reply_of
from rag.articles import Article, Filters, Question
from rag.desk import Desk
from rag.embedding import Embedder, load_embedder
from rag.language.sameness import stem
from rag.language.sentences import sentence_spans
from rag.language.words import content_words
from rag.library import Library, Scope, open_library

EVERY_DOCUMENT = 100  # more than any question of RGB has
LOST = 0.05  # share of the right answers that a threshold may lose
BASELINES = ("nearest sentence", "question's words", "BM25")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the replies of Byline and of each baseline."""

    case: Case
    byline: Reply
    baselines: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A desk with its library and embedder, which the baselines use."""

    desk: Desk
    library: Library
    embedder: Embedder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.silence", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rgb", type=Path, metavar="FILE", help="RGB's en_fact.json, or another of its files")
    parser.add_argument(
        "--realtimeqa", type=Path, nargs="*", default=[], metavar="FOLDER", help="folders of one year"
    )
    parser.add_argument("--library", help="a folder that keeps what was embedded for the next time")
    given = parser.parse_args()
    if given.rgb:
        _show_rgb(given.rgb, given.library)
    for folder in given.realtimeqa:
        suite = read_realtimeqa(folder)
        with _opened(suite.articles, given.library) as place:
            answerable = [replace(case, filters=_of(suite)) for case in suite.cases if case.answers]
            told = ask(answerable, place)
            for name, unanswerable in (("leave gold out", left_out(suite)), ("time slice", a_day_before(suite))):
                show(f"{folder.name}, {name}", told + ask(unanswerable, place))


def _show_rgb(file: Path, library: str | None) -> None:
    alone, mixed = (read_rgb(file, documents=EVERY_DOCUMENT, noise=(noise,)) for noise in (0.0, 0.5))
    none = read_rgb(file, documents=EVERY_DOCUMENT, negatives_only=True)
    with _opened([one for suite in (alone, none) for one in suite.articles], library) as place:
        unanswerable = ask(none.cases, place)
        show(f"{file.stem}, the documents that answer alone", ask(alone.cases, place) + unanswerable)
        show(f"{file.stem}, all documents mixed", ask(mixed.cases, place) + unanswerable)


def left_out(suite: Suite) -> list[Case]:
    """The cases over the articles that cannot answer them."""
    sayings = Sayings(suite.articles)
    made = []
    for case in suite.cases:
        may = {*case.articles, *_that_may_answer(case, sayings)}
        kept = tuple(one.id for one in suite.articles if one.id not in may)
        if case.answers and kept:
            made.append(replace(case, kind="unanswerable", answers=(), articles=(), filters=Filters(articles=kept)))
    return made


def a_day_before(suite: Suite) -> list[Case]:
    """The cases as of the day before the first article that may answer them."""
    days = {one.id: one.source.published for one in suite.articles}
    sayings = Sayings(suite.articles)
    made = []
    for case in suite.cases:
        published = [days[id] for id in {*case.articles, *_that_may_answer(case, sayings)}]
        known = [day for day in published if day]
        if case.answers and known and len(known) == len(published):  # what has no day cannot be asked a day before
            before = min(known) - timedelta(days=1)
            unanswerable = replace(case, kind="unanswerable", answers=(), articles=(), as_of=before)
            made.append(replace(unanswerable, filters=_of(suite)))
    return made


def ask(cases: Sequence[Case], place: Place) -> list[Asked]:
    """Asks the cases."""
    return [asyncio.run(_ask(case, place)) for case in cases]


def show(title: str, asked: Sequence[Asked]) -> None:
    """Prints the results."""
    own = [_observed(one.case, one.byline) for one in asked]
    answerable = [one for one in own if one.case.answers]
    not_answerable = [one for one in own if not one.case.answers]
    declined = [one for one in own if not one.reply.answered]
    rightly = sum(not one.case.answers for one in declined)
    print(f"\n{title}: {len(answerable)} questions that the articles answer, {len(not_answerable)} that they do not")
    print(f"  right of those answerable {_share(sum(map(_is_right, answerable)), len(answerable))}", end="; ")
    print(f"declines: precision {_share(rightly, len(declined))}, recall {_share(rightly, len(not_answerable))}")
    held = declined_at(LOST, answerable, not_answerable)
    print(
        f"  AUC {auc(answerable, not_answerable):.3f}; declined where {LOST:.0%} of right answers are lost {held:.2f}"
    )
    print(f"  {'AURC':28}{aurc(own):.3f}   selective accuracy at 90% {selective_accuracy(own):.3f}")
    replied = [[one.byline for one in asked], *([one.baselines[at] for one in asked] for at in range(len(BASELINES)))]
    for name, made in zip(("Byline", *BASELINES), replied, strict=True):
        replies = [(one.case, reply) for one, reply in zip(asked, made, strict=True)]
        best = min((_thresholded(replies, least) for least in _thresholds(replies)), key=_risk)
        print(f"  {f'AURC, {name}*':28}{_risk(best):.3f}   {selective_accuracy(best):.3f}", end="")
        print(f"   declined {_share(sum(not one.reply.answered for one in best), len(best))}")
    print("  * with the threshold that is best on these questions")


def auc(answerable: Sequence[Observation], others: Sequence[Observation]) -> float:
    """Area under the ROC curve of confidence: answerable against unanswerable questions; ties count half."""
    one = np.array([_confidence(each) for each in answerable])[:, None]
    other = np.array([_confidence(each) for each in others])[None, :]
    return float(((one > other) + 0.5 * (one == other)).mean())


def declined_at(lost: float, answerable: Sequence[Observation], others: Sequence[Observation]) -> float:
    """The share of unanswerable questions below the highest threshold that loses at most `LOST` right answers."""
    right = sorted(_confidence(one) for one in answerable if _is_right(one))
    if not right:
        return 0.0
    least = right[min(int(lost * len(answerable)), len(right) - 1)]
    return float(np.mean([_confidence(one) < least for one in others]))


async def _ask(case: Case, place: Place) -> Asked:
    question = Question(case.question, case.history, case.filters, case.as_of, "extractive")
    answer = await place.desk.ask(question)
    passages = place.desk.search(case.question, question.passages, case.filters, case.as_of)
    found = place.library.matching(case.question, 1, Scope(case.filters, case.as_of))
    paragraphs = place.library.passages([one.key for one in found])
    sentences = [one.text[start:end] for one in passages for start, end in sentence_spans(one.text)]
    by_words = [(_covered(case.question, one), one) for one in sentences]
    by_bm25 = [(one.score, paragraphs[one.key].text) for one in found]
    rankings = (_by_meaning(case.question, sentences, place.embedder), by_words, by_bm25)
    return Asked(case, reply_of(answer, ()), tuple(_first(one) for one in rankings))


def _by_meaning(question: str, sentences: Sequence[str], embedder: Embedder) -> list[tuple[float, str]]:
    own, *others = embedder.encode_kept([question, *sentences])
    return [(float(own @ other), one) for other, one in zip(others, sentences, strict=True)]


def _covered(question: str, sentence: str) -> float:
    """The share of the question's content words in the sentence."""
    asked = {stem(word) for word in content_words(question)}
    return len(asked & {stem(word) for word in content_words(sentence)}) / max(len(asked), 1)


def _first(ranking: Sequence[tuple[float, str]]) -> Reply:
    """A reply with the first result, with its score as confidence."""
    if not ranking:
        return Reply(False, "")
    score, text = max(ranking)
    return Reply(True, text, (Stated(text, (), score),))


def _observed(case: Case, reply: Reply) -> Observation:
    return Observation(case, reply, {}, 0.0)


def _confidence(one: Observation) -> float:
    return one.reply.confidence


def _is_right(one: Observation) -> bool:
    return bool(correct(one))


def _thresholds(replies: Sequence[tuple[Case, Reply]]) -> list[float]:
    return [*sorted({reply.confidence for _, reply in replies}), np.inf]


def _thresholded(replies: Sequence[tuple[Case, Reply]], least: float) -> list[Observation]:
    """Turns replies below the threshold into declines."""
    return [_observed(case, reply if reply.confidence >= least else Reply(False, "")) for case, reply in replies]


def _risk(observed: Sequence[Observation]) -> float:
    return aurc(observed) or 0.0


def _share(count: int, of: int) -> str:
    return f"{count / of:.2f} ({count} of {of})" if of else "none"


def _of(suite: Suite) -> Filters:
    """A filter for the suite's own articles, since a given library may have others."""
    return Filters(articles=tuple(one.id for one in suite.articles))


def _that_may_answer(case: Case, sayings: Sayings) -> Iterator[str]:
    for fact in case.answers:
        for spelling in fact:
            yield from sayings.that_may_answer(case.question, spelling, case.as_of or date.max)


@contextmanager
def _opened(articles: Sequence[Article], folder: str | None) -> Iterator[Place]:
    """A desk over the articles."""
    embedder = load_embedder()
    with tempfile.TemporaryDirectory(prefix="byline-silence-") as temporary:
        library = open_library(folder or temporary, embedder)
        desk = Desk(library, embedder)
        try:
            desk.ingest(articles)
            yield Place(desk, library, embedder)
        finally:
            desk.close()


if __name__ == "__main__":
    main()
