"""The commands of `byline eval`: run suites, compare runs, draft suites.

Standard output carries only the result. Slow modules are imported by the commands that need them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from rag.articles import Mode
from rag.errors import BadInput

RUNS = Path("byline-runs")
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
AT_ONCE = 4  # questions to a service or a language model

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Run evaluation suites, compare runs, draft suites."
)


def _or_before_the_command(context: typer.Context, library: str | None) -> str | None:
    return library or context.find_root().params.get("library")


SuiteArgument = Annotated[
    str,
    typer.Argument(metavar="SUITE", help="A name from `byline eval list`, a folder, or FORMAT:PATH of public data."),
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command("list")
def list_suites(as_json: JsonOption = False) -> None:
    """List the suites that come with Byline, and the formats of public data that it reads."""
    from eval.formats import FORMATS
    from eval.outputs import print_json
    from eval.suites import built_in, load_suite

    suites = [load_suite(name) for name in built_in()]
    if as_json:
        rows = [{"name": one.name, "about": one.about, "task": one.task, "cases": len(one.cases)} for one in suites]
        print_json({"suites": rows, "formats": sorted(FORMATS)})
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
        typer.Option("--target", metavar="URL", help="Ask this service, with the key in BYLINE_EVAL_KEY."),
    ] = None,
    mode: Annotated[Mode, typer.Option("--mode", help="Who writes the answers.")] = "auto",
    parallel: Annotated[
        int | None,
        typer.Option(
            "--parallel",
            min=1,
            max=64,
            metavar="N",
            help=f"Concurrent questions. [default: {AT_ONCE} for a service or a language model, else 1]",
        ),
    ] = None,
    resume: Annotated[
        bool | None,
        typer.Option("--resume/--fresh", help="Continue the run in --out; or replace it, without cached replies."),
    ] = None,
    ingest: Annotated[
        bool, typer.Option("--ingest", help="First add the suite's articles to the service or the library.")
    ] = False,
    library: Annotated[
        str | None,
        typer.Option(
            "--library",
            metavar="DIR",
            callback=_or_before_the_command,
            help="Ask this library. [default: a new one with the suite's articles]",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="S", help="Seconds that a service may take for an answer.")
    ] = 300.0,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Also write report.html, summary.md and junit.xml.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Ask a suite's questions and score the answers.

    After Ctrl-C, --resume continues the run. Exit status 1 means that more than 1% of the questions errored. With
    --mode llm, an answer that the language model did not write is an error; --mode auto accepts it.
    """
    from eval.comparing import ERRORS_ALLOWED
    from eval.launching import run_to_end, target_of
    from eval.outputs import print_run, write_scores
    from eval.scoring import score
    from eval.suites import load_suite
    from eval.terminal import Progress, note

    if target and library:
        raise BadInput("Name a service by --target or a library by --library, not both.")
    if resume and not out:
        raise BadInput("Name the run to continue: --resume --out DIR.")
    read = load_suite(suite)
    for one in read.notes:
        note(f"note: {one}")
    progress = Progress(read.name)
    asked = target_of(read, target, mode, library, ingest, timeout, progress)
    folder = out or RUNS / f"{_NOT_IN_NAMES.sub('-', read.name)}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    run = run_to_end(
        read, asked, folder, parallel or (AT_ONCE if target or asked.about.model else 1), resume, suite, progress
    )
    scores = score(run)
    write_scores(folder, run, scores, report)
    print_run(folder, run, scores, as_json)
    note(f"The run is in {folder}.")
    if len(scores.errored) > ERRORS_ALLOWED * len(run.records):
        raise typer.Exit(1)


