"""The command line `byline`: parses arguments, calls the desk, prints results.

Standard output carries only the result; progress, notes and errors go to standard error. Slow modules are imported by
the commands that need them.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.text import Text

from rag.articles import Mode, Source
from rag.errors import BadInput, BylineError
from service import cli_library, terminal
from service.cli_shared import (
    AsOfOption,
    FromOption,
    JsonOption,
    LibraryOption,
    OutletsOption,
    ToOption,
    at_work,
    checked,
    desk_of,
    filters_of,
    print_json,
    print_line,
    settings_of,
    typed,
    valid,
)

if TYPE_CHECKING:
    from rag.desk import Desk

log = logging.getLogger(__name__)

INTERRUPTED = 130
SOURCES_PER_PAGE = 100

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
articles = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(articles, name="articles", help="List, show and remove articles.")
app.add_typer(keys, name="keys", help="Create keys to the service.")
app.add_typer(cli_library.app, name="library", help="Copy whole libraries.")
for group in importlib.metadata.entry_points(group="byline.commands"):  # such as `byline eval`, in pyproject.toml
    app.add_typer(group.load(), name=group.name)


def main() -> None:
    """Runs the command; exit status: 0 done, 1 the work failed, 2 wrong usage."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("faiss").setLevel(logging.WARNING)  # it logs every processor type that it tries
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        try:
            app(prog_name="byline")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # the reader of the output has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except BylineError as error:
        _fail(str(error), status=2 if isinstance(error, BadInput) else 1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        log.debug("an unexpected error", exc_info=True)
        _fail(f"This is a bug in Byline, please report it: {type(error).__name__}: {error}", status=1)


# -- options before the command ---------------------------------------------------------------------


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"byline {importlib.metadata.version('byline')}")
        raise typer.Exit


@app.callback()
def byline(
    library: LibraryOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask the news, and see who said it: cited answers from news articles."""


# -- commands ---------------------------------------------------------------------------------------


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files and folders: .txt .md .html .jsonl", show_default=False),
    ] = None,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing if the library already holds articles.")
    ] = False,
    manifest: Annotated[
        Path | None,
        typer.Option("--manifest", metavar="FILE", help="Share the work with other processes that use this FILE."),
    ] = None,
    re_embed: Annotated[
        bool, typer.Option("--re-embed", help="First embed all stored paragraphs again, with another model.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Add articles to the library, or update them.

    Unchanged articles are skipped; a changed one replaces the old one. Exit status 1 means that some articles were
    rejected; standard error says which and why. The others are added.
    """
    if not paths and not re_embed:
        raise typer.BadParameter("name at least one file or folder.", param_hint="PATH")
    from rag.ingestion import read_paths

    with desk_of(library) as desk:
        if if_empty and desk.library.count():
            return
        if re_embed:
            with at_work("Embedding again") as progress:
                paragraphs = desk.library.re_embed(progress.embedded)
            terminal.notes().print(f"{paragraphs:,} paragraphs embedded again.")
        with at_work("Adding articles") as progress:
            if manifest is not None:
                from rag.libraries import place_of
                from service.manifest import Manifest

                shared = Manifest(manifest, place_of(settings_of(library).library))
                report = shared.share(lambda: read_paths(paths or ()), desk.ingest, progress.ingested)
            else:
                report = desk.ingest(read_paths(paths or ()), progress.ingested)
    if as_json:
        print_line(json.dumps(asdict(report), ensure_ascii=False))
    else:
        terminal.show_report(report, terminal.output())
        for rejected in report.rejected:
            terminal.show_rejected(rejected, terminal.notes())
    if report.rejected:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question; - reads standard input.")],
    as_json: JsonOption = False,
    mode: Annotated[
        Mode,
        typer.Option("--mode", help="Who writes the answer: the language model, or extracts from the articles."),
    ] = "auto",
    outlets: OutletsOption = None,
    published_from: FromOption = None,
    published_to: ToOption = None,
    as_of: AsOfOption = None,
    library: LibraryOption = None,
) -> None:
    """Answer a question from the articles.

    Every statement comes with its sources. Exit status 0 also if the articles have no answer.
    """
    from service.schemas import AskRequest, answer_out

    filters = filters_of(outlets, published_from, published_to)
    request = checked(AskRequest, question=typed(question), mode=mode, filters=filters, as_of=as_of)
    with desk_of(library, to_be_read=True) as desk, at_work("Reading the articles"):
        answer = asyncio.run(desk.ask(request.question_asked()))
    if as_json:
        print_json(answer_out(answer))
        return
    terminal.show_answer(answer, terminal.output())
    terminal.show_remarks(answer, terminal.notes())


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="What to search for; - reads standard input.")],
    as_json: JsonOption = False,
    k: Annotated[int, typer.Option("-k", min=1, max=100, metavar="N", help="How many passages to print.")] = 10,
    outlets: OutletsOption = None,
    published_from: FromOption = None,
    published_to: ToOption = None,
    as_of: AsOfOption = None,
    library: LibraryOption = None,
) -> None:
    """Print the passages that match a query best, best first."""
    from service.schemas import SearchRequest, passages_out

    filters = filters_of(outlets, published_from, published_to)
    request = checked(SearchRequest, query=typed(query), k=k, filters=filters, as_of=as_of)
    with desk_of(library, to_be_read=True) as desk, at_work("Searching"):
        passages = desk.search(request.query, request.k, request.filters.filters(), request.as_of)
    if as_json:
        print_json(passages_out(passages))
    elif passages:
        terminal.show_passages(passages, terminal.output())
    else:
        terminal.notes().print("No passage passes these filters.")


