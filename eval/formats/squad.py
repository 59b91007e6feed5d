"""Reads SQuAD 2.0: questions about paragraphs, half of them unanswerable.

Rajpurkar, Jia, Liang 2018, "Know What You Don't Know: Unanswerable Questions for SQuAD".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.cases import Case, Suite, with_rejections
from eval.formats.documents import Corpus, LeftOut, json_file, need, sentence_at, spellings
from rag.articles import Filters

QUERIES, TRUTH = "queries.json", "ground_truth.json"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the data; `places` are the offsets of its answers in the paragraph."""

    id: str
    question: str
    title: str
    paragraph: str
    answers: tuple[str, ...]
    places: tuple[int, ...]
    plausible: tuple[str, ...]


def read_squad(path: Path, *, restricted: bool = True) -> Suite:
    """The suite of the official JSON, or of a folder with `queries.json` and `ground_truth.json`.

    Each paragraph is an article, and a question reads only its own, like its author. With `restricted=False` it reads
    all of them, and questions that are unanswerable from their own paragraph are left out.
    """
    left = LeftOut()
    corpus = Corpus(left)
    ids: dict[str, str | None] = {}
    cases: list[Case] = []
    for asked in _sample(path, left) if path.is_dir() or path.name == QUERIES else _official(path):
        key = f"squad-{hashlib.sha256(asked.paragraph.encode()).hexdigest()[:16]}"
        if key not in ids:
            ids[key] = corpus.add(key, {"title": asked.title or None, "text": asked.paragraph})
        article = ids[key]
        if article is None:
            left.add("questions whose paragraph was left out")
        elif not asked.answers and not restricted:
            left.add("questions that their paragraph alone does not answer")
        else:
            cases.append(_case(asked, article, restricted))
    about = "Questions about paragraphs of an encyclopaedia, many of which the paragraph does not answer."
    licence = "CC BY-SA 4.0"
    primary = with_rejections(("facts_and_article",), cases)
    return Suite("squad", about, tuple(cases), corpus.articles, primary=primary, licence=licence, notes=left.notes())


def _case(asked: _Asked, article: str, restricted: bool) -> Case:
    evidence = [sentence_at(asked.paragraph, place) for place in asked.places]
    return Case(
        id=asked.id,
        question=asked.question,
        kind="answerable" if asked.answers else "unanswerable",
        answers=(asked.answers,) if asked.answers else (),
        wrong_answers=() if asked.answers else asked.plausible,
        articles=(article,) if asked.answers else (),
        evidence=spellings(*(sentence for sentence in evidence if sentence)),
        filters=Filters(articles=(article,)) if restricted else Filters(),
        cluster=asked.title or article,
    )


def _official(path: Path) -> Iterator[_Asked]:
    for entry in need(json_file(path), "data", list, str(path)):
        title = str(entry.get("title") or "").replace("_", " ")
        for paragraph in need(entry, "paragraphs", list, f"{path}: {title}"):
            for asked in need(paragraph, "qas", list, f"{path}: {title}"):
                yield _asked(asked, title, need(paragraph, "context", str, f"{path}: {title}"), str(path))


def _asked(asked: dict[str, Any], title: str, context: str, place: str) -> _Asked:
    place = f"{place}: {asked.get('id')}"
    answers = [] if asked.get("is_impossible") else need(asked, "answers", list, place)
    return _Asked(
        id=need(asked, "id", str, place),
        question=need(asked, "question", str, place).strip(),
        title=title,
        paragraph=context,
        answers=spellings(*(need(answer, "text", str, place) for answer in answers)),
        places=tuple(need(answer, "answer_start", int, place) for answer in answers),
        plausible=spellings(*(str(one.get("text", "")) for one in asked.get("plausible_answers") or ())),
    )


def _sample(path: Path, left: LeftOut) -> Iterator[_Asked]:
    """Reads a sample with queries and truth in two files, without titles and offsets."""
    folder = path if path.is_dir() else path.parent
    truths = json_file(folder / TRUTH)
    for query in need(json_file(folder / QUERIES), "queries", list, str(folder / QUERIES)):
        place = f"{folder / QUERIES}: {query.get('id')}"
        truth = truths.get(query.get("id"))
        if truth is None:
            left.add(f"questions without an entry in {TRUTH}")
            continue
        context = need(query, "context", str, place)
        answers = () if truth.get("is_impossible") else spellings(*need(truth, "answers", list, place))
        once = tuple(context.index(answer) for answer in answers if context.count(answer) == 1)
        question = need(query, "question", str, place).strip()
        yield _Asked(need(query, "id", str, place), question, "", context, answers, once, ())
