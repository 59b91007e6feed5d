"""A run: the replies of a system to every case of a suite, and its folder.

The folder: `run.json` (the card), `suite.json` (the cases, and the articles without their text), `records.jsonl`
(one line per case) and `texts.jsonl` (the articles cited). Lines are appended as replies arrive, so that an
interrupted run can be resumed.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from eval.cases import Case, Suite
from eval.replies import Reply, SourceRef
from rag.articles import Article
from rag.errors import BadInput

CARD, SUITE, RECORDS, TEXTS = "run.json", "suite.json", "records.jsonl", "texts.jsonl"
JUDGED = "judged.json"  # a language model's verdicts, if it was asked

Status = Literal["answered", "declined", "errored"]


@dataclass(frozen=True, slots=True)
class Record:
    """One case's outcome; `errored` cases have no score. `cached`: the reply is of an earlier run."""

    case: str
    status: Status
    seconds: float
    reply: Reply | None = None
    error: str | None = None
    cached: bool = False


@dataclass(frozen=True, slots=True)
class SourceText:
    """A cited article, as the system under test stores it."""

    source: SourceRef
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """The settings of a run, for comparing two runs; hashes are SHA-256, in hex."""

    suite: str
    suite_hash: str
    target: str
    mode: str
    started: str  # UTC, ISO 8601
    seconds: float
    byline: str
    model: str | None = None
    embedding_model: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    typed: str = ""  # the suite's name on the command line


@dataclass(frozen=True, slots=True)
class Run:
    """A suite with one record per case; `texts` are the cited articles, by id."""

    card: Card
    suite: Suite
    records: tuple[Record, ...]
    texts: Mapping[str, SourceText]


# -- the folder of a run ----------------------------------------------------------------------------


def suite_hash(suite: Suite) -> str:
    """SHA-256 of a suite's questions, expected answers and articles."""
    digest = hashlib.sha256(_CASES.dump_json(suite.cases))
    digest.update(f"{suite.task} {suite.primary}".encode())
    for article in sorted(suite.articles, key=lambda article: article.id):
        digest.update(f"{article.id} {article.fingerprint}".encode())
    return digest.hexdigest()


def write_run(run: Run, folder: Path) -> None:
    """Writes a whole run into its folder, replacing its files."""
    begin(run.card, run.suite, folder)
    _replace(folder / RECORDS, b"".join(record_line(record) for record in run.records))
    _replace(folder / TEXTS, b"".join(text_line(text) for text in run.texts.values()))


def read_run(folder: Path) -> Run:
    """Reads a finished run from its folder; its suite's articles come without their text.

    Raises BadInput where there is none, where it was interrupted, or where a file is damaged.
    """
    card, suite = read_beginning(folder)
    records, texts = read_records(folder), read_texts(folder)
    missing = [case.id for case in suite.cases if case.id not in records]
    if missing:
        raise BadInput(
            f"{folder}: the run was interrupted, {len(missing)} of its {len(suite.cases)} cases are not asked yet;"
            f" continue it with `{resume_command(card.typed or suite.name, folder)}`."
        )
    return Run(card, suite, tuple(records[case.id] for case in suite.cases), texts)


def resume_command(typed: str, folder: Path) -> str:
    """The command that resumes an interrupted run."""
    return shlex.join(["byline", "eval", "run", typed, "--out", str(folder), "--resume"])


def begin(card: Card, suite: Suite, folder: Path) -> None:
    """Writes a run's card and suite, before the first reply."""
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / SUITE, _suite_json(suite))
    write_card(card, folder)


def write_card(card: Card, folder: Path) -> None:
    """Writes a run's card."""
    _replace(folder / CARD, _CARD.dump_json(card, indent=2) + b"\n")


def read_beginning(folder: Path) -> tuple[Card, Suite]:
    """The card and the suite of a run, finished or not. Raises BadInput."""
    if not (folder / CARD).is_file():
        raise BadInput(f"{folder} is not the folder of a run: it has no {CARD}; `byline eval run` makes one.")
    return _read(_CARD, folder / CARD), _read(_SUITE, folder / SUITE)


def read_records(folder: Path) -> dict[str, Record]:
    """Reads the records by case, the last one of each. An incomplete last line is ignored."""
    return {record.case: record for record in _read_lines(_RECORD, folder / RECORDS)}


def read_texts(folder: Path) -> dict[str, SourceText]:
    """Reads the cited articles, by id."""
    return {text.source.id: text for text in _read_lines(_TEXT, folder / TEXTS)}


def record_line(record: Record) -> bytes:
    """Formats a record as a line of its file."""
    return _RECORD.dump_json(record, exclude_defaults=True) + b"\n"


def text_line(text: SourceText) -> bytes:
    """Formats a cited article as a line of its file."""
    return _TEXT.dump_json(text, exclude_defaults=True) + b"\n"


def cut_torn_line(file: Path) -> None:
    """Removes an incomplete last line, which a killed process may leave."""
    if file.is_file():
        whole = file.read_bytes()
        if not whole.endswith(b"\n"):
            _replace(file, whole[: whole.rfind(b"\n") + 1])


_Kind = TypeVar("_Kind")
_CARD, _SUITE, _RECORD, _TEXT = TypeAdapter(Card), TypeAdapter(Suite), TypeAdapter(Record), TypeAdapter(SourceText)
_CASES = TypeAdapter(tuple[Case, ...])


def _suite_json(suite: Suite) -> bytes:
    named = tuple(Article(article.source, "", ()) for article in suite.articles)
    return _SUITE.dump_json(replace(suite, articles=named), exclude_defaults=True) + b"\n"


def _read(kind: TypeAdapter[_Kind], file: Path) -> _Kind:
    try:
        return kind.validate_json(file.read_bytes())
    except FileNotFoundError:
        raise BadInput(f"{file} is missing: the run's folder is incomplete.") from None
    except ValidationError as error:
        raise BadInput(f"{file} is damaged: {_first(error)}.") from None


def _read_lines(kind: TypeAdapter[_Kind], file: Path) -> Iterator[_Kind]:
    lines = file.read_bytes().split(b"\n") if file.is_file() else [b""]
    for number, line in enumerate(lines[:-1], start=1):  # what follows the last line end is incomplete
        try:
            yield kind.validate_json(line)
        except ValidationError as error:
            raise BadInput(f"{file}, line {number}, is damaged: {_first(error)}.") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _replace(file: Path, content: bytes) -> None:
    """Writes a file atomically."""
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(content)
    beside.replace(file)
