"""Measures the check and the whole desk on recorded responses of real models.

    python -m eval.bench.written FOLDER [--part unread|open] [--desk 10] [--generated] [--fit]

FOLDER has FaithJudge's `eval_data` (RAGTruth and FaithBench) and, for `--generated`, `generated_outputs`. Reserved
sources are never read; `open` is the training part for weights, `unread` the third that is reported.

Printed for each collection and each kind of second opinion (`words`: none; `labels`: one that answers as annotators
did; `yes`: one that supports everything): faithful sentences shown as written and covered (60% of their words are
shown), unfaithful ones shown as written, with 95% intervals by source; responses flagged (a sentence is not shown as
written), with word overlap, whose threshold is chosen on the open part, as the baseline; and reasons. `--desk N`
replays N sources of each collection through a desk with a local model server. `--fit` prints the weights of
`rag.verification.bearing`.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.replaying import LabelledOpinion, flat, replay
from eval.formats.faithjudge import Written, is_unread, read_faithjudge, read_generated, sentences
from eval.statistics import intervals
from rag.articles import Draft, Passage
from rag.articles import Source as ArticleSource
from rag.language.tokens import tokens
from rag.verification import Checker, Review, SecondOpinion
from rag.verification.bearing import FEATURES, bearing_features
from rag.verification.checker import ENOUGH_EVIDENCE, MOST_EVIDENCE
from rag.verification.claims import claims
from rag.verification.evidence import covering
from rag.verification.evidence import sentences as known_sentences
from rag.verification.facts import missing_fact

COLLECTIONS = ("ragtruth_qa", "ragtruth_summary", "faithbench_summary")
LEAST_WORDS = 4  # a shorter sentence is not counted
COVERED, NEARLY = 0.6, 0.8
SHRINKAGE = 0.3  # the regression's C
# Sentences about the passages instead of the news are not counted.
_FRAME = re.compile(
    r"^(?:here|sure|based on|overall|in summary)|unable to answer|(?:provided|given) passages|passages? \d|"
    r"passages? (?:do|does) not",
    re.IGNORECASE,
)
_SMALL = frozenset(
    """the a an of in on at to for and or is are was were be been that this it its by with from as he she they his her
    their has have had not but""".split()
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One sentence of a response, and how it was shown."""

    source: str
    is_faithful: bool
    as_written: bool
    covered: bool


@dataclass(slots=True)
class Card:
    """The counts of one collection with one kind of second opinion."""

    seen: list[Seen] = field(default_factory=list)
    responses: list[tuple[bool, bool]] = field(default_factory=list)  # (is unfaithful, is flagged)
    reasons: Counter[tuple[str, bool]] = field(default_factory=Counter)  # (why not shown, is faithful)
    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def main() -> None:
    """Prints the requested results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("unread", "open"), default="unread")
    parser.add_argument("--desk", type=int, default=0, metavar="N")
    parser.add_argument("--generated", action="store_true")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    read = {name: read_faithjudge(options.folder / "eval_data" / f"{name}.jsonl") for name in COLLECTIONS}
    if options.fit:
        show_weights([one for written in read.values() for one in written if not is_unread(one.source.id)])
    for name, written in read.items():
        part = [one for one in written if is_unread(one.source.id) == (options.part == "unread")]
        rest = [one for one in written if not is_unread(one.source.id)]
        print(f"{name}, {options.part} part: {len(part)} responses to {len({one.source.id for one in part})} sources")
        for kind in ("words", "labels", "yes"):
            print(f"  {kind:7} {summary(by_sentence(part, kind))}")
            if options.desk:
                first = sorted({one.source.id for one in part})[: options.desk]
                print(f"    desk  {summary(by_desk([one for one in part if one.source.id in first], kind))}")
        show_reasons(by_sentence(part, "words"))
        print(f"  word overlap, threshold chosen on the open part: {overlap_baseline(part, rest)}")
    if options.generated:
        show_generated(options.folder / "generated_outputs", read)


# -- one response ---------------------------------------------------------------------------------


def labelled(written: Written) -> list[tuple[str, bool]]:
    """The sentences of a response that count, each with its label: whether it is faithful."""
    spans = written.unfaithful or ()
    told = [
        (written.text[start:end].replace("**", "").strip(), not any(a < end and b > start for a, b in spans))
        for start, end in sentences(written)
    ]
    return [(text, ok) for text, ok in told if len(text.split()) >= LEAST_WORDS and not _FRAME.search(text)]


def passages_of(written: Written) -> list[Passage]:
    """The model's input paragraphs as passages of one article."""
    source = ArticleSource(written.source.id, written.source.question)
    return [
        Passage(source, number, 0, len(text), text, 1.0) for number, text in enumerate(written.source.paragraphs, 1)
    ]


