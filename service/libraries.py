"""`byline library`: what is done to whole libraries."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from service import terminal
from service.commanding import JsonOption, at_work, print_line, settings_of

SHOWN_FAULTS = 20

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def library() -> None:
    """Move whole libraries."""


@app.command()
def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A folder, milvus:FILE.db or milvus:URL.", show_default=False)
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where to; it may hold articles.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Copy a library into another and compare the two.

    What TO has already is not copied again, so that an interrupted copy goes on where it is run again. Vectors are
    carried over where FROM was embedded with the model configured. Exit status 1 says that the two differ.
    """
    settings = settings_of(None)
    from rag.libraries import copy_library

    with at_work("Copying") as progress:
        copied = copy_library(settings, source, target, progress.copied, progress.copied)
    compared = copied.compared
    if as_json:
        print_line(json.dumps({"whole": compared.is_whole, **asdict(copied)}, ensure_ascii=False))
    else:
        vectors = "vectors carried over" if copied.carried else "embedded anew: FROM has another embedding model"
        terminal.output().print(f"{terminal.summary(copied.report)}; {vectors}.", soft_wrap=True)
        terminal.output().print(f"Compared: {compared.same:,} the same, {len(compared.faults):,} not.")
    for fault in compared.faults[:SHOWN_FAULTS]:
        terminal.notes().print(Text(f"{fault.what}: {terminal.one_line(fault.article_id)}", style="yellow"))
    if not compared.is_whole:
        terminal.notes().print("Copy again; an article that stays different is removed from TO first.")
        raise typer.Exit(1)
