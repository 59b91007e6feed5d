"""Reads BEIR: a corpus, queries and relevance judgements, as search suites.

Thakur et al. 2021, "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation of Information Retrieval Models".
Queries and documents are numbered independently: a query may have the same id as an unrelated document.
"""

from __future__ import annotations

from pathlib import Path

from eval.cases import Case, Suite
from eval.formats.documents import Corpus, LeftOut, json_lines, need
from rag.errors import BadInput

CORPUS, QUERIES = "corpus.jsonl", "queries.jsonl"


def read_beir(path: Path, *, split: str = "test") -> Suite:
    """The search suite of a folder with `corpus.jsonl`, `queries.jsonl` and `qrels/SPLIT.tsv`."""
    left = LeftOut()
    corpus = Corpus(left)
    for place, record in json_lines(path / CORPUS):
        text = need(record, "text", str, place) or record.get("title")
        corpus.add(need(record, "_id", str, place), {"title": record.get("title"), "text": text})
    judged = _judgements(path / "qrels" / f"{split}.tsv")
    cases: list[Case] = []
    for place, record in json_lines(path / QUERIES):
        grades = judged.pop(need(record, "_id", str, place), {})
        gains = {id: grade for key, grade in grades.items() if grade > 0 for id in corpus.ids([key])}
        if gains:
            plain = all(grade == 1 for grade in gains.values())
            cases.append(
                Case(
                    id=record["_id"],
                    question=need(record, "text", str, place).strip(),
                    articles=tuple(gains),
                    grades={} if plain else gains,
                )
            )
        else:
            left.add(f"queries for which {split} judges no article of the corpus relevant")
    left.add("judged queries that the queries file lacks", len(judged))
    about = f"Queries of {path.name} with the articles judged relevant ({split})."
    return Suite(
        path.name, about, tuple(cases), corpus.articles, task="search", primary=("ndcg@10",), notes=left.notes()
    )


def _judgements(path: Path) -> dict[str, dict[str, float]]:
    """Grades by query and document. The header line is query-id, corpus-id, score."""
    try:
        rows = [line.split("\t") for line in path.read_text("utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read ({error}); name the split with the option `split`.") from error
    judged: dict[str, dict[str, float]] = {}
    for number, row in enumerate(rows, start=1):
        if (number == 1 and row[-1].strip() == "score") or not "".join(row).strip():
            continue
        try:
            query, document, score = row
            judged.setdefault(query, {})[document] = float(score)
        except ValueError as error:
            raise BadInput(f"{path}:{number}: is not query, document and score, separated by tabs.") from error
    return judged