@app.command("show")
def show_a_run(
    run: RunArgument,
    report: Annotated[bool, typer.Option("--report", help="Also rewrite its scores and reports.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a run again, scored by the current metrics."""
    from eval.outputs import print_run, scored, write_scores

    found, scores = scored(run)
    if report:
        write_scores(run, found, scores, report)
    print_run(run, found, scores, as_json)


@app.command("judge")
def judge_a_run(
    run: RunArgument,
    model: Annotated[
        str, typer.Option("--model", metavar="M", help="Any litellm model, best of another family than the writer.")
    ],
    api_base: Annotated[
        str | None,
        typer.Option("--api-base", metavar="URL", help="Its server, with the key in BYLINE_JUDGE_KEY."),
    ] = None,
    repeats: Annotated[int, typer.Option("--repeats", min=3, metavar="N", help="Verdicts per answer.")] = 3,
    parallel: Annotated[
        int, typer.Option("--parallel", min=1, max=64, metavar="N", help="Concurrent calls.")
    ] = AT_ONCE,
    as_json: JsonOption = False,
) -> None:
    """Ask a language model whether a run's answers are right. Its verdicts do not affect any score.

    It gets the question, the expected answer and the answer. Writes judged.json into the run's folder. Exit status 1
    means that no answer could be judged.
    """
    from eval.outputs import print_json
    from eval.verdicts import as_record, judge_run, lines

    judged = judge_run(run, model, api_base, repeats, parallel)
    if as_json:
        print_json(as_record(judged))
    else:
        for line in lines(judged):
            typer.echo(line)
    if judged.mean is None:
        raise typer.Exit(1)


@app.command("compare")
def compare_runs(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The folder of the old run.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The folder of the new run.")],
    gated: Annotated[bool, typer.Option("--gate", help="Exit status 1 if a primary metric got worse.")] = False,
    margin: Annotated[
        float, typer.Option("--margin", min=0.0, metavar="M", help="The loss that a primary metric may have.")
    ] = 0.02,
    strict: Annotated[bool, typer.Option("--strict", help="Fail if the gate is inconclusive, too.")] = False,
    primary: Annotated[
        list[str] | None,
        typer.Option("--primary", metavar="METRIC", help="Judge by this metric. Repeatable. [default: the suite's]"),
    ] = None,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML to FILE.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write a summary for a pull request to FILE.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", metavar="DIR", help="Write report.html to DIR.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs of a suite, question by question.

    With --gate: passed, inconclusive (too few questions to decide) or failed, which is exit status 1.
    """
    from eval.comparing import compare, gate
    from eval.outputs import print_comparison, scored, write_comparison

    before, now = scored(old), scored(new)
    comparison = compare(before, now, margin=margin, primary=tuple(primary or ()))
    verdict = gate(comparison, strict=strict) if gated or junit else None
    write_comparison(comparison, verdict, before, now, junit=junit, markdown=markdown, report=report)
    print_comparison(comparison, verdict if gated else None, as_json)
    if gated and verdict and verdict.status:
        raise typer.Exit(verdict.status)


@app.command("new")
def draft_a_suite(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The new suite's folder.")],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Articles: .txt .md .html .jsonl, or folders.")],
    per_article: Annotated[
        int, typer.Option("--per-article", min=1, max=50, metavar="N", help="Most questions per article.")
    ] = 3,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another seed drafts other questions.")] = 0,
) -> None:
    """Draft a suite from your own articles, without a language model.

    A drafted question counts after you have set its `accepted` to true.
    """
    from eval.drafting import draft_suite
    from eval.suites import ARTICLES
    from eval.terminal import note
    from rag.articles import Article
    from rag.ingestion import read_paths

    articles = []
    for item in read_paths(paths):
        if isinstance(item, Article):
            articles.append(item)
        else:
            note(f"rejected: {item.place}: {item.reason}")
    own = (folder / ARTICLES).resolve()
    there = all(path.resolve().is_relative_to(own) for path in paths)
    drafted = draft_suite(articles, folder, per_article, seed, there=there)
    typer.echo(f"{drafted} questions are drafted in {folder}: set `accepted` in questions.jsonl, then")
    typer.echo(f"  byline eval run {folder}")
