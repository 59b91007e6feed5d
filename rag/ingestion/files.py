"""Reads the articles of files and folders, one after another."""

from __future__ import annotations

import codecs
import json
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from rag.articles import Article, Rejected
from rag.errors import BadInput, UnreadableFile
from rag.ingestion.encodings import decode
from rag.ingestion.folder_metadata import Sidecars
from rag.ingestion.pages import read_html, read_markdown
from rag.ingestion.parsed import Metadata, ParsedArticle, article
from rag.ingestion.records import read_record

LARGEST_BYTES = 50_000_000  # of one article's file, and of one line of JSON Lines

Read = Article | Rejected

_READERS: dict[str, Callable[[str], ParsedArticle]] = {
    ".txt": ParsedArticle,
    ".md": read_markdown,
    ".html": read_html,
    ".htm": read_html,
}
_KINDS = (*_READERS, ".jsonl")
_LISTED = ", ".join(_KINDS)
_UNREAD_DOCUMENTS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".json")
_NOT_ARTICLES = ("readme", "license", "licence", "copying")


def read_paths(paths: Sequence[Path]) -> Iterator[Read]:
    """The articles of files and folders (`.txt .md .html .htm .jsonl`); a folder is read in order, to its depth.

    In a folder, hidden files, README and LICENSE files and other kinds of files are passed over; a file named in
    `paths` is always read. A folder's `articles.toml` may name the title, outlet, url and day of its files. What
    cannot be read is a `Rejected` that names the place and what to do, and the rest goes on.
    """
    sidecars = Sidecars()
    for index, item in enumerate(item for path in paths for item in _read(Path(path), sidecars)):
        yield replace(item, index=index) if isinstance(item, Rejected) else item


def _read(path: Path, sidecars: Sidecars) -> Iterator[Read]:
    if not _is_folder(path):
        yield from _read_file(path, sidecars)
        return
    nothing = True
    for item in _read_folder(path, sidecars, frozenset(), path.resolve()):
        nothing = False
        yield item
    if nothing:
        yield _rejected(path, f"The folder holds no articles; Byline reads {_LISTED}.")


def _read_folder(folder: Path, sidecars: Sidecars, above: frozenset[tuple[int, int]], root: Path) -> Iterator[Read]:
    try:
        status = folder.stat()
        inside = sorted(folder.iterdir())
    except OSError as error:
        yield _rejected(folder, _why(error))
        return
    here = (status.st_dev, status.st_ino)
    if here in above:  # a link that leads back up
        return
    for path in inside:
        if path.name.startswith("."):
            continue
        if _leads_out(path, root):
            yield _rejected(path, "It is a link that leads out of its folder; name what it leads to.")
        elif _is_folder(path):
            yield from _read_folder(path, sidecars, above | {here}, root)
        elif _is_article(path):
            yield from _read_file(path, sidecars)


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a link leads out of the folder that is read: its author must not choose what else is read."""
    try:
        return path.is_symlink() and not path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # a broken link, or a loop of them: reported when it is read
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # why it cannot be looked at is reported when it is read
        return False


def _is_article(path: Path) -> bool:
    """A README is no article; a document that Byline cannot read is one that would be missed, so it is rejected."""
    kind = path.suffix.lower()
    return kind in (*_KINDS, *_UNREAD_DOCUMENTS) and path.name.split(".")[0].lower() not in _NOT_ARTICLES


def _read_file(path: Path, sidecars: Sidecars) -> Iterator[Read]:
    """What one file holds: an article, or as many as it has lines."""
    try:
        _check(path)
        metadata = sidecars.of(path)
        yield from sidecars.faults()
        if path.suffix.lower() == ".jsonl":
            yield from _read_lines(path, metadata)
        else:
            yield _read_article(path, metadata)
    except OSError as error:
        yield _rejected(path, _why(error))
    except BadInput as error:
        yield _rejected(path, str(error))


def _check(path: Path) -> None:
    """Refuses, without opening it, what cannot be the file of an article."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableFile("This is no regular file; give files or folders.")
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise UnreadableFile(f"Byline reads {_LISTED}, not “{kind or path.name}”; save the article as one of these.")
    if status.st_size == 0:
        raise UnreadableFile("The file is empty; put the article's text in it.")
    if kind != ".jsonl" and status.st_size > LARGEST_BYTES:
        raise UnreadableFile(f"The file is larger than {LARGEST_BYTES // 10**6} MB; make a file of each article.")


def _read_article(path: Path, metadata: Metadata) -> Article:
    text = decode(path.read_bytes())
    if not text.strip():
        raise UnreadableFile("The file holds nothing but white space; put the article's text in it.")
    parsed = _READERS[path.suffix.lower()](text)
    return article(replace(parsed, **metadata), path.stem)


def _read_lines(path: Path, metadata: Metadata) -> Iterator[Read]:
    """The articles of JSON Lines; a bad line is rejected by its number, and the rest goes on."""
    with path.open("rb") as file:
        for number, line in enumerate(_lines_of(file), start=1):
            try:
                record = _record(line, first=number == 1)
            except UnreadableFile as error:
                yield _rejected(path, str(error))
                return
            except BadInput as error:
                yield Rejected(0, str(error), f"{path}:{number}")
                continue
            if record is None:
                continue
            known = {key: value for key, value in record.items() if value is not None}
            item = read_record({**metadata, **known})
            yield replace(item, place=f"{path}:{number}") if isinstance(item, Rejected) else item


def _lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The file's lines; of one that is too long, no more than shows it."""
    while line := file.readline(LARGEST_BYTES + 1):
        yield line
        while len(line) > LARGEST_BYTES and not line.endswith(b"\n"):
            line = file.readline(LARGEST_BYTES + 1)


def _record(line: bytes, *, first: bool) -> dict[str, Any] | None:
    """The record of a line; None where the line is blank."""
    if first and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile("JSON Lines must be UTF-8; save the file anew.")
    if len(line) > LARGEST_BYTES:
        raise BadInput(f"The line is longer than {LARGEST_BYTES // 10**6} MB; split the article.")
    try:
        text = line.decode("utf-8-sig" if first else "utf-8").strip()
        if not text:
            return None
        if first and text.startswith("["):
            raise UnreadableFile("This is one JSON array; write each article as a JSON object on its own line.")
        record = json.loads(text)
    except UnicodeDecodeError as error:
        raise BadInput("The line is not UTF-8; save the file as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        why = {json.JSONDecodeError: getattr(error, "msg", ""), RecursionError: "nested too deep"}
        shown = why.get(type(error), "bad value")
        raise BadInput(f"The line is no JSON ({shown}); write one article as one JSON object.") from error
    if not isinstance(record, dict):
        raise BadInput('The line is no JSON object; write {"title": …, "text": …}.')
    return record


def _rejected(path: Path, reason: str) -> Rejected:
    return Rejected(0, reason, str(path))


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "There is no such file or folder; check the path."
    if isinstance(error, PermissionError):
        return "The permission to read it is missing; change its mode, or run as its owner."
    return f"It cannot be read ({error.strerror or type(error).__name__})."
