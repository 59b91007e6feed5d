"""Flips single bits of a library's file, and reads everything: nothing changed may be served."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from eval.suites import load_suite
from rag.articles import Article, Question
from rag.desk import Desk
from rag.embedding import Embedder, load_embedder
from rag.errors import BylineError
from rag.library import open_library

QUESTIONS = ("How much has Iran spent in Syria?", "Who was killed in the strikes on Monday night?")
DETECTED, HARMLESS, FOUND_BY_VERIFYING = "detected when read", "harmless", "detected by doctor --verify"
WRONG, BROKE = "served wrongly", "broke otherwise"


def turn_bits(place: Path, flips: int, seed: int) -> Counter[str]:
    """The outcome of each flipped bit, one at a time, in a fresh copy of a library of the seeds."""
    embedder, draw, outcomes = load_embedder(), random.Random(seed), Counter[str]()
    articles = {one.id: one for one in load_suite("seeds").articles}
    with closing(open_library(place / "whole", embedder)) as library:
        library.add(articles.values())
        articles = {id: one for id in articles if (one := library.get(id)) is not None}
    whole = (place / "whole" / "library.sqlite").read_bytes()
    for _ in range(flips):
        folder = place / "turned"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        bit = draw.randrange(8 * len(whole))
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        (folder / "library.sqlite").write_bytes(turned)
        outcomes[_outcome(folder, embedder, articles)] += 1
    return outcomes


def _outcome(folder: Path, embedder: Embedder, articles: dict[str, Article]) -> str:
    try:
        desk = Desk(open_library(folder, embedder), embedder)
    except BylineError:
        return DETECTED
    with closing(desk):
        try:
            outcomes = {_read(desk, articles), *(_asked(desk, question, articles) for question in QUESTIONS)}
        except Exception as error:
            print(f"a turned bit broke otherwise: {type(error).__name__}")
            return BROKE
        if WRONG in outcomes:
            return WRONG
        if DETECTED in outcomes:
            return DETECTED
        try:
            desk.library.verify()
        except BylineError:
            return FOUND_BY_VERIFYING
    return HARMLESS


def _read(desk: Desk, articles: dict[str, Article]) -> str:
    """Reads each article by its id: unchanged, or an error. A missing article counts as detected."""
    outcomes = set()
    for id, article in articles.items():
        try:
            outcomes.add(HARMLESS if desk.article(id) == article else WRONG)
        except BylineError:
            outcomes.add(DETECTED)
    return WRONG if WRONG in outcomes else DETECTED if DETECTED in outcomes else HARMLESS


def _asked(desk: Desk, question: str, articles: dict[str, Article]) -> str:
    """Checks the quotes of an answer and the passages of a search against their articles."""
    try:
        answer = asyncio.run(desk.ask(Question(question, mode="extractive")))
        passages = desk.search(question)
    except BylineError:
        return DETECTED
    cited = [(one.source, one.start, one.end, one.quote) for one in answer.citations]
    # Of a passage the words are checked; its source is checked where it is cited.
    found = [(replace(one.source, title="", outlet=None, url=None, published=None), one.start, one.end, one.text)
             for one in passages]  # fmt: skip
    for source, start, end, words in [*cited, *found]:
        article = articles.get(source.id)
        if article is None or article.text[start:end] != words:
            return WRONG
    if any(articles[source.id].source != source for source, *_ in cited):
        return WRONG
    return HARMLESS
