"""The commands of `byline library`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from service import terminal
from service.cli_shared import JsonOption, at_work, print_line, settings_of

SHOWN_FAULTS = 20

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def library() -> None:
    """Copy whole libraries."""


@app.command()
def copy(
    source: Annotated[
        str, typer.Argument(metavar="FROM", help="A folder, milvus:FILE.db or milvus:URL.", show_default=False)
    ],
    target: Annotated[str, typer.Argument(metavar="TO", help="The same; it may hold articles.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Copy a library into another one and compare the two.

    What TO already has is not copied again, so an interrupted copy resumes when it is run again. Vectors are reused
    if FROM was embedded with the configured model. Exit status 1 means that the two differ.
    """
    settings = settings_of(None)
    from rag.libraries import copy_library

    with at_work("Copying") as progress:
        copied = copy_library(settings, source, target, progress.copied, progress.copied)
    compared = copied.compared
    if as_json:
        print_line(json.dumps({"whole": compared.is_whole, **asdict(copied)}, ensure_ascii=False))
    else:
        vectors = "vectors reused" if copied.carried else "embedded again: FROM has another embedding model"
        terminal.output().print(f"{terminal.summary(copied.report)}; {vectors}.", soft_wrap=True)
        terminal.output().print(f"Compared: {compared.same:,} equal, {len(compared.faults):,} different.")
    for fault in compared.faults[:SHOWN_FAULTS]:
        terminal.notes().print(Text(f"{fault.what}: {terminal.one_line(fault.article_id)}", style="yellow"))
    if not compared.is_whole:
        terminal.notes().print("Copy again; if an article still differs, remove it from TO first.")
        raise typer.Exit(1)
