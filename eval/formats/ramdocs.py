"""Reads RAMDocs: ambiguous questions over right, irrelevant and false documents.

Wang et al. 2025, "Retrieval-Augmented Generation with Conflicting Evidence" (arXiv 2504.13079).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.cases import Case, Suite
from eval.formats.documents import Corpus, LeftOut, json_lines, need, spellings
from rag.articles import Filters

TYPES = ("correct", "misinfo", "noise")
SLICES = {"misinformation": "misinfo", "beside the point": "noise"}


def read_ramdocs(path: Path) -> Suite:
    """The suite of `RAMDocs_test.jsonl`: an answer must give every gold answer and no wrong one.

    A question reads only its own documents, by `filters.articles`.
    """
    left = LeftOut()
    corpus = Corpus(left)
    read = [_case(number, record, place, corpus, left) for number, (place, record) in enumerate(json_lines(path))]
    return Suite(
        name="ramdocs",
        about="Ambiguous questions over documents that are right, wrong or beside the point.",
        cases=tuple(case for case in read if case),
        articles=corpus.articles,
        primary=("strict_conflict", "disagreement_recall"),
        licence="MIT",
        notes=left.notes(),
    )


def _case(number: int, record: dict[str, Any], place: str, corpus: Corpus, left: LeftOut) -> Case | None:
    question = need(record, "question", str, place)
    gold = spellings(*need(record, "gold_answers", list, place))
    wrong = [text for text in spellings(*need(record, "wrong_answers", list, place)) if text not in gold]
    read = _documents(number, record, place, corpus, left)
    if not gold or not read["correct"]:
        left.add("questions without an answer or a right document")
        return None
    given = [text for text in (*gold, *wrong) if read["answers"].get(text)]
    return Case(
        id=f"ramdocs-{number:03}",
        question=question,
        kind="disagreeing" if read["misinfo"] else "several" if len(gold) > 1 else "answerable",
        answers=tuple((text,) for text in gold),
        wrong_answers=tuple(wrong),
        articles=read["correct"],
        disagreement=tuple((text,) for text in given) if len(given) > 1 else (),
        filters=Filters(articles=tuple(id for kind in TYPES for id in read[kind])),
        slices={"answers": str(len(gold)), **{name: _yes(read[kind]) for name, kind in SLICES.items()}},
        cluster=f"ramdocs-{number:03}",
    )


def _documents(number: int, record: dict[str, Any], place: str, corpus: Corpus, left: LeftOut) -> dict[str, Any]:
    """The ids of a question's documents, by type and by the answer they give."""
    ids: dict[str, tuple[str, ...]] = dict.fromkeys(TYPES, ())
    answers: dict[str, tuple[str, ...]] = {}
    for each, document in enumerate(need(record, "documents", list, place)):
        kind = need(document, "type", str, place)
        if kind not in TYPES:
            left.add(f"documents of the unknown type {kind!r}")
            continue
        title = " / ".join(map(str, record.get("disambig_entity") or ())) if kind == "correct" else None
        made = corpus.add(f"ramdocs-{number:03}-{each}", {"text": document.get("text"), "title": title})
        if made:
            ids[kind] += (made,)
            for text in spellings(str(document.get("answer") or "")) if kind != "noise" else ():
                answers[text] = (*answers.get(text, ()), made)
    return {**ids, "answers": answers}


def _yes(any_of: tuple[str, ...]) -> str:
    return "yes" if any_of else "no"