def by_sentence(written: Sequence[Written], kind: str) -> Card:
    """Counts for the check alone: every sentence is checked against all input passages of its model."""
    card = Card()
    for one in written:
        told = labelled(one)
        opinion = None if kind == "words" else LabelledOpinion(told if kind == "labels" else ())
        began = time.perf_counter()
        try:
            shown = asyncio.run(_reviewed([text for text, _ in told], passages_of(one), opinion, card, dict(told)))
        except Exception as error:  # errors are part of the results
            card.broken.append(f"{one.source.id} {one.model}: {type(error).__name__}: {error}")
            continue
        card.seconds.append(time.perf_counter() - began)
        count(card, one.source.id, told, shown)
    return card


async def _reviewed(
    texts: Sequence[str],
    passages: Sequence[Passage],
    opinion: SecondOpinion | None,
    card: Card,
    labels: dict[str, bool],
) -> list[str]:
    review = Review(Checker(consults=opinion is not None), opinion, passages, _at_once)
    shown: list[str] = []
    for text in texts:
        draft = Draft(text, tuple(range(len(passages))))
        before = review.tally.quoted + review.tally.left_out
        shown += [one.text for one in await review.add(draft)]
        if opinion is None and review.tally.quoted + review.tally.left_out > before:
            card.reasons[_kind_of(Checker().examine(draft, passages).reason), labels[text]] += 1
    return shown + [one.text for one in await review.close()]


async def _at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


def by_desk(written: Sequence[Written], kind: str) -> Card:
    """Counts for the whole desk: a local model server replays the responses, citing all passages."""
    card = Card()
    for one, told, answer, seconds in replay(written, labelled, kind):
        card.seconds.append(seconds)
        if isinstance(answer, Exception):
            card.broken.append(f"{one.source.id} {one.model}: {type(answer).__name__}: {answer}")
            continue
        as_model = answer.mode == "llm"
        count(card, one.source.id, told, [said.text for said in answer.statements], as_model=as_model)
    return card


def count(
    card: Card, source: str, told: Sequence[tuple[str, bool]], shown: Sequence[str], *, as_model: bool = True
) -> None:
    """Counts how a response's sentences were shown; an extractive answer shows none as written."""
    seen = [flat(text) for text in shown] if as_model else []
    stems = _stems(" ".join(shown))
    flagged = False
    for text, is_faithful in told:
        own = flat(text)
        kept = any(own in one or (one in own and len(one) > NEARLY * len(own)) for one in seen)
        words = _stems(text)
        card.seen.append(Seen(source, is_faithful, kept, len(words & stems) >= COVERED * len(words)))
        flagged |= not kept
    card.responses.append((not all(ok for _, ok in told), flagged))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:5] for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in _SMALL)


# -- figures --------------------------------------------------------------------------------------


def summary(card: Card) -> str:
    """The results on one line."""
    faithful = [one for one in card.seen if one.is_faithful]
    unfaithful = [one for one in card.seen if not one.is_faithful]
    figures = (
        ("faithful as written", faithful, [one.as_written for one in faithful]),
        ("covered", faithful, [one.covered for one in faithful]),
        ("unfaithful as written", unfaithful, [one.as_written for one in unfaithful]),
    )
    told = ", ".join(f"{name} {_interval(values, [one.source for one in seen])}" for name, seen, values in figures)
    ms = 1000 * float(np.median(card.seconds)) if card.seconds else 0.0
    return f"{told}; responses {_flagging(card.responses)}; broken {len(card.broken)}; p50 {ms:.0f} ms"


def _interval(values: Sequence[bool], clusters: Sequence[str]) -> str:
    if not values:
        return "- of 0"
    (found,) = intervals(np.array(values, dtype=np.float64)[:, None], clusters)
    bounds = "" if found.low is None or found.high is None else f" ({found.low:.3f}-{found.high:.3f})"
    return f"{found.value:.3f}{bounds} of {found.n}"


