"""Files, pages and records → articles. The desk's callers use it before they ingest.

One bad file or line is a `Rejected` that says why; the rest is read all the same.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from rag.articles import Article, Rejected, Source, normalize, squeeze
from rag.reading.layout import lay_out
from rag.reading.pages import Page, read_html, read_markdown

__all__ = ["read_paths", "read_record"]

SUFFIXES = frozenset({".txt", ".md", ".html", ".htm", ".jsonl"})
SIDECAR = "articles.toml"
LARGEST_FILE_BYTES = 50_000_000
LONGEST_TEXT = 2_000_000
LONGEST_FIELD = 2_048
LONGEST_ID = 512
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class _Unusable(Exception):
    """What is wrong with a file or record, for its `Rejected`."""


def read_paths(paths: Sequence[Path]) -> Iterator[Article | Rejected]:
    """The articles of files and folders, in the order of their names, as they are read.

    A folder is read with its subfolders, without hidden files and its README; a file named outright is always read.
    A folder's `articles.toml` may tell the title, outlet, url and day of its files.
    """
    index = 0
    for path in paths:
        for item in _read_path(Path(path), index):
            yield item
            index += 1


def read_record(record: Mapping[str, object], index: int = 0, place: str = "") -> Article | Rejected:
    """The article of a record: `title, text | html, outlet, url, published, id`; other keys are left alone."""
    try:
        return _article_of(record)
    except _Unusable as error:
        return Rejected(index, str(error), place)


# -- files ------------------------------------------------------------------------------------------


def _read_path(path: Path, index: int) -> Iterator[Article | Rejected]:
    if path.is_dir():
        yield from _read_folder(path, index)
    elif path.suffix.lower() == ".jsonl":
        yield from _read_lines(path, index)
    else:
        yield _read_file(path, index)


def _read_folder(folder: Path, index: int) -> Iterator[Article | Rejected]:
    try:
        files = sorted(file for file in folder.rglob("*") if _is_wanted(file, folder))
    except OSError as error:
        yield Rejected(index, f"the folder cannot be read: {error.strerror}", str(folder))
        return
    if not files:
        kinds = ", ".join(sorted(SUFFIXES))
        yield Rejected(index, f"the folder holds no file that can be read ({kinds})", str(folder))
    for file in files:
        for item in _read_path(file, index):
            yield item
            index += 1


def _is_wanted(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in SUFFIXES and file.stem.lower() != "readme" and file.is_file()


def _read_file(path: Path, index: int) -> Article | Rejected:
    try:
        source = _decoded(path)
        page = _page(path.suffix.lower(), source)
        told = {
            "title": page.title,
            "outlet": page.outlet,
            "url": page.url,
            "published": _day_or_none(page.published),
        }
        told |= _sidecar(path)
        if not page.text.strip():
            raise _Unusable("the file holds no text of an article")
        return _article({**told, "id": path.stem, "text": page.text})
    except _Unusable as error:
        return Rejected(index, str(error), str(path))


def _page(suffix: str, source: str) -> Page:
    if suffix in (".html", ".htm"):
        return read_html(source)
    if suffix == ".md":
        return read_markdown(source)
    if suffix == ".txt":
        return Page(source)
    raise _Unusable(f"files ending in {suffix or 'nothing'!s} are not read: use {', '.join(sorted(SUFFIXES))}")


def _read_lines(path: Path, index: int) -> Iterator[Article | Rejected]:
    try:
        source = _decoded(path)
    except _Unusable as error:
        yield Rejected(index, str(error), str(path))
        return
    for number, line in enumerate(source.split("\n"), start=1):
        if not line.strip():
            continue
        yield _read_line(line, index, f"{path}:{number}")
        index += 1


def _read_line(line: str, index: int, place: str) -> Article | Rejected:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Rejected(index, f"the line is not JSON ({str(error)[:80]})", place)
    if not isinstance(record, dict):
        return Rejected(index, "the line is not a JSON object", place)
    return read_record(record, index, place)


def _decoded(path: Path) -> str:
    """A file's text: UTF-8, UTF-16 with its mark, or else the encoding that its bytes look most like."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE_BYTES and path.suffix.lower() != ".jsonl":
            raise _Unusable(f"the file is larger than {LARGEST_FILE_BYTES // 1_000_000} MB: split it")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise _Unusable("there is no such file or folder") from error
    except OSError as error:
        raise _Unusable(f"the file cannot be read: {error.strerror}") from error
    if not data.strip():
        raise _Unusable("the file is empty")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _decode(data, "utf-16")
    if b"\x00" in data[:8192]:
        raise _Unusable("the file is binary, not text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _guessed(data)


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise _Unusable(f"the file is not whole in its encoding, {encoding}: save it as UTF-8") from error


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    text = str(best) if best is not None else ""
    if not text or len(_CONTROL.findall(text)) > 0.01 * len(text):
        raise _Unusable("the file is binary or in an unknown encoding: save it as UTF-8")
    return text


def _sidecar(path: Path) -> dict[str, object]:
    """What the folder's `articles.toml` tells of a file, by its name or stem."""
    sidecar = path.parent / SIDECAR
    if not sidecar.is_file():
        return {}
    try:
        told = tomllib.loads(sidecar.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _Unusable(f"{SIDECAR} beside it cannot be read: {str(error)[:120]}") from error
    own = told.get(path.name, told.get(path.stem, {}))
    if not isinstance(own, dict) or not set(own) <= {"title", "outlet", "url", "published"}:
        raise _Unusable(f"{SIDECAR} tells of it with keys other than title, outlet, url and published")
    return own


# -- records ----------------------------------------------------------------------------------------


def _article_of(record: Mapping[str, object]) -> Article:
    text, html = _string(record, "text", LONGEST_TEXT), _string(record, "html", LONGEST_TEXT * 2)
    page = Page(text or "")
    if not page.text.strip() and html and html.strip():
        page = read_html(html)
    if not page.text.strip():
        raise _Unusable("text: it is missing or empty (html may stand in its place)")
    told = {"title": page.title, "outlet": page.outlet, "url": page.url, "published": _day_or_none(page.published)}
    own = {
        name: record[name] for name in ("title", "outlet", "url", "published", "id") if record.get(name) is not None
    }
    return _article({**told, **own, "text": page.text})


def _article(told: Mapping[str, object]) -> Article:
    """The article that a text is, with what is told of it going before what it tells itself."""
    text = normalize(str(told["text"])).strip("\n")
    title, outlet, url = (_line(told, name) for name in ("title", "outlet", "url"))
    layout = lay_out(text, title)
    source = Source(
        id=_id(told, url, text),
        title=layout.title,
        outlet=outlet or layout.outlet,
        url=url,
        published=_day(told.get("published")) or layout.published,
    )
    return Article(source, text, layout.paragraphs)


def _id(told: Mapping[str, object], url: str | None, text: str) -> str:
    given = _line(told, "id", LONGEST_ID)
    return (
        given or (url if url and len(url) <= LONGEST_ID else None) or hashlib.sha256(text.encode()).hexdigest()[:16]
    )


def _line(told: Mapping[str, object], name: str, longest: int = LONGEST_FIELD) -> str | None:
    value = _string(told, name, longest)
    return squeeze(_CONTROL.sub("", normalize(value))) or None if value is not None else None


def _string(record: Mapping[str, object], name: str, longest: int) -> str | None:
    value = record.get(name)
    if value is None:
        return None
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _Unusable(f"{name}: it must be a string, not {type(value).__name__}")
    if len(value) > longest:
        raise _Unusable(f"{name}: it has {len(value):,} characters, more than the {longest:,} that are read")
    return value


def _day(value: object) -> date | None:
    """The UTC day of an ISO date or time."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return _day(datetime.fromisoformat(value.strip()))
        except (ValueError, OverflowError):
            pass
    shown = squeeze(_CONTROL.sub("", str(value)))[:40]
    raise _Unusable(f"published: {shown!r} is not a date like 2020-05-05 or 2020-05-05T10:30:00Z")


def _day_or_none(value: str | None) -> date | None:
    """A day that a page's own metadata tells, which may be anything."""
    try:
        return _day(value)
    except _Unusable:
        return None
