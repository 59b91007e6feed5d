"""Reads MultiHop-RAG: questions whose answers need several news articles.

Tang, Yang 2024, "MultiHop-RAG: Benchmarking Retrieval-Augmented Generation for Multi-Hop Queries" (arXiv 2401.15391).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.cases import Case, Suite, with_rejections
from eval.formats.documents import Corpus, LeftOut, json_file, json_list, need, spellings
from rag.articles import squeeze

CORPUS, QUERIES = "corpus.json", "MultiHopRAG.json"
SAMPLE, TRUTH = "queries.json", "ground_truth.json"
NULL = "insufficient information"  # the data's answer where there is none
LABELS = ("yes", "no", "before", "after")


def read_multihop(path: Path) -> Suite:
    """The suite of a folder with `MultiHopRAG.json` (or `queries.json`, `ground_truth.json`) and `corpus.json`.

    An article's id is its URL. Without `corpus.json` the suite has no articles: ask a library that has them.
    """
    left = LeftOut()
    corpus = Corpus(left)
    here = (path / CORPUS).exists()
    for number, record in enumerate(json_list(path / CORPUS) if here else []):
        _add(corpus, record, f"{path / CORPUS}: article {number}")
    asked = [_case(*one, corpus if here else None, left) for one in _asked(path, left)]
    cases = tuple(case for case in asked if case)
    lacking = () if here else (f"There is no {path / CORPUS}; ask a library that has the articles.",)
    return Suite(
        name="multihop",
        about="Questions that need two to four news articles, and some without an answer.",
        cases=cases,
        articles=corpus.articles,
        primary=with_rejections(("correct", "complete@10"), cases),
        licence="ODC-BY",
        notes=(*lacking, *left.notes()),
    )


def _add(corpus: Corpus, record: dict[str, Any], place: str) -> None:
    url = need(record, "url", str, place)
    about = {"title": record.get("title"), "outlet": record.get("source"), "url": url}
    corpus.add(url, {**about, "published": record.get("published_at"), "text": need(record, "body", str, place)})


def _asked(path: Path, left: LeftOut) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Each question's id, its record with answer and evidence, and its place."""
    if (path / QUERIES).exists():
        for number, record in enumerate(json_list(path / QUERIES)):
            place = f"{path / QUERIES}: question {number}"
            yield f"multihop-{number:04}", need(record, "query", str, place), record, place
        return
    truths = json_file(path / TRUTH)
    for query in need(json_file(path / SAMPLE), "queries", list, str(path / SAMPLE)):
        place = f"{path / SAMPLE}: {query.get('id')}"
        truth = truths.get(query.get("id"))
        if truth is None:
            left.add(f"questions without an entry in {TRUTH}")
            continue
        yield f"multihop-{query['id']}", need(query, "question", str, place), {**query, **truth}, place


def _case(
    id: str, question: str, record: dict[str, Any], place: str, corpus: Corpus | None, left: LeftOut
) -> Case | None:
    answer = squeeze(need(record, "answer", str, place)).rstrip(".")
    evidence = need(record, "evidence_list", list, place)
    kind = str(record.get("question_type") or "unknown").removesuffix("_query")
    if answer.casefold() == NULL or not evidence:
        return Case(id, question.strip(), "unanswerable", slices={"type": kind, "hops": "0"}, cluster=id)
    urls = tuple(dict.fromkeys(need(one, "url", str, place) for one in evidence))
    articles = corpus.ids(urls) if corpus else urls
    if not answer or not articles:
        left.add("questions without an answer or without an article")
        return None
    label = answer.casefold() if answer.casefold() in LABELS else None
    return Case(
        id=id,
        question=question.strip(),
        kind=kind,
        answers=() if label else ((answer,),),
        label=label,
        articles=articles,
        evidence=spellings(*(need(one, "fact", str, place) for one in evidence)),
        slices={"type": kind, "hops": str(len(urls))},
        cluster=min(articles),
    )
