"""Code that all commands share: options, checks of arguments, opening the desk, printing JSON.

Slow modules are imported by the functions that need them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from rag.errors import BadInput, LibraryError
from service import terminal

if TYPE_CHECKING:
    from pydantic import BaseModel

    from rag.desk import Desk
    from rag.settings import Settings

    Request = TypeVar("Request", bound=BaseModel)

LONGEST_INPUT_BYTES = 100_000


def _a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{terminal.clean(text)!r} is not a date; write it like 2020-05-31.") from None


def _or_before_the_command(context: typer.Context, library: str | None) -> str | None:
    return library or context.find_root().params.get("library")


LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="DIR",
        callback=_or_before_the_command,
        help="A folder, milvus:FILE.db or milvus:URL. [default: BYLINE_LIBRARY or ~/.byline/library]",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
OutletsOption = Annotated[
    list[str] | None, typer.Option("--outlet", metavar="X", help="Read only this outlet. Repeatable.")
]
FromOption = Annotated[
    date | None, typer.Option("--from", parser=_a_day, metavar="DATE", help="Read nothing published before DATE.")
]
ToOption = Annotated[
    date | None, typer.Option("--to", parser=_a_day, metavar="DATE", help="Read nothing published after DATE.")
]
AsOfOption = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=_a_day, metavar="DATE", help="Answer as on DATE. [default: the newest article's day]"
    ),
]


def settings_of(library: str | None) -> Settings:
    from rag.settings import load_settings

    return load_settings(library=library)


@contextmanager
def desk_of(library: str | None, *, to_be_read: bool = False) -> Iterator[Desk]:
    """Opens the library's desk, and closes it at the end; with `to_be_read`, it must hold an article."""
    settings = settings_of(library)
    from rag.desk import Desk

    with closing(Desk.open(settings)) as desk:
        if to_be_read and not desk.library.count():
            raise LibraryError(
                f"The library {settings.library} holds no articles yet: fill it with `byline ingest PATH…`."
            )
        yield desk


@contextmanager
def at_work(doing: str) -> Iterator[terminal.Progress]:
    """Shows progress; what packages print meanwhile goes to standard error."""
    with terminal.Progress(doing, terminal.notes()) as progress, redirect_stdout(sys.stderr):
        yield progress


def typed(text: str) -> str:
    """The argument, or the content of standard input for a lone dash."""
    if text != "-":
        return valid(text)
    data = sys.stdin.buffer.read(LONGEST_INPUT_BYTES)
    return valid(data.decode("utf-8", "surrogateescape"))


def valid(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput("The argument is not UTF-8 text: check the terminal's encoding.") from None
    return text


def filters_of(outlets: list[str] | None, published_from: date | None, published_to: date | None) -> dict[str, Any]:
    if published_from and published_to and published_from > published_to:
        raise BadInput(f"--from {published_from} is later than --to {published_to}.")
    return {"outlets": outlets or [], "published_from": published_from, "published_to": published_to}


def checked(kind: type[Request], **values: object) -> Request:
    """Validates a request as the HTTP service does. Raises BadInput."""
    from pydantic import ValidationError

    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "request"
        what = str(first["msg"]).removeprefix("Value error, ")
        raise BadInput(f"The {field} is not valid: {what}.", field=field) from None


def print_json(out: BaseModel) -> None:
    from service.schemas import to_json

    print_line(to_json(out))


def print_line(json_text: str) -> None:
    """Prints one line of JSON; in ASCII where standard output is not UTF-8."""
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        json_text = json.dumps(json.loads(json_text))
    sys.stdout.write(terminal.escape_json(json_text) + "\n")
