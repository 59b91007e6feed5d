"""Files of public data as records and articles, with a count of what was left out."""

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
    """Counts what a reader leaves out, by the reason, so that nothing is missing silently."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def add(self, reason: str, count: int = 1) -> None:
        """Count something that is left out; the reason reads on from a number: "articles without text"."""
        if count:
            self._counted[reason] += count

    def notes(self) -> tuple[str, ...]:
        """One note for each reason."""
        return tuple(f"Left out: {count:,} {reason}." for reason, count in self._counted.items())


class Corpus:
    """The articles that a reader makes, by the key that the data gives them."""

    def __init__(self, left: LeftOut) -> None:
        self._left = left
        self._ids: dict[str, str] = {}
        self._articles: dict[str, Article] = {}

    @property
    def articles(self) -> tuple[Article, ...]:
        """All of them, in the order in which they came."""
        return tuple(self._articles.values())

    def add(self, key: str, record: Mapping[str, object]) -> str | None:
        """The id of the article that the record becomes; None where it was counted as left out."""
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
        """The articles' ids for keys of the data, each once; keys of articles that are not here are counted."""
        self._left.add("references to articles that the data lacks", sum(key not in self._ids for key in keys))
        return self.known(keys)

    def known(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The articles' ids for those keys that are here, each once."""
        return tuple(dict.fromkeys(self._ids[key] for key in keys if key in self._ids))

    def __getitem__(self, article_id: str) -> Article:
        return self._articles[article_id]

    def __len__(self) -> int:
        return len(self._articles)


def json_file(path: Path) -> Any:
    """What a JSON file holds. Raises BadInput."""
    try:
        return _loaded(_text(path))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: is no JSON ({error}); fetch the file anew.") from error


def json_list(path: Path) -> list[Any]:
    """What a JSON file holds, where that is a list. Raises BadInput."""
    held = json_file(path)
    if not isinstance(held, list):
        raise BadInput(f"{path}: holds no list; is this file of the format that was named?")
    return held


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place (`file:line`) and the object of each line of JSON Lines. Raises BadInput."""
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _loaded(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{path}:{number}: is no JSON ({error}); fetch the file anew.") from error
        if not isinstance(record, dict):
            raise BadInput(f"{path}:{number}: is no JSON object.")
        yield f"{path}:{number}", record


def need(record: Mapping[str, Any], field: str, kind: type | tuple[type, ...], place: str) -> Any:
    """A field of a record. Raises BadInput that names place and field where it is missing or of another type."""
    value = record.get(field) if isinstance(record, Mapping) else None
    if not isinstance(value, kind):
        said = "is missing" if value is None else f"is of the wrong type ({type(value).__name__})"
        raise BadInput(f"{place}: {field}: {said}; is this file of the format that was named?", field=field)
    return value


def spellings(*answers: str) -> tuple[str, ...]:
    """Answers without the empty ones and without repeats."""
    return tuple(dict.fromkeys(text for text in map(squeeze, answers) if text))


def label_of(answer: str) -> str | None:
    """Yes or no, where that is the whole answer."""
    word = answer.strip().rstrip(".").casefold()
    return word if word in LABELS else None


def says(text: str, answer: str) -> bool:
    """Whether a text has an answer's words, as words."""
    found = rf"(?<!\w){re.escape(squeeze(answer).casefold())}(?!\w)"
    return re.search(found, squeeze(text).casefold()) is not None


def sentence_at(text: str, place: int) -> str | None:
    """The sentence that holds a character of a text."""
    return next((text[start:end] for start, end in sentence_spans(text) if start <= place < end), None)


def outlet_of(url: str) -> str | None:
    """The host of an address, which is what is known of who published it."""
    return (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("edition.") or None


def _loaded(text: str) -> Any:
    """What a text of JSON holds. Raises ValueError, also for half of a character, which could not be written."""
    held = json.loads(text)
    if "\\ud" in text.lower():
        json.dumps(held, ensure_ascii=False).encode()
    return held


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(f"{path}: there is no such file; docs/suites.md tells what each format needs.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: cannot be read as UTF-8 text ({error}).") from error