@app.command()
def trace(
    excerpt: Annotated[
        str, typer.Argument(metavar="EXCERPT", help="A sentence or a paragraph; - reads standard input.")
    ],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Find the articles that an excerpt was taken from, and how it was altered.

    Exit status 0 also if it is in no article.
    """
    from service.schemas import TraceRequest, matches_out

    request = checked(TraceRequest, excerpt=typed(excerpt))
    with desk_of(library, to_be_read=True) as desk, at_work("Comparing with the articles"):
        matches = desk.trace(request.excerpt)
    if as_json:
        print_json(matches_out(matches))
    else:
        terminal.show_matches(matches, terminal.output())


@articles.command("list")
def list_articles(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """List the library's articles: id, day, title, outlet."""
    with desk_of(library) as desk:
        if as_json:
            from service.schemas import ArticlesOut, source_out

            print_json(ArticlesOut(articles=[source_out(source) for source in _sources(desk)], next=None))
        elif desk.library.count():
            terminal.show_sources(_sources(desk), terminal.output())
        else:
            terminal.notes().print("The library holds no articles yet: fill it with `byline ingest PATH…`.")


@articles.command("show")
def show_article(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="An id from `byline articles list`.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Print an article with its paragraphs."""
    with desk_of(library) as desk:
        article = desk.article(valid(article_id))
    if as_json:
        from service.schemas import article_out

        print_json(article_out(article))
    else:
        terminal.show_article(article, terminal.output())


@articles.command("remove")
def remove_article(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="An id from `byline articles list`.")],
    library: LibraryOption = None,
) -> None:
    """Remove an article from the library."""
    with desk_of(library) as desk:
        desk.remove(valid(article_id))
    terminal.output().print(f"Removed {terminal.clean(article_id)}.")


@app.command()
def serve(
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="H", help="The address. [default: BYLINE_HOST or 127.0.0.1]"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, metavar="P", help="The port. [default: BYLINE_PORT or 8000]"),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Serve Byline over HTTP until stopped (Ctrl-C)."""
    settings = settings_of(library)
    from service import logs
    from service.app import serve as serve_http

    logs.set_up(settings.log_level, settings.log_format)

    serve_http(settings, host, port)


@app.command("mcp")
def serve_mcp(library: LibraryOption = None) -> None:
    """Serve an MCP client on standard input and output. The client starts this command."""
    settings = settings_of(library)
    from service.mcp_server import serve_stdio

    serve_stdio(settings)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
    library: LibraryOption = None,
) -> None:
    """Write a consistent snapshot of the library into one file, even while it is in use."""
    with desk_of(library, to_be_read=True) as desk, at_work("Backing up"):
        desk.library.backup(file)
        count = desk.library.count()
    terminal.output().print(f"Backed up {_articles(count)} to {terminal.clean(str(file))}.", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file written by `byline backup`.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a library that holds articles.")] = False,
    library: LibraryOption = None,
) -> None:
    """Replace the library's content by a backup. Running services see it at once, as one change."""
    settings = settings_of(library)
    from rag.library import restore_library

    with at_work("Restoring"):
        restore_library(settings.library, file, force=force)
    with desk_of(library) as desk:
        count = desk.library.count()
    done = f"Restored {_articles(count)} into {terminal.clean(settings.library)}."
    terminal.output().print(done, soft_wrap=True)


@keys.command("new")
def new_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The key's name, as shown in logs and metrics.")],
    scopes: Annotated[
        str, typer.Option("--scopes", metavar="S", help="read (ask and search), write (articles), or read+write.")
    ] = "read",
    as_json: JsonOption = False,
) -> None:
    """Create a key to the service. Its secret is printed once and stored nowhere."""
    from service.keys import new_key as make

    try:
        secret, entry = make(name, scopes)
    except ValueError:
        raise BadInput(
            f"{name!r} with the scopes {scopes!r} is not a valid key: a name has up to 64 letters, digits, '.', '_' "
            "and '-', and the scopes are read, write or read+write."
        ) from None
    if as_json:
        print_line(json.dumps({"name": name, "scopes": scopes.split("+"), "secret": secret, "entry": entry}))
        return
    typer.echo(f"Authorization: Bearer {secret}")
    typer.echo(f"BYLINE_KEYS={entry}")
    terminal.notes().print(
        "The first line is for the key's user, and is not shown again. The second is for the service; if BYLINE_KEYS "
        "has other keys, add this one after a comma."
    )


@app.command()
def doctor(
    verify: Annotated[
        bool, typer.Option("--verify", help="Read the whole library and check every article's hash.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Show what is configured, what is missing and how to fix it.

    Exit status 1 means that something is broken.
    """
    from service.doctor import examine, show

    with at_work("Checking"):
        health = examine(library, verify=verify)
    if as_json:
        print_line(json.dumps({"ok": health.ok, **asdict(health)}, ensure_ascii=False))
    else:
        show(health, terminal.output())
    if not health.ok:
        raise typer.Exit(1)


# -- helpers ----------------------------------------------------------------------------------------


def _articles(count: int) -> str:
    return f"{count:,} {'article' if count == 1 else 'articles'}"


def _sources(desk: Desk) -> Iterator[Source]:
    cursor: str | None = None
    while True:
        sources, cursor = desk.library.page(cursor, SOURCES_PER_PAGE)
        yield from sources
        if cursor is None:
            return


def _fail(message: str, status: int) -> NoReturn:
    terminal.notes().print(Text(f"Error: {terminal.one_line(message)}", style="red"))
    sys.exit(status)
