"""Reads RGB: questions over documents that answer, that do not, and that were falsified.

Chen, Lin, Han, Sun 2024, "Benchmarking Large Language Models in Retrieval-Augmented Generation" (arXiv 2309.01431).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, factorial
from pathlib import Path
from random import Random
from typing import Any, Literal

from eval.cases import Case, Facts, Suite
from eval.formats.documents import Corpus, LeftOut, json_lines, need, spellings
from rag.articles import Filters
from rag.errors import BadInput


def read_rgb(
    path: Path,
    *,
    noise: tuple[float, ...] = (0.0,),
    documents: int = 5,
    negatives_only: bool = False,
    told: Literal["true", "false", "both"] = "true",
    shuffles: int = 1,
) -> Suite:
    """The suite of `en.json`, `en_refine.json`, `en_int.json` or `en_fact.json`; a question reads its own documents.

    `noise` is the share of the `documents` that do not answer; with several values, each question is asked once at
    each. With `negatives_only` none does, and declining is right. `told` selects the documents of `en_fact.json`: the
    true ones, the falsified ones (no document has the true answer: declining is right, repeating the false answer is
    wrong), or both (they disagree). `shuffles` is the number of document orders for each question.
    """
    if not all(0 <= one <= 1 for one in noise) or not noise:
        raise BadInput("noise must be numbers between 0 and 1.", field="noise")
    if documents < 1:
        raise BadInput("documents must be 1 or more.", field="documents")
    if shuffles < 1:
        raise BadInput("shuffles must be 1 or more.", field="shuffles")
    levels = ("none answers",) if negatives_only else tuple(dict.fromkeys(noise))
    left = LeftOut()
    corpus = Corpus(left)
    cases: list[Case | None] = []
    for place, record in json_lines(path):
        identity = f"rgb-{need(record, 'id', (int, str), place)}"
        for level in levels:
            given = _given(record, place, level, documents, told)
            read = {kind: _read(identity, kind, texts, corpus) for kind, texts in given.items()}
            cases.append(_case(identity, record, place, given, read, level, left))
    if len(levels) > 1:
        cases = [replace(case, id=f"{case.id}-noise-{case.slices['noise']}") for case in cases if case]
    made = [other for case in cases if case for other in _in_orders(case, shuffles)]
    shares = ", ".join(f"{level:.0%}" for level in levels if not isinstance(level, str))
    return Suite(
        name="rgb",
        about=f"Questions over documents of which {shares or '100%'} do not answer.",
        cases=tuple(made),
        articles=corpus.articles,
        primary=("reject_recall",)
        if negatives_only
        else ("correct", "follow_false")
        if told != "true"
        else ("correct",),
        licence="CC BY-NC-SA 4.0",
        notes=left.notes(),
    )


def _read(identity: str, kind: str, texts: Sequence[str], corpus: Corpus) -> list[str]:
    """The article ids of the texts, which an earlier case may have added already."""
    made: list[str] = []
    for each, text in enumerate(texts):
        key = f"{identity}-{kind}-{each}"
        made += corpus.known([key]) or [id for id in [corpus.add(key, {"text": text})] if id]
    return made


def _given(record: dict[str, Any], place: str, level: float | str, documents: int, told: str) -> dict[str, list[str]]:
    """The documents of a question: true ones, falsified ones, and noise."""
    negative = need(record, "negative", list, place)
    if isinstance(level, str):
        return {"true": [], "false": [], "noise": negative[:documents]}
    if told != "true" and "positive_wrong" not in record:
        raise BadInput(f"{place}: has no falsified documents; `told` is for en_fact.json only.", field="told")
    true = _one_of_each(need(record, "positive", list, place)) if told != "false" else []
    false = need(record, "positive_wrong", list, place) if told != "true" else []
    most = max(len(true), len(false))
    # As in the paper's script: noise is rounded up, and if one kind lacks documents the other replaces them.
    wanted = min(ceil(documents * level), len(negative))
    kept = min(documents - wanted, most)
    return {
        "true": true[:kept],
        "false": false[:kept],
        "noise": negative[: min(documents - kept, len(negative))],
    }


def _one_of_each(positive: Sequence[str | list[str]]) -> list[str]:
    """For an answer of several parts, the first document of each part, then the second ones."""
    groups = [[one] if isinstance(one, str) else one for one in positive]
    deepest = max(map(len, groups), default=0)
    return [group[depth] for depth in range(deepest) for group in groups if depth < len(group)]


def _case(
    identity: str,
    record: dict[str, Any],
    place: str,
    given: dict[str, list[str]],
    read: dict[str, list[str]],
    level: float | str,
    left: LeftOut,
) -> Case | None:
    if not any(read.values()) or (given["true"] and not read["true"]):
        left.add("questions whose documents cannot be read")
        return None
    facts = _facts(record.get("answer"), place)
    false = _facts(record["fakeanswer"], place) if read["false"] else ()
    return Case(
        id=identity,
        question=need(record, "query", str, place).strip(),
        kind="unanswerable" if not read["true"] else "disagreeing" if false else "answerable",
        answers=facts if read["true"] else (),
        wrong_answers=tuple(spelling for fact in false for spelling in fact),
        articles=tuple(read["true"]),
        disagreement=(facts[0], false[0]) if read["true"] and false else (),
        filters=Filters(articles=tuple(id for ids in read.values() for id in ids)),
        slices={"noise": f"{level:g}"} if not isinstance(level, str) else {},
        cluster=identity,
    )


def _in_orders(case: Case, orders: int) -> Iterator[Case]:
    """The case with that many distinct orders of its documents, the original one first."""
    documents = case.filters.articles
    orders = min(orders, factorial(len(documents)))
    if orders < 2:
        yield case
        return
    chance, seen = Random(case.id), [documents]
    while len(seen) < orders:
        order = tuple(chance.sample(documents, len(documents)))
        seen += [order] if order not in seen else []
    for number, order in enumerate(seen, start=1):
        slices = {**case.slices, "shuffle": str(number), "base": case.id}
        filters = replace(case.filters, articles=order)
        yield replace(case, id=f"{case.id}-order-{number}", filters=filters, slices=slices)


def _facts(answer: object, place: str) -> Facts:
    """Parses the data's three forms: one answer; a list of facts; a fact as a list of spellings."""
    parts = answer if isinstance(answer, list) else [answer]
    facts = tuple(spellings(*(map(str, part) if isinstance(part, list) else [str(part)])) for part in parts)
    if answer is None or not facts or not all(facts):
        raise BadInput(f"{place}: answer: is missing or empty.", field="answer")
    return facts
