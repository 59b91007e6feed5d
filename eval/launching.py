"""Starts a run from command-line arguments, and handles its interruption."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import typer

from eval import caching
from eval.cases import Suite
from eval.running import Existing, run_suite
from eval.runs import Run, resume_command
from eval.service_target import UrlTarget
from eval.target import DeskTarget, Target
from eval.terminal import Progress, note
from rag.articles import Mode
from rag.errors import BylineError
from rag.settings import load_settings

INTERRUPTED = 130
KEY = "BYLINE_EVAL_KEY"


def target_of(
    suite: Suite, url: str | None, mode: Mode, library: str | None, ingest: bool, timeout_s: float, progress: Progress
) -> Target:
    """The service at the URL; otherwise a desk over the named library, or over the suite's articles only."""
    if url:
        key = os.environ.get(KEY, "").strip() or None
        return UrlTarget(url, mode, articles=suite.articles, ingest=ingest, key=key, timeout_s=timeout_s)
    settings = load_settings()
    named = library or (None if suite.articles else settings.library)
    return DeskTarget(
        suite.articles if ingest or not named else (), settings, mode, named, on_ingest=progress.ingested
    )


def run_to_end(
    suite: Suite, target: Target, folder: Path, parallel: int, resume: bool | None, typed: str, progress: Progress
) -> Run:
    """Runs the suite to its end; what packages print meanwhile goes to standard error."""
    existing: Existing = "refuse" if resume is None else "resume" if resume else "replace"
    try:
        with redirect_stdout(sys.stderr), progress:
            return asyncio.run(_asked(suite, target, folder, parallel, existing, typed, progress))
    except KeyboardInterrupt:
        note(f"Interrupted. The replies are kept; continue with: {resume_command(typed, folder)}")
        note("and the same options.")
        raise typer.Exit(INTERRUPTED) from None
    except OSError as error:
        raise BylineError(f"The run stopped: {error}. The replies so far are in {folder}.") from error


async def _asked(
    suite: Suite, target: Target, folder: Path, parallel: int, existing: Existing, typed: str, progress: Progress
) -> Run:
    try:
        return await run_suite(
            suite,
            target,
            folder=folder,
            cache=Path(caching.FOLDER).expanduser(),
            fresh=existing == "replace",
            parallel=parallel,
            existing=existing,
            typed=typed,
            on_progress=progress.replied,
        )
    finally:
        await target.close()
