"""Loads, validates and lists suites; writes the parts of a new one."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from eval import formats
from eval.cases import Case, Suite, Task
from eval.downloads import known_data
from eval.questions import check_articles, read_questions
from rag.articles import Article, Rejected
from rag.errors import BadInput
from rag.ingestion import read_paths

BUILT_IN = Path(__file__).parent / "built_in"
SEEDS = Path(__file__).parent.parent / "seeds"
ARTICLES = "articles"  # the folder of a suite's own articles
MOST_NOTES = 20  # of one kind; further ones are counted

_CASE: TypeAdapter[Case] = TypeAdapter(Case)


class SuiteFile(BaseModel):
    """The fields of `suite.toml`. `articles` are paths inside the folder, or the word "seeds"."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1)
    about: str = ""
    task: Task = "ask"
    primary: tuple[str, ...] = ()
    licence: str = ""
    articles: str | tuple[str, ...] | None = None


def load_suite(name_or_folder: str) -> Suite:
    """Loads a built-in suite, a folder, or public data as `format:path` (`rgb:en.json?noise=0.4`).

    `format:` without a path downloads the data, if Byline knows its URL. Drafted questions count when a person has
    accepted them; `Suite.notes` says how many are undecided, and what is doubtful.
    Raises BadInput with the file, the line and the invalid field.
    """
    name, colon, rest = name_or_folder.partition(":")
    if colon and name in formats.FORMATS:
        path, options = _with_options(rest)
        return formats.read(name, Path(path).expanduser() if path else known_data(name), **options)
    if colon and name == "qags":
        raise BadInput("QAGS has no questions: `python -m eval.bench.support` measures the check on it.")
    if name_or_folder in built_in():
        return _read_folder(BUILT_IN / name_or_folder)
    folder = Path(name_or_folder).expanduser()
    if not folder.is_dir():
        raise BadInput(
            f"There is no suite {name_or_folder!r}: give the folder of a suite, one of {', '.join(built_in())}, "
            f"or FORMAT:PATH with a format among {', '.join(sorted(formats.FORMATS))}."
        )
    return _read_folder(folder)


def built_in() -> tuple[str, ...]:
    """The names of the suites that come with Byline."""
    return tuple(sorted(folder.name for folder in BUILT_IN.iterdir() if (folder / "suite.toml").is_file()))


def write_about(folder: Path, suite: Suite) -> None:
    """Writes the `suite.toml` of a suite."""
    lines = [f"{name} = {_toml(getattr(suite, name))}\n" for name in ("name", "about", "task")]
    lines.append(f"primary = [{', '.join(map(_toml, suite.primary))}]\n")
    (folder / "suite.toml").write_text("".join(lines), "utf-8")


def write_articles(folder: Path, articles: Sequence[Article]) -> None:
    """Writes articles into a suite's folder, as JSON Lines for ingest."""
    (folder / ARTICLES).mkdir(parents=True, exist_ok=True)
    with (folder / ARTICLES / "articles.jsonl").open("w", encoding="utf-8") as file:
        for article in articles:
            source = article.source
            day = source.published.isoformat() if source.published else None
            record = {"id": source.id, "title": source.title, "outlet": source.outlet, "url": source.url}
            file.write(json_line({**record, "published": day, "text": article.text}))


def case_record(case: Case) -> dict[str, Any]:
    """A case as a JSON object, without default values."""
    usual = _CASE.dump_python(Case(case.id, case.question), mode="json")
    record: dict[str, Any] = _CASE.dump_python(case, mode="json")
    always = ("id", "question", "kind")
    return {name: value for name, value in record.items() if name in always or value != usual[name]}


def json_line(record: Mapping[str, Any]) -> str:
    """Formats a line of JSON Lines."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def _read_folder(folder: Path) -> Suite:
    about = _read_about(folder / "suite.toml")
    _check_primary(folder / "suite.toml", about.primary)
    articles, notes = _read_articles(folder, about.articles)
    questions = read_questions(folder / "questions.jsonl", about.task)
    if questions.waiting:
        notes.append(
            f"{questions.waiting} drafted questions wait in {questions.path}: set `accepted` to true or false."
        )
    if not questions.cases:
        raise BadInput(f"{questions.path}: no question counts yet. {' '.join(notes)}".rstrip())
    if articles:
        notes += shortened(check_articles(questions, {article.id: article for article in articles}))
    return Suite(
        about.name, about.about, questions.cases, articles, about.task, about.primary, about.licence, tuple(notes)
    )


def shortened(notes: Sequence[str]) -> list[str]:
    """The first notes, and the number of the others."""
    more = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], *([f"And {more} more of this kind."] if more > 0 else [])]


def _read_about(path: Path) -> SuiteFile:
    try:
        return SuiteFile(**tomllib.loads(path.read_bytes().decode("utf-8-sig")))
    except FileNotFoundError as error:
        raise BadInput(
            f"{path}: there is no such file; a suite is a folder with suite.toml and questions.jsonl."
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        known = ", ".join(SuiteFile.model_fields)
        raise BadInput(f"{path}: {field}: {first['msg'].lower()}; the fields are {known}.", field=field) from error
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: cannot be read as TOML ({error}).") from error


def _check_primary(path: Path, primary: Sequence[str]) -> None:
    if not primary:
        return
    from eval.metrics import METRICS, SET_METRICS  # slow to import

    known = {metric.name for metric in METRICS} | {metric.name for metric in SET_METRICS}
    for name in primary:
        if name not in known:
            message = f"{path}: primary: there is no metric {name!r}; docs/metrics.md lists them."
            raise BadInput(message, field="primary")


def _read_articles(folder: Path, said: str | tuple[str, ...] | None) -> tuple[tuple[Article, ...], list[str]]:
    """Reads the suite's articles (a suite may have none); returns them with notes on unreadable ones."""
    if said == "seeds":
        paths = [SEEDS]
    elif said is None:
        paths = [path for path in [folder / ARTICLES] if path.is_dir()]
    else:
        paths = [_inside(folder, path) for path in ([said] if isinstance(said, str) else said)]
    for path in paths:
        if not path.exists():
            message = f"{folder / 'suite.toml'}: articles: there is no {path}; paths are relative to the folder."
            raise BadInput(message, field="articles")
    read = list(read_paths(paths))
    articles = [item for item in read if not isinstance(item, Rejected)]
    _refuse_repeated(folder, articles)
    return tuple(articles), shortened([f"{item.place}: {item.reason}" for item in read if isinstance(item, Rejected)])


def _inside(folder: Path, path: str) -> Path:
    """A path in the suite's folder. Others are refused: a downloaded suite must not read any file of this machine."""
    if not (folder / path).resolve().is_relative_to(folder.resolve()):
        message = f"{folder / 'suite.toml'}: articles: {path!r} is outside the suite's folder; copy them into it."
        raise BadInput(message, field="articles")
    return folder / path


def _refuse_repeated(folder: Path, articles: Sequence[Article]) -> None:
    seen: set[str] = set()
    for article in articles:
        if article.id in seen:
            raise BadInput(f"{folder}: two articles have the id {article.id!r}; give each its own.", field="articles")
        seen.add(article.id)


def _with_options(path: str) -> tuple[str, dict[str, str]]:
    """Parses `PATH?name=value&name=value` into the path and its options."""
    before, mark, after = path.rpartition("?")
    pairs = [part.partition("=") for part in after.split("&")]
    if not mark or not all(equals and name.isidentifier() for name, equals, _ in pairs):
        return path, {}
    return before, {name: value for name, _, value in pairs}


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
