"""Reads files of public data into records and articles, and counts what is left out."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rag.articles import Article, Rejected, squeeze
from rag.errors import BadInput
from rag.ingestion import read_record
from rag.language.sentences import sentence_spans

LABELS = ("yes", "no")


class LeftOut:
    """Counts what a reader leaves out, by reason."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1) -> None:
        """Counts something; the reason follows a number, as in "3 articles without text"."""
        if count:
            self._counted[reason] += count

    def notes(self) -> tuple[str, ...]:
        """One note for each reason."""
        return tuple(f"Left out: {count:,} {reason}." for reason, count in self._counted.items())


class Corpus:
    """A reader's articles, by their keys in the data."""

    def __init__(self, left: LeftOut) -> None:
        self._left = left
        self._ids: dict[str, str] = {}
        self._articles: dict[str, Article] = {}

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles, in their original order."""
        return tuple(self._articles.values())

    def add(self, key: str, record: Mapping[str, object]) -> str | None:
        """Adds a record as an article; returns its id, or None where it is left out."""
        if key in self._ids:
            self._left.add("articles whose id another one has")
            return None
        made = read_record({**record, "id": key})
        if isinstance(made, Rejected):
            self._left.add(f"articles that cannot be read ({made.reason.partition(':')[0]})")
            return None
        self._ids[key] = made.id
        self._articles[made.id] = made
        return made.id

    def ids(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The distinct article ids for keys of the data; unknown keys are counted."""
        self._left.add("references to articles that the data lacks", sum(key not in self._ids for key in keys))
        return self.known(keys)

    def known(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The distinct article ids for the known ones of the keys."""
        return tuple(dict.fromkeys(self._ids[key] for key in keys if key in self._ids))

    def __getitem__(self, article_id: str) -> Article:
        return self._articles[article_id]

    def __len__(self) -> int:
        return len(self._articles)


def json_file(path: Path) -> Any:
    """Reads a JSON file. Raises BadInput."""
    try:
        return _loaded(_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: is not JSON ({error}); download the file again.") from error


def json_list(path: Path) -> list[Any]:
    """Reads a JSON file that contains a list. Raises BadInput."""
    content = json_file(path)
    if not isinstance(content, list):
        raise BadInput(f"{path}: is not a list; does the file have the named format?")
    return content


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Reads JSON Lines: the place (`file:line`) and the object of each line. Raises BadInput."""
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _loaded(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}:{number}: is not JSON ({error}); download the file again.") from error
        if not isinstance(record, dict):
            raise BadInput(f"{path}:{number}: is not a JSON object.")
        yield f"{path}:{number}", record


def need(record: Mapping[str, Any], field: str, kind: type | tuple[type, ...], place: str) -> Any:
    """A field of a record. Raises BadInput with place and field where it is missing or has another type."""
    value = record.get(field) if isinstance(record, Mapping) else None
    if not isinstance(value, kind):
        fault = "is missing" if value is None else f"has the wrong type ({type(value).__name__})"
        raise BadInput(f"{place}: {field}: {fault}; does the file have the named format?", field=field)
    return value


def spellings(*answers: str) -> tuple[str, ...]:
    """Distinct answers that are not empty."""
    return tuple(dict.fromkeys(text for text in map(squeeze, answers) if text))


def label_of(answer: str) -> str | None:
    """ "yes" or "no" where that is the whole answer, otherwise None."""
    word = answer.strip().rstrip(".").casefold()
    return word if word in LABELS else None


def says(text: str, answer: str) -> bool:
    """Whether a text contains an answer as whole words."""
    found = rf"(?<!\w){re.escape(squeeze(answer).casefold())}(?!\w)"
    return re.search(found, squeeze(text).casefold()) is not None


def sentence_at(text: str, place: int) -> str | None:
    """The sentence at an offset of a text."""
    return next((text[start:end] for start, end in sentence_spans(text) if start <= place < end), None)


def outlet_of(url: str) -> str | None:
    """A URL's host as the outlet's name."""
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("edition.") or None


def _loaded(text: str) -> Any:
    """Parses JSON. Raises ValueError, also for lone surrogates, which cannot be encoded."""
    content = json.loads(text)
    if "\\ud" in text.lower():
        json.dumps(content, ensure_ascii=False).encode()
    return content


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(f"{path}: there is no such file; docs/suites.md says what each format needs.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text ({error}).") from error
