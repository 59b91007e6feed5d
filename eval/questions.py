"""Parses the lines of a questions file into cases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.cases import Case, Task
from rag.articles import Article, Filters, Turn, squeeze
from rag.errors import BadInput

LONGEST_QUESTION = 2_000  # characters, the limit of the HTTP API
ANSWERABLE, UNANSWERABLE = "answerable", "unanswerable"  # kinds that say whether there is an answer
ACCEPTED = "accepted"  # in a draft: true or false as a person decided, null before

_CASE: TypeAdapter[Case] = TypeAdapter(Case)
_KNOWN = {field.name for field in fields(Case)} | {ACCEPTED}


@dataclass(frozen=True, slots=True)
class Questions:
    """The cases of a file with the line of each (by id), and the number of undecided drafts."""

    path: Path
    cases: tuple[Case, ...]
    lines: Mapping[str, int]
    waiting: int = 0

    def fault(self, case: Case, field: str, message: str) -> BadInput:
        """An error that names the case's line and the invalid field."""
        return _fault(self.path, self.lines[case.id], field, message)


def read_questions(path: Path, task: Task) -> Questions:
    """Reads a file of questions in JSON Lines. Raises BadInput with the file, the line and the invalid field."""
    cases: list[Case] = []
    seen: dict[str, int] = {}
    verdicts: list[bool | None] = []
    for number, line in _lines(path):
        try:
            case, verdict = _read(line, task)
            if case.id in seen:
                message = f"{case.id!r} is also the id of line {seen[case.id]}; give every question its own."
                raise BadInput(message, field="id")
        except BadInput as error:
            raise _fault(path, number, error.field, str(error)) from error
        seen[case.id] = number
        verdicts.append(verdict)
        if verdict:
            cases.append(case)
    return Questions(path, tuple(cases), seen, verdicts.count(None))


def check_articles(questions: Questions, articles: Mapping[str, Article]) -> tuple[str, ...]:
    """Raises BadInput where a case names an unknown article; returns notes on evidence that no article contains."""
    plain = {id: _plain(article.text) for id, article in articles.items()}
    notes: list[str] = []
    for case in questions.cases:
        for field, ids in _named(case):
            for unknown in (id for id in ids if id not in articles):
                message = f"no article of the suite has the id {unknown!r}; add it, or correct the id."
                raise questions.fault(case, field, message)
        for sentence in case.evidence:
            if not any(_plain(sentence) in plain[id] for id in case.articles):
                place = f"{questions.path}:{questions.lines[case.id]}"
                notes.append(f"{place}: evidence: “{squeeze(sentence)[:60]}…” is in none of the case's articles.")
    return tuple(notes)


def _named(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The article ids that a case names, by field."""
    yield "articles", case.articles
    yield "grades", tuple(case.grades)
    yield "reprints", tuple(id for group in case.reprints for id in group)
    yield "filters.articles", case.filters.articles


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(f"{path}: there is no such file; a suite's questions are in questions.jsonl.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text ({error}).") from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line


def _read(line: str, task: Task) -> tuple[Case, bool | None]:
    """The case in a line, and whether it counts; None for an undecided draft."""
    record = _record(line)
    verdict = record.pop(ACCEPTED, True)
    if verdict is not None and not isinstance(verdict, bool):
        raise BadInput("must be true, false or null; set true to accept the question.", field=ACCEPTED)
    if task == "ask" and "kind" not in record and not record.get("answers") and record.get("label") is None:
        record["kind"] = UNANSWERABLE
    try:
        case = _CASE.validate_python(record)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{first['msg'].lower()}; see docs/suites.md for the field's form.", field=field) from error
    _check(case, task)
    return case, verdict


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"the line is not JSON ({error}); write one question as one JSON object.") from error
    if not isinstance(record, dict):
        raise BadInput('the line is not a JSON object; write {"id": …, "question": …}.')
    for name, value in record.items():
        if not is_text(json.dumps([name, value], ensure_ascii=False)):
            raise BadInput(
                "contains half of a character (a lone surrogate); write the whole one.", field=ascii(name)[1:-1]
            )
    _refuse_unknown(record, _KNOWN, "")
    if isinstance(record.get("filters"), dict):
        _refuse_unknown(record["filters"], {field.name for field in fields(Filters)}, "filters.")
    for place, turn in enumerate(record.get("history") or () if isinstance(record.get("history"), list) else ()):
        if isinstance(turn, dict):
            _refuse_unknown(turn, {field.name for field in fields(Turn)}, f"history.{place}.")
    return record


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Builds a JSON object. Raises ValueError for a repeated field, of which one would be lost."""
    counts = Counter(name for name, _ in pairs)
    for name in (name for name, count in counts.items() if count > 1):
        raise ValueError(f"the field {name!a} occurs twice")
    return dict(pairs)


def _refuse_unknown(record: Mapping[str, Any], known: set[str], above: str) -> None:
    for name in record:
        if name not in known:
            raise BadInput(f"is an unknown field; the fields are {', '.join(sorted(known))}.", field=above + name)


def _check(case: Case, task: Task) -> None:
    """Checks what the types do not. An empty spelling would match every answer."""
    if not case.id.strip():
        raise BadInput("is empty; give every question an id.", field="id")
    if not case.question.strip() or len(case.question) > LONGEST_QUESTION:
        raise BadInput(f"must have 1–{LONGEST_QUESTION:,} characters; write the question.", field="question")
    facts = {"answers": case.answers, "disagreement": case.disagreement}
    for field, spellings in {**facts, "wrong_answers": (case.wrong_answers,), "evidence": (case.evidence,)}.items():
        if any(not spelling.strip() for fact in spellings for spelling in fact):
            raise BadInput("contains an empty string; remove it.", field=field)
    for field, facts_of in facts.items():
        if not all(facts_of):
            raise BadInput("contains a fact without a spelling; write [[spelling, …], …].", field=field)
    if any(not spelling.strip() for spelling in case.stale_answers):
        raise BadInput("contains an empty string; remove it.", field="stale_answers")
    if case.label is not None and not case.label.strip():
        raise BadInput("is empty; write yes, no or another word, or remove it.", field="label")
    if any(not 0 <= grade < float("inf") for grade in case.grades.values()):
        raise BadInput("must be numbers of 0 or more.", field="grades")
    if any(name == "kind" or "=" in name for name in case.slices):
        raise BadInput("must not have a name with “=”, nor the name kind, which is always a slice.", field="slices")
    if task == "ask" and case.kind in (ANSWERABLE, UNANSWERABLE) and case.answerable != (case.kind == ANSWERABLE):
        message = (
            f"is {case.kind!r}, but there are {'no' if case.kind == ANSWERABLE else 'some'} answers; correct either."
        )
        raise BadInput(message, field="kind")
    if task == "search" and not case.articles and not case.grades:
        raise BadInput("is missing; name the articles that are right to find.", field="articles")


def _fault(path: Path, line: int, field: str | None, message: str) -> BadInput:
    return BadInput(f"{path}:{line}: {f'{field}: ' if field else ''}{message}", field=field)


def is_text(text: str) -> bool:
    """Whether a text can be encoded as UTF-8: JSON may contain lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(text: str) -> str:
    return squeeze(text).casefold()
