"""The commands of `byline eval`: run suites, compare runs, draft suites. `byline` finds them by their entry point.

Standard output carries the result alone. What takes long to import is imported by the command that needs it.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.articles import Mode
from rag.errors import BadInput, BylineError

if TYPE_CHECKING:
    from eval.cases import Suite
    from eval.comparing import Comparison, Gate, Scored
    from eval.running import Existing
    from eval.runs import Run
    from eval.scores import Scores
    from eval.target import Target

INTERRUPTED = 130
RUNS = Path("byline-runs")
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
KEY = "BYLINE_EVAL_KEY"
AT_ONCE = 4  # questions to a system that waits for others: a service, a language model
BASELINE = "baseline"  # the folder of a built-in suite that holds its own run

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Evaluation suites: run one, compare two runs, draft your own."
)

SuiteArgument = Annotated[
    str,
    typer.Argument(metavar="SUITE", help="A name of `byline eval list`, a folder, or FORMAT:PATH of public data."),
]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The folder of a run.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("list")
def list_suites(as_json: JsonOption = False) -> None:
    """List the suites that come with Byline, and the formats of public data that can be read."""
    from eval.formats import FORMATS
    from eval.suites import built_in, load_suite

    suites = [load_suite(name) for name in built_in()]
    if as_json:
        told = [{"name": one.name, "about": one.about, "task": one.task, "cases": len(one.cases)} for one in suites]
        _print_json({"suites": told, "formats": sorted(FORMATS)})
        return
    for suite in suites:
        typer.echo(f"{suite.name}: {len(suite.cases)} questions, {len(suite.articles)} articles. {suite.about}")
    typer.echo(f"Formats of public data, as in FORMAT:PATH: {', '.join(sorted(FORMATS))}")


@app.command("run")
def run_a_suite(
    suite: SuiteArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The run's folder. [default: byline-runs/SUITE-TIME]")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="URL", help=f"Ask this service, with the key in {KEY}. [default: none]"),
    ] = None,
    mode: Annotated[Mode, typer.Option("--mode", help="Who writes the answers.")] = "auto",
    parallel: Annotated[
        int | None,
        typer.Option(
            "--parallel",
            min=1,
            max=64,
            metavar="N",
            help=f"Questions at once. [default: {AT_ONCE} for a service or a language model, else 1]",
        ),
    ] = None,
    resume: Annotated[
        bool | None,
        typer.Option(
            "--resume/--fresh", help="Go on with the run in --out; or replace it, and ask anew what is known."
        ),
    ] = None,
    ingest: Annotated[
        bool, typer.Option("--ingest", help="Give the suite's articles to the service or the library first.")
    ] = False,
    library: Annotated[
        str | None,
        typer.Option(
            "--library", metavar="DIR", help="Ask this library. [default: a new one with the suite's articles]"
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="S", help="Seconds that a service may take to answer.")
    ] = 300.0,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write report.html, summary.md and junit.xml too.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Ask a suite's questions and score the answers.

    Ctrl-C keeps what was replied, for --resume. Exit status 1 says that more than 1% of the questions errored.
    """
    from eval.scoring import score
    from eval.suites import load_suite
    from eval.terminal import note

    if target and library:
        raise BadInput("Name a service by --target or a library by --library, not both.")
    read = load_suite(suite)
    for one in read.notes:
        note(f"note: {one}")
    asked = _target(read, target, mode, library, ingest, timeout)
    folder = out or RUNS / f"{_NOT_IN_NAMES.sub('-', read.name)}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    run = _run(read, asked, folder, parallel or (AT_ONCE if target or asked.about.model else 1), resume, suite)
    scores = score(run)
    _write(folder, run, scores, report)
    _show(folder, run, scores, as_json)
    note(f"The run is in {folder}.")
    if _too_many_errors(scores, run):
        raise typer.Exit(1)


