"""Reads FaithJudge's collections: texts that language models wrote from given passages, with unfaithful spans.

RAGTruth (Niu et al. 2024) answers and summaries, FaithBench (Bao et al. 2024) summaries, and texts of later models on
the same sources (Tamber et al. 2025, "Benchmarking LLM Faithfulness in RAG with Evolving Leaderboards").
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.formats.documents import json_lines, need
from rag.articles import squeeze
from rag.errors import BadInput
from rag.language.sentences import sentence_spans

LAST_OPEN_BATCH = 8
PARAGRAPH_CHARACTERS = 500
SUMMARY_QUESTION = "What is the news?"
_LINE = re.compile(r"^[ \t]*(?:(?:[-*•+>#]+|\d+[.)])[ \t]+)*(?P<words>[^\n]+)", re.MULTILINE)
_PASSAGE = re.compile(r"passage \d+:")


@dataclass(frozen=True, slots=True)
class Source:
    """The input of the models: a question (a fixed one for summaries) and the paragraphs of one article."""

    id: str
    question: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One model's response; `unfaithful` are the character spans that annotators marked, None if not annotated."""

    source: Source
    model: str
    text: str
    unfaithful: tuple[tuple[int, int], ...] | None


def read_faithjudge(path: Path) -> tuple[Written, ...]:
    """The annotated responses in a file of `eval_data`, without those to reserved sources.

    Raises BadInput where the file has another form.
    """
    return tuple(written for place, record in json_lines(path) for written in _judged(record, place))


def read_generated(path: Path, sources: Mapping[str, Source], model: str) -> tuple[Written, ...]:
    """The responses, not annotated, in a CSV file of `generated_outputs` to the given sources."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    if not rows or rows[0][:1] != ["source_id"]:
        raise BadInput(f"{path}: the first column is not source_id; give a CSV file of generated_outputs.")
    return tuple(Written(sources[row[0]], model, row[1], None) for row in rows[1:] if row[0] in sources and row[1:])


def is_reserved(source_id: str) -> bool:
    """Whether a source is reserved for independent evaluation: odd ids of RAGTruth, batches 9–16 of FaithBench."""
    batch, _, sample = source_id.partition("-")
    return int(batch) > LAST_OPEN_BATCH if sample else bool(int(source_id) % 2)


def is_unread(source_id: str) -> bool:
    """Whether a source belongs to the test third: figures are reported on it, and no weight is fitted on it."""
    _, _, sample = source_id.partition("-")
    return not (int(sample) if sample else int(source_id) // 2) % 3


def _judged(record: Mapping[str, object], place: str) -> Iterator[Written]:
    source_id = str(record.get("source_id", ""))
    if is_reserved(source_id):
        return
    if "summaries" in record:
        text = need(record, "source", str, place)
        source = Source(source_id, SUMMARY_QUESTION, paragraphs(text))
        for summary in need(record, "summaries", list, place):
            yield Written(source, str(summary.get("meta_model", "")), summary["summary"], _by_annotators(summary))
        return
    given = record.get("source")
    if isinstance(given, dict):
        question = str(given.get("question", "")).rstrip("?").capitalize() + "?"
        parts = tuple(squeeze(part) for part in _PASSAGE.split(str(given.get("passages", ""))) if part.strip())
        source = Source(source_id, question, parts)
    elif isinstance(given, str):
        source = Source(source_id, SUMMARY_QUESTION, paragraphs(given))
    else:
        raise BadInput(f"{place}: source: is neither a text nor a question with passages.", field="source")
    for response in need(record, "responses", list, place):
        spans = tuple((int(one["start"]), int(one["end"])) for one in response["labels"])
        yield Written(source, str(response.get("model", "")), response["response"], spans)


def _by_annotators(summary: Mapping[str, object]) -> tuple[tuple[int, int], ...]:
    """The spans that any annotator labels Unwanted, if the majority labels the summary so."""
    if summary.get("computed_ground_truth_label_majority") != "Unwanted":
        return ()
    annotations = summary.get("annotations")
    spans = (
        [one for each in annotations if isinstance(each, list) for one in each]
        if isinstance(annotations, list)
        else []
    )
    return tuple(
        (int(one["summary_start"]), int(one["summary_end"]))
        for one in spans
        if "Unwanted" in one.get("label", ()) and one.get("summary_start") is not None
    )


def paragraphs(text: str, size: int = PARAGRAPH_CHARACTERS) -> tuple[str, ...]:
    """Splits text between sentences into paragraphs of about `size` characters."""
    made: list[str] = []
    for start, end in sentence_spans(text):
        sentence = squeeze(text[start:end])
        if made and len(made[-1]) + len(sentence) < size:
            made[-1] = f"{made[-1]} {sentence}"
        else:
            made.append(sentence)
    return tuple(made)


def sentences(written: Written) -> Sequence[tuple[int, int]]:
    """The character spans of a response's sentences, line by line, without list and heading markers."""
    found = []
    for line in _LINE.finditer(written.text):
        found += [
            (line.start("words") + start, line.start("words") + end) for start, end in sentence_spans(line["words"])
        ]
    return found
