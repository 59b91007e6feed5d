"""Stores and prints a language model's verdicts on a run's answers.

Verdicts are not metrics: they are not part of `scores.json`, reports or comparisons.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from eval.figures import counted, number
from eval.judging import Judge, Judged
from eval.metrics.matching import is_asked
from eval.runs import JUDGED, read_run
from eval.scoring import observations
from eval.terminal import one_line
from rag.errors import BadInput

KEY = "BYLINE_JUDGE_KEY"


def judge_run(folder: Path, model: str, api_base: str | None, repeats: int, parallel: int) -> Judged:
    """Judges every answer of a run, and writes the verdicts into its folder. Raises BadInput without answers."""
    run = read_run(folder.expanduser())
    answers = [one for one in observations(run) if run.suite.task == "ask" and is_asked(one.case)]
    if not answers:
        raise BadInput(f"{folder} has no answers to judge.")
    judge = Judge(model, api_base, os.environ.get(KEY, "").strip() or None, repeats, parallel)
    with redirect_stdout(sys.stderr):  # packages must not print to standard output
        judged = asyncio.run(judge.judge(answers))
    try:
        (folder.expanduser() / JUDGED).write_text(json.dumps(as_record(judged), indent=1) + "\n", "utf-8")
    except OSError as error:
        raise BadInput(f"{folder / JUDGED} cannot be written: {error.strerror}.") from error
    return judged


def as_record(judged: Judged) -> dict[str, Any]:
    """The verdicts as a JSON object."""
    return {
        "model": judged.model,
        "mean": judged.mean,
        "spread": judged.spread,
        "rates": judged.rates,
        "unjudged": judged.unjudged,
        "failed": judged.failed,
        "verdicts": [{"case": one.case, "share": one.share, "marks": one.marks} for one in judged.verdicts],
    }


def lines(judged: Judged) -> Iterator[str]:
    """A summary: the share that passed, and how far the judge agrees with itself."""
    known = [one for one in judged.verdicts if one.share is not None]
    apart = sum(one.share not in (0, 1) for one in known)
    repeats = len(judged.verdicts[0].marks)
    yield f"Judged by {one_line(judged.model)}, {repeats} times each. The verdicts affect no metric or score."
    yield ""
    rows = {
        "answers judged": f"{len(known):,} of {len(judged.verdicts):,}",
        "passed": number(judged.mean),
        "spread of the repeats": number(judged.spread),
        "inconsistently judged": counted(apart, "answer"),
        "no verdict": counted(judged.unjudged, "reply", "replies"),
        "failed": counted(judged.failed, "call"),
    }
    width = max(map(len, rows))
    yield from (f"{name:<{width}}  {value}" for name, value in rows.items())