@app.command("show")
def show_a_run(
    run: RunArgument,
    report: Annotated[bool, typer.Option("--report", help="Write its scores and reports anew too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a run again, scored by today's metrics."""
    found, scores = _scored(run)
    if report:
        _write(_folder(run), found, scores, report)
    _show(_folder(run), found, scores, as_json)


@app.command("compare")
def compare_runs(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="The folder of the old run; a built-in suite's name is its own run.")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The folder of the new run.")],
    gated: Annotated[bool, typer.Option("--gate", help="Exit status 1 where a primary metric got worse.")] = False,
    margin: Annotated[
        float, typer.Option("--margin", min=0.0, metavar="M", help="What a primary metric may lose.")
    ] = 0.02,
    strict: Annotated[bool, typer.Option("--strict", help="An inconclusive gate fails too.")] = False,
    primary: Annotated[
        list[str] | None,
        typer.Option("--primary", metavar="METRIC", help="Judge by this metric. May be repeated. [default: suite's]"),
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML there.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write a summary for a pull request there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs of a suite, question by question.

    With --gate: passed, inconclusive (the questions are too few to tell) or failed, which is exit status 1.
    """
    from eval.comparing import compare, gate

    before, now = _scored(old), _scored(new)
    comparison = compare(before, now, margin=margin, primary=tuple(primary or ()))
    verdict = gate(comparison, strict=strict) if gated or junit else None
    _write_comparison(comparison, verdict, now[0], junit, markdown)
    if as_json:
        from pydantic import TypeAdapter

        from eval.comparing import Comparison, Gate

        told = {"comparison": TypeAdapter(Comparison).dump_python(comparison, mode="json")}
        _print_json({**told, "gate": TypeAdapter(Gate | None).dump_python(verdict, mode="json")})
    else:
        from eval.terminal import comparison_lines

        _print(comparison_lines(comparison, verdict))
    if gated and verdict and verdict.status:
        raise typer.Exit(verdict.status)


@app.command("new")
def draft_a_suite(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the suite is to lie.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Articles: .txt .md .html .jsonl, or folders.")],
    per_article: Annotated[
        int, typer.Option("--per-article", min=1, max=50, metavar="N", help="Questions of each article, at most.")
    ] = 3,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed drafts other questions.")] = 0,
) -> None:
    """Draft a suite from your own articles, without a language model.

    A drafted question counts once you have set its `accepted` to true.
    """
    from eval.drafting import draft_suite
    from eval.terminal import note
    from rag.articles import Article
    from rag.reading import read_paths

    articles = []
    for item in read_paths(paths):
        if isinstance(item, Article):
            articles.append(item)
        else:
            note(f"rejected: {item.place}: {item.reason}")
    drafted = draft_suite(articles, folder, per_article, seed)
    typer.echo(f"{drafted} questions are drafted in {folder}: set `accepted` in questions.jsonl, then")
    typer.echo(f"  byline eval run {folder}")


# -- running ----------------------------------------------------------------------------------------


def _target(suite: Suite, url: str | None, mode: Mode, library: str | None, ingest: bool, timeout_s: float) -> Target:
    """The service at the URL, else a desk over the library named, else one over the suite's articles alone."""
    if url:
        from eval.service_target import UrlTarget

        key = os.environ.get(KEY, "").strip() or None
        return UrlTarget(url, mode, articles=suite.articles, ingest=ingest, key=key, timeout_s=timeout_s)
    from eval.target import DeskTarget
    from rag.settings import load_settings

    settings = load_settings()
    named = library or (None if suite.articles else settings.library)
    return DeskTarget(suite.articles if ingest or not named else (), settings, mode, named)


def _run(suite: Suite, target: Target, folder: Path, parallel: int, resume: bool | None, typed: str) -> Run:
    """The finished run. Whatever a package prints meanwhile does not reach standard output."""
    from eval.terminal import Progress, note

    existing: Existing = "refuse" if resume is None else "resume" if resume else "replace"
    try:
        with redirect_stdout(sys.stderr), Progress(suite.name) as progress:
            return asyncio.run(_asked(suite, target, folder, parallel, existing, progress))
    except KeyboardInterrupt:
        note(f"Interrupted. What was replied is kept; go on with: byline eval run {typed} --out {folder} --resume")
        note("and the same options.")
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        raise BylineError(f"The run stopped: {error}. What was replied is in {folder}.") from error


async def _asked(suite: Suite, target: Target, folder: Path, parallel: int, existing: Existing, progress: Any) -> Run:
    from eval import caching
    from eval.running import run_suite

    try:
        return await run_suite(
            suite,
            target,
            folder=folder,
            cache=Path(caching.FOLDER).expanduser(),
            fresh=existing == "replace",
            parallel=parallel,
            existing=existing,
            on_progress=progress.replied,
        )
    finally:
        await target.close()


def _too_many_errors(scores: Scores, run: Run) -> bool:
    from eval.comparing import ERRORS_ALLOWED

    return len(scores.errored) > ERRORS_ALLOWED * len(run.records)


# -- runs that are there ----------------------------------------------------------------------------


def _folder(run: str) -> Path:
    """The folder of a run: the one named, or where a built-in suite keeps its own."""
    from eval.suites import BUILT_IN, built_in

    folder = Path(run).expanduser()
    if not folder.is_dir() and run in built_in():
        return BUILT_IN / run / BASELINE
    return folder


def _scored(run: str) -> Scored:
    """A run with its scores, worked out anew: both sides of a comparison by the same metrics."""
    from eval.runs import read_run
    from eval.scoring import score

    found = read_run(_folder(run))
    return found, score(found)


# -- what is written and printed --------------------------------------------------------------------


def _write(folder: Path, run: Run, scores: Scores, report: bool) -> None:
    from pydantic import TypeAdapter

    from eval.junit import run_junit
    from eval.markdown import run_summary
    from eval.scores import Scores

    (folder / "scores.json").write_bytes(TypeAdapter(Scores).dump_json(scores, indent=1) + b"\n")
    if report:
        (folder / "summary.md").write_text(run_summary(run, scores), "utf-8")
        (folder / "junit.xml").write_text(run_junit(run, scores), "utf-8")


def _write_comparison(
    comparison: Comparison, verdict: Gate | None, run: Run, junit: Path | None, markdown: Path | None
) -> None:
    from eval.junit import gate_junit
    from eval.markdown import comparison_summary

    try:
        if junit and verdict:
            junit.write_text(gate_junit(comparison, verdict), "utf-8")
        if markdown:
            markdown.write_text(comparison_summary(comparison, run, verdict), "utf-8")
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be written: {error.strerror}.") from error


def _show(folder: Path, run: Run, scores: Scores, as_json: bool) -> None:
    if not as_json:
        from eval.terminal import run_lines

        _print(run_lines(run, scores))
        return
    from pydantic import TypeAdapter

    from eval.failures import failures
    from eval.runs import Card
    from eval.scores import Scores

    told = TypeAdapter(Scores).dump_python(scores, mode="json", exclude={"cases"})
    card = TypeAdapter(Card).dump_python(run.card, mode="json")
    _print_json({"folder": str(folder), "card": card, **told, "failed": failures(run, scores)})


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def _print_json(told: object) -> None:
    typer.echo(json.dumps(told))