def _flagging(responses: Sequence[tuple[bool, bool]]) -> str:
    """Precision, recall and F1 of flagging unfaithful responses."""
    hits = sum(bad and flagged for bad, flagged in responses)
    precision = hits / max(1, sum(flagged for _, flagged in responses))
    recall = hits / max(1, sum(bad for bad, _ in responses))
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"P {precision:.2f} R {recall:.2f} F1 {f1:.2f}"


def overlap_baseline(part: Sequence[Written], rest: Sequence[Written]) -> str:
    """Flags responses with low word overlap with the source; the threshold is the best on the rest."""

    def scored(written: Sequence[Written]) -> list[tuple[bool, float]]:
        found = []
        for one in written:
            words = _stems(one.text)
            share = len(words & _stems(" ".join(one.source.paragraphs))) / max(1, len(words))
            found.append((not all(ok for _, ok in labelled(one)), share))
        return found

    def f1(responses: Sequence[tuple[bool, float]], at: float) -> float:
        return float(_flagging([(bad, share < at) for bad, share in responses]).rsplit(" ", 1)[1])

    known = scored(rest)
    best = max((share for _, share in known), key=lambda at: f1(known, at), default=0.0)
    return _flagging([(bad, share < best) for bad, share in scored(part)])


def show_reasons(card: Card) -> None:
    """Prints faithful and unfaithful sentences by the reason why they are not shown as written."""
    totals = Counter(one.is_faithful for one in card.seen)
    for kind in sorted({kind for kind, _ in card.reasons}):
        good, bad = (card.reasons[kind, ok] / max(1, totals[ok]) for ok in (True, False))
        print(f"    {kind:44} faithful {good:.3f}  unfaithful {bad:.3f}  lift {bad / max(good, 1e-9):.1f}")


def _kind_of(reason: str) -> str:
    return "the quotation is not in its sources" if "quotation" in reason else re.sub(r"“.*”", "…", reason)


# -- weights and later models ---------------------------------------------------------------------


def show_weights(written: Sequence[Written]) -> None:
    """Fits the weights of the word features on claims that lack no fact, and prints them."""
    from sklearn.linear_model import LogisticRegression

    rows = [row for one in written for row in _claims_of(one)]
    features, truth = np.stack([features for features, _ in rows]), np.array([ok for _, ok in rows])
    middle, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    model = LogisticRegression(C=SHRINKAGE, max_iter=3000).fit((features - middle) / spread, truth)
    weights = model.coef_[0] / spread
    told = ", ".join(f"{name} {weight:.3f}" for name, weight in zip(FEATURES, weights, strict=True))
    print(f"fitted on {len(rows)} claims: {told}, bias {model.intercept_[0] - weights @ middle:.3f}")


def _claims_of(written: Written) -> Iterator[tuple[np.ndarray, bool]]:
    passages = passages_of(written)
    known = known_sentences(passages, range(len(passages)))
    for start, end in sentences(written):
        sentence = written.text[start:end]
        if len(sentence.split()) < LEAST_WORDS:
            continue
        for claim in claims(sentence):
            own = tokens(claim.text)
            chosen = covering(own, known, MOST_EVIDENCE, ENOUGH_EVIDENCE)
            if chosen and own.content and not missing_fact(claim.text, passages):
                first, last = start + claim.start, start + claim.end
                bad = any(a < last and b > first for a, b in written.unfaithful or ())
                yield bearing_features(own, chosen, known), not bad


def show_generated(folder: Path, read: dict[str, tuple[Written, ...]]) -> None:
    """Prints how sentences of later models on the same sources were shown, and errors."""
    for name, written in read.items():
        sources = {one.source.id: one.source for one in written}
        files = sorted(folder.rglob(f"{name}_*.csv"))
        card, models = Card(), 0
        for file in files:
            theirs = read_generated(file, sources, file.parent.relative_to(folder).as_posix())
            one_card = by_sentence(theirs, "words")
            models += 1
            card.seen += one_card.seen
            card.broken += one_card.broken
        shown = np.mean([one.as_written for one in card.seen]) if card.seen else 0.0
        covered = np.mean([one.covered for one in card.seen]) if card.seen else 0.0
        print(
            f"{name}, {models} later models: {len(card.seen)} sentences, as written {shown:.3f}, "
            f"covered {covered:.3f}, broken {len(card.broken)}"
        )
        for line in card.broken[:5]:
            print(f"    {line}")


if __name__ == "__main__":
    main()
