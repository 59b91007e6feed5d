"""A run: the replies of a system to every case of a suite, and its folder.

The folder: `run.json` (the card), `suite.json` (the cases, and the articles without their text), `records.jsonl`
(one line a case) and `texts.jsonl` (the articles cited). Lines are appended as replies come, so that a run which was
interrupted can go on.
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
JUDGED = "judged.json"  # what a language model said of the answers, where one was asked

Status = Literal["answered", "declined", "errored"]


@dataclass(frozen=True, slots=True)
class Record:
    """One case's outcome. An error is `errored`, and never a score. `cached`: taken from an earlier run."""

    case: str
    status: Status
    seconds: float
    reply: Reply | None = None
    error: str | None = None
    cached: bool = False


@dataclass(frozen=True, slots=True)
class SourceText:
    """An article that some reply points to, as the system under test keeps it."""

    source: SourceRef
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a run was made with, so that two runs can be compared: hashes are SHA-256, in hex."""

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
    typed: str = ""  # what named the suite on the command line


@dataclass(frozen=True, slots=True)
class Run:
    """A suite and one record of each of its cases; `texts` are the articles cited, by id."""

    card: Card
    suite: Suite
    records: tuple[Record, ...]
    texts: Mapping[str, SourceText]


# -- the folder of a run ----------------------------------------------------------------------------


def suite_hash(suite: Suite) -> str:
    """SHA-256 of all that a suite asks, expects and reads."""
    digest = hashlib.sha256(_CASES.dump_json(suite.cases))
    digest.update(f"{suite.task} {suite.primary}".encode())
    for article in sorted(suite.articles, key=lambda article: article.id):
        digest.update(f"{article.id} {article.fingerprint}".encode())
    return digest.hexdigest()


def write_run(run: Run, folder: Path) -> None:
    """The whole run into its folder, in place of what was there of it."""
    begin(run.card, run.suite, folder)
    _replace(folder / RECORDS, b"".join(record_line(record) for record in run.records))
    _replace(folder / TEXTS, b"".join(text_line(text) for text in run.texts.values()))


def read_run(folder: Path) -> Run:
    """The finished run that lies in a folder; its suite's articles come without their text.

    Raises BadInput where there is none, where it was interrupted, or where a file is damaged.
    """
    card, suite = read_beginning(folder)
    records, texts = read_records(folder), read_texts(folder)
    missing = [case.id for case in suite.cases if case.id not in records]
    if missing:
        raise BadInput(
            f"{folder}: the run was interrupted, {len(missing)} of its {len(suite.cases)} cases are not asked yet;"
            f" go on with `{resume_command(card.typed or suite.name, folder)}`."
        )
    return Run(card, suite, tuple(records[case.id] for case in suite.cases), texts)


def resume_command(typed: str, folder: Path) -> str:
    """What to type to go on with a run that was interrupted."""
    return shlex.join(["byline", "eval", "run", typed, "--out", str(folder), "--resume"])


def begin(card: Card, suite: Suite, folder: Path) -> None:
    """What is known of a run before its first reply: its card and its suite."""
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / SUITE, _suite_json(suite))
    write_card(card, folder)


def write_card(card: Card, folder: Path) -> None:
    """The card alone."""
    _replace(folder / CARD, _CARD.dump_json(card, indent=2) + b"\n")


def read_beginning(folder: Path) -> tuple[Card, Suite]:
    """The card and the suite of a run, finished or not. Raises BadInput."""
    if not (folder / CARD).is_file():
        raise BadInput(f"{folder} is not the folder of a run: it has no {CARD}; `byline eval run` makes one.")
    return _read(_CARD, folder / CARD), _read(_SUITE, folder / SUITE)


def read_records(folder: Path) -> dict[str, Record]:
    """The records by case, the later of two. A last line that was torn off is passed over."""
    return {record.case: record for record in _read_lines(_RECORD, folder / RECORDS)}


def read_texts(folder: Path) -> dict[str, SourceText]:
    """The articles cited, by id."""
    return {text.source.id: text for text in _read_lines(_TEXT, folder / TEXTS)}


def record_line(record: Record) -> bytes:
    """A record as a line of its file."""
    return _RECORD.dump_json(record, exclude_defaults=True) + b"\n"


def text_line(text: SourceText) -> bytes:
    """A cited article as a line of its file."""
    return _TEXT.dump_json(text, exclude_defaults=True) + b"\n"


def cut_torn_line(file: Path) -> None:
    """Take off what was written of a last line when the process was killed, so that the next begins a line."""
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
        raise BadInput(f"{file} is missing: the run's folder is not whole.") from None
    except ValidationError as error:
        raise BadInput(f"{file} is damaged: {_first(error)}.") from None


def _read_lines(kind: TypeAdapter[_Kind], file: Path) -> Iterator[_Kind]:
    lines = file.read_bytes().split(b"\n") if file.is_file() else [b""]
    for number, line in enumerate(lines[:-1], start=1):  # what stands behind the last line end was torn off
        try:
            yield kind.validate_json(line)
        except ValidationError as error:
            raise BadInput(f"{file}, line {number}, is damaged: {_first(error)}.") from None


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])


def _replace(file: Path, content: bytes) -> None:
    """Write the file in one step: it is the old one or the new one, never half of one."""
    beside = file.with_name(file.name + ".new")
    beside.write_bytes(content)
    beside.replace(file)
