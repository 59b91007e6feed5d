"""Stores and tabulates a language model's verdicts on a run's answers.

No verdict is a metric: none stands in `scores.json`, a report or a comparison.
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
    """Have every answer of a run judged, and write the verdicts beside it. Raises BadInput where there is none."""
    run = read_run(folder.expanduser())
    answers = [one for one in observations(run) if run.suite.task == "ask" and is_asked(one.case)]
    if not answers:
        raise BadInput(f"{folder} has no answer to judge.")
    judge = Judge(model, api_base, os.environ.get(KEY, "").strip() or None, repeats, parallel)
    with redirect_stdout(sys.stderr):  # what a package prints is no result
        judged = asyncio.run(judge.judge(answers))
    try:
        (folder.expanduser() / JUDGED).write_text(json.dumps(as_record(judged), indent=1) + "\n", "utf-8")
    except OSError as error:
        raise BadInput(f"{folder / JUDGED} cannot be written: {error.strerror}.") from error
    return judged


def as_record(judged: Judged) -> dict[str, Any]:
    """The verdicts as JSON."""
    verdicts = [{"case": one.case, "share": one.share, "marks": one.marks} for one in judged.verdicts]
    told = {"mean": judged.mean, "spread": judged.spread, "rates": judged.rates}
    return {
        "model": judged.model,
        **told,
        "unjudged": judged.unjudged,
        "failed": judged.failed,
        "verdicts": verdicts,
    }


def lines(judged: Judged) -> Iterator[str]:
    """The verdicts for a person: the share that passed, and how far the judge agrees with itself."""
    known = [one for one in judged.verdicts if one.share is not None]
    apart = sum(one.share not in (0, 1) for one in known)
    repeats = len(judged.verdicts[0].marks)
    yield f"Judged by {one_line(judged.model)}, {repeats} times each. This is no metric, and stands in no score."
    yield ""
    rows = {
        "answers judged": f"{len(known):,} of {len(judged.verdicts):,}",
        "passed": number(judged.mean),
        "spread of the repeats": number(judged.spread),
        "judged both ways": counted(apart, "answer"),
        "no verdict": counted(judged.unjudged, "reply", "replies"),
        "failed": counted(judged.failed, "call"),
    }
    width = max(map(len, rows))
    yield from (f"{name:<{width}}  {value}" for name, value in rows.items())
